//! The verifiers of `docs/verify`, which share no code with us, judge what a running server
//! exported: they accept it, and reject every forgery of it, as `tl-server ledger check` does.
//!
//! Go and securesystemslib are there when `cargo xtask test` ran its set-up; else what is missing
//! is said, and the other verifiers judge alone.

mod export;
mod forgeries;
mod judges;

use std::fs;

use anyhow::{Context, Result, ensure};
use tl_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::{KeyName, SignatureType, VerifierKey};
use tl_ledger::witness::AddCheckpoint;
use tl_ledger::{Hash, Signer};
use tl_testkit::{Signed, batch_register};
use tl_tests::checkpoint::{all_signed, show, signed_up_to};
use tl_tests::installation::Installation;
use tl_tests::plant;

use Check::{Consistency, Fsck, Proof};
use export::Export;
use forgeries::forgeries;
use judges::{ALL, Check, Judges};

/// More than a full tile and a full bundle.
const ENTRIES: usize = 300;

/// A server with a log, its export, and the key with which an operator could sign anything.
struct Exported {
    export: Export,
    signer: Signer,
    name: KeyName,
    head: TreeHead,
}

fn exported() -> Result<(Installation, Exported)> {
    let mut installation = Installation::sqlite()?;
    let smelter = plant::create(&installation, "smelter")?;
    installation.start()?;
    let old = all_signed(&installation, &smelter.party)?;
    let (mut writer, device) = plant::device(&installation, &smelter.party, "gate-1", "plant")?;
    let at = plant::now();
    let mut write = || writer.write(batch_register("zn-conc", "yard", Some("1560")), &at);
    let entries: Vec<Signed> = (0..ENTRIES).map(|_| write()).collect();
    device.upload_all(&entries)?;
    show(&device, Some(&old))?;
    let signed = all_signed(&installation, &smelter.party)?;
    ensure!(signed.head().size > 256, "a log of {} entries has no full tile", signed.head().size);
    let export = Export { folder: tempfile::tempdir()? };
    let place = |name: &str| export.path(name).display().to_string();
    installation.run(&["ledger", "export", "--log", "smelter", &place("log")])?;
    for (name, entry) in [("one", &entries[20]), ("other", &entries[21])] {
        let file = place(&format!("{name}.tlog-proof"));
        installation.run(&[
            "ledger",
            "prove",
            "--log",
            "smelter",
            &entry.id().to_string(),
            "-o",
            &file,
        ])?;
    }
    fs::copy(export.path("log/log.vkey"), export.path("log.vkey"))?;
    export.write("one.key", writer.key().to_string())?;
    export.write("checkpoint.old", old.to_string())?;
    let answer = show(&device, Some(&old))?;
    let newest = answer.checkpoint.context("the log is signed")?;
    let checkpoint = SignedCheckpoint::parse(newest.as_bytes())?;
    let head = checkpoint.head();
    let body = AddCheckpoint { old_size: old.head().size, hashes: answer.consistency, checkpoint };
    export.write("consistency", body.to_string())?;
    let seed = fs::read_to_string(installation.data().join("keys/tree-smelter-1.key"))?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(seed.trim(), &mut bytes)?;
    let name = old.checkpoint().origin().parse()?;
    let signer = Signer::from_seed(&bytes);
    Ok((installation, Exported { export, signer, name, head }))
}

#[test]
fn verifiers_that_are_not_ours_accept_an_export_and_reject_its_forgeries() -> Result<()> {
    let (mut installation, honest) = exported()?;
    let judges = Judges::find(installation.folder())?;
    for check in ALL {
        judges.expect(check, &honest.export, 0, "as exported")?;
    }
    let mut count = 0;
    for (what, forge, checks) in forgeries(honest.head) {
        let forged = honest.export.copied()?;
        forge(&forged).context(what)?;
        for check in ALL {
            if checks.contains(&check) {
                judges.expect(check, &forged, 1, what)?;
                count += 1;
            }
        }
    }
    signed_forgeries(&judges, &honest)?;
    other_keys(&judges, &honest)?;
    unreadable(&judges, &honest)?;
    installation.stop()?;
    println!("verify: {count} verdicts on forged files");
    Ok(())
}

/// What the operator of the log can do, who has its key: the checkpoint is good, nothing under it.
fn signed_forgeries(judges: &Judges, honest: &Exported) -> Result<()> {
    let what = "the log's key has signed a root of other entries";
    let forged = honest.export.copied()?;
    let head = TreeHead { size: honest.head.size, root: Hash::leaf(b"other entries") };
    let signed = Checkpoint::new(&honest.name, head).sign(&honest.name, &honest.signer)?;
    forged.write("log/checkpoint", signed.to_string())?;
    for name in ["one.tlog-proof", "consistency"] {
        let text = forged.text(name)?;
        let (before, _) = text.split_once("\n\n").context("a blank line")?;
        forged.write(name, format!("{before}\n\n{signed}"))?;
    }
    judges.expect(Check::Checkpoint, &forged, 0, what)?;
    for check in [Fsck, Proof, Consistency] {
        judges.expect(check, &forged, 1, what)?;
    }
    Ok(())
}

/// The same name with another key, another name with the same key.
fn other_keys(judges: &Judges, honest: &Exported) -> Result<()> {
    let other: KeyName = "localhost/log/other".parse()?;
    let stranger = Signer::from_seed(&[8; 32]).public();
    for (name, key) in [(&honest.name, stranger), (&other, honest.signer.public())] {
        let forged = honest.export.copied()?;
        let vkey = VerifierKey::new(name.clone(), SignatureType::Ed25519, key);
        forged.write("log.vkey", format!("{vkey}\n"))?;
        for check in [Check::Checkpoint, Proof, Consistency, Fsck] {
            judges.expect(check, &forged, 1, &format!("verified by {vkey}"))?;
        }
    }
    Ok(())
}

/// Files that are not there are no forgeries: nothing was judged.
fn unreadable(judges: &Judges, honest: &Exported) -> Result<()> {
    let empty = honest.export.copied()?;
    for name in ["log/checkpoint", "one.tlog-proof.entry", "consistency"] {
        fs::remove_file(empty.path(name))?;
    }
    for check in ALL {
        judges.expect(check, &empty, 2, "a file is not there")?;
    }
    let no_key = honest.export.copied()?;
    no_key.write("log.vkey", "no key\n")?;
    for check in [Check::Checkpoint, Proof, Consistency, Fsck] {
        judges.expect(check, &no_key, 2, "the key is none")?;
    }
    Ok(())
}

/// Whoever holds a checkpoint of the log's first minute sees that what came later continues it.
#[test]
fn a_log_that_went_on_after_an_export_continues_what_was_exported() -> Result<()> {
    let (installation, honest) = exported()?;
    let store = installation.store()?;
    let party = "smelter".parse()?;
    let first = SignedCheckpoint::parse(honest.export.text("checkpoint.old")?.as_bytes())?;
    installation.run(&[
        "admin",
        "party",
        "create",
        "--party",
        "b",
        "--name",
        "乙",
        "--area",
        plant::AREA,
    ])?;
    let newest = signed_up_to(&installation, &party, 1, honest.head.size)?;
    ensure!(newest.head().size > first.head().size, "it grew");
    // The other log's key judges nothing of this one.
    let judges = Judges::find(installation.folder())?;
    signed_up_to(&installation, &"b".parse()?, 1, 1)?;
    let tree = store.tree(&"b".parse()?, 1)?.context("a tree")?;
    let forged = honest.export.copied()?;
    forged.write("log.vkey", tree.vkey.context("it is signed")?)?;
    judges.expect(Check::Checkpoint, &forged, 1, "the key of another log")
}
