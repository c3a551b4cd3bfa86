//! Verdicts on files: a log written here, each way to forge it, and the shared logs.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use tempfile::TempDir;
use tl_ledger::audit::{Audit, BundleLeaves};
use tl_ledger::merkle::{prove_consistency, prove_inclusion};
use tl_ledger::note::SignatureType;
use tl_ledger::tile::{bundles, push_entry};
use tl_ledger::witness::AddCheckpoint;
use tl_ledger::{
    Checkpoint, EntryProof, Envelope, Frontier, Hash, KeyName, Signer, TreeHead, VerifierKey,
    cosignature,
};

use super::super::super::{Arguments, Command};
use super::super::Ledger;
use super::*;

const LOG: &str = "tl.example.cn/ledger/gz-01";
const WORDS: Words = Words(Language::En);

/// A log of numbered entries as files, with what the checks want beside it.
struct Exported {
    folder: TempDir,
    log: String,
    witness: String,
}

fn entry(index: u64) -> Vec<u8> {
    format!("{{\"entry\":{index}}}").into_bytes()
}

fn head(size: u64) -> TreeHead {
    let mut frontier = Frontier::new();
    frontier.extend((0..size).map(|index| Hash::leaf(&entry(index))));
    TreeHead { size, root: frontier.root() }
}

fn key(name: &KeyName, kind: SignatureType, signer: &Signer) -> String {
    VerifierKey::new(name.clone(), kind, signer.public()).to_string()
}

impl Exported {
    fn of(size: u64) -> Self {
        let (signer, witness) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        let name: KeyName = LOG.parse().expect("a key name");
        let witness_name: KeyName = "witness.example".parse().expect("a key name");
        let exported = Self {
            folder: TempDir::new().expect("a folder"),
            log: key(&name, SignatureType::Ed25519, &signer),
            witness: key(&witness_name, SignatureType::Cosignature, &witness),
        };
        let signed = |size| {
            let checkpoint = Checkpoint::new(&name, head(size)).sign(&name, &signer);
            let mut checkpoint = checkpoint.expect("a checkpoint");
            let text = checkpoint.note().text().to_owned();
            let line = cosignature::sign(&text, &witness_name, &witness, 1_767_225_600);
            checkpoint.add(line.expect("a time")).expect("room for a line");
            checkpoint
        };
        exported.write("checkpoint", signed(size).to_string());
        exported.write("log.vkey", format!("{}\n", exported.log));
        let mut audit = Audit::new(size);
        let mut tiles = Vec::new();
        for bundle in bundles(size) {
            let mut bytes = Vec::new();
            for place in 0..u64::from(bundle.width) {
                push_entry(&mut bytes, &entry(bundle.first_entry() + place)).expect("short");
            }
            exported.write(&bundle.to_string(), &bytes);
            let leaves = BundleLeaves::of(bundle, &bytes).expect("own bytes");
            tiles.extend(audit.push(&leaves).expect("in order"));
        }
        tiles.extend(audit.finish(&head(size)).expect("own root"));
        tiles.iter().for_each(|tile| exported.write(&tile.tile().to_string(), tile.to_bytes()));
        if size > 2 {
            exported.write_proofs(size, signed(size), signed(size / 2).to_string());
        }
        exported
    }

    fn write_proofs(&self, size: u64, checkpoint: tl_ledger::SignedCheckpoint, old: String) {
        // Small logs only: every subtree is hashed anew.
        let node = |at: tl_ledger::merkle::Subtree| {
            let leaves = (at.index << at.level)..((at.index + 1) << at.level);
            let leaves: Vec<_> = leaves.map(|index| Hash::leaf(&entry(index))).collect();
            Ok::<_, ()>(tl_ledger::merkle::root(&leaves))
        };
        let hashes = prove_inclusion(1, size, node).expect("in the log");
        let proof = EntryProof { extra: None, index: 1, hashes, checkpoint: checkpoint.clone() };
        self.write("entry.tlog-proof", proof.to_string());
        self.write("entry.bin", entry(1));
        let hashes = prove_consistency(size / 2, size, node).expect("sizes in order");
        let body = AddCheckpoint { old_size: size / 2, hashes, checkpoint };
        self.write("consistency.txt", body.to_string());
        self.write("checkpoint.old", old);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    /// Changes one bit of a file.
    fn flip(&self, name: &str, at: usize) {
        let mut bytes = fs::read(self.path(name)).expect("there");
        bytes[at] ^= 1;
        self.write(name, bytes);
    }

    fn fsck(&self) -> Verdict {
        fsck::check(self.folder.path(), &self.log, WORDS)
    }

    fn rejected(&self) -> String {
        rejected(self.fsck())
    }
}

fn rejected(verdict: Verdict) -> String {
    match verdict {
        Err(Failure::Rejected(reason)) => reason,
        other => panic!("not rejected: {other:?}"),
    }
}

fn is_unreadable(verdict: &Verdict) -> bool {
    matches!(verdict, Err(Failure::Unreadable(_)))
}

#[test]
fn the_command_line_is_as_agreed() {
    for line in [
        "checkpoint FILE --vkey V --witness W --witness X",
        "proof FILE.tlog-proof ENTRY.bin --vkey V",
        "consistency BODY --old OLD --vkey V",
        "fsck DIR --vkey V",
        "event ENVELOPE.json --key 00 --log NAME",
        "event ENVELOPE.json --key 00",
    ] {
        let words = format!("tl-server ledger check {line}");
        let parsed = Arguments::try_parse_from(words.split_whitespace()).expect(line);
        assert!(matches!(parsed.command, Command::Ledger(Ledger::Check(_))));
        let cut = words.rsplit_once(" --").expect("an option").0;
        let optional = line.contains("--witness") || line.contains("--log");
        assert_eq!(Arguments::try_parse_from(cut.split_whitespace()).is_ok(), optional, "{cut}");
    }
}

#[test]
fn an_honest_log_passes_every_check() {
    for size in [1, 255, 256, 257, 600, 1100] {
        let log = Exported::of(size);
        let lines = log.fsck().expect("honest");
        assert!(lines.contains(&format!("entries: {size}")), "{lines:?}");
        let checkpoint = log.path("checkpoint");
        let key_file = log.path("log.vkey").display().to_string();
        let witnesses = [log.witness.clone()];
        let lines = checkpoint::check(&checkpoint, &key_file, &witnesses, WORDS).expect("signed");
        assert_eq!(lines[4], "witnessed by: witness.example, 2026-01-01T00:00:00Z");
    }
    let log = Exported::of(600);
    let (proof, entry) = (log.path("entry.tlog-proof"), log.path("entry.bin"));
    proof::check(&proof, &entry, &log.log, WORDS).expect("in the log");
    let (body, old) = (log.path("consistency.txt"), log.path("checkpoint.old"));
    consistency::check(&body, &old, &log.log, WORDS).expect("one log");
}

#[test]
fn an_empty_log_passes() {
    let lines = Exported::of(0).fsck().expect("nothing to compare");
    assert!(lines.contains(&"entries: 0".to_owned()));
}

#[test]
fn every_forged_file_of_a_log_is_named() {
    for (file, at, named) in [
        ("tile/entries/001", 5, "the entries give root"),
        ("tile/entries/002.p/88", 3, "the entries give root"),
        ("tile/0/000", 8191, "tile/0/000 differs from the entries at its hash 255"),
        ("tile/0/002.p/88", 0, "tile/0/002.p/88 differs"),
        ("tile/1/000.p/2", 40, "at its hash 1, which covers entries from 256 on"),
        ("checkpoint", 30, "checkpoint: "),
    ] {
        let log = Exported::of(600);
        log.flip(file, at);
        let reason = log.rejected();
        assert!(reason.contains(named), "{file}: {reason}");
        // A changed entry is told from a changed tile, and still located.
        let by_entry = reason.contains("the first tile: tile/0/001 differs");
        assert_eq!(by_entry, file == "tile/entries/001", "{file}: {reason}");
    }
}

#[test]
fn a_forged_entry_with_a_matching_tile_is_rejected() {
    let log = Exported::of(600);
    log.flip("tile/entries/001", 5);
    let bytes = fs::read(log.path("tile/entries/001")).expect("there");
    let bundle = tl_ledger::tile::Bundle { index: 1, width: 256 };
    let leaves = BundleLeaves::of(bundle, &bytes).expect("the form is right");
    log.write("tile/0/001", tl_ledger::tile::tile_bytes(leaves.leaves()));
    assert!(log.rejected().contains("the entries give root"));
}

#[test]
fn missing_cut_and_lengthened_files_are_rejected() {
    for file in ["tile/entries/000", "tile/entries/002.p/88", "tile/0/001", "tile/1/000.p/2"] {
        let log = Exported::of(600);
        fs::remove_file(log.path(file)).expect("there");
        assert!(log.rejected().ends_with(&format!("{file}: the file is missing")), "{file}");
        let log = Exported::of(600);
        let bytes = fs::read(log.path(file)).expect("there");
        log.write(file, &bytes[..bytes.len() - 1]);
        assert!(log.rejected().contains(file), "{file}");
        log.write(file, [bytes, vec![0]].concat());
        assert!(log.rejected().contains(file), "{file}");
    }
}

#[test]
fn older_partial_files_must_agree_and_full_ones_may_stand_in() {
    let log = Exported::of(600);
    let tile = fs::read(log.path("tile/0/001")).expect("there");
    let bundle = fs::read(log.path("tile/entries/001")).expect("there");
    let hundred = bundle.len() / 256 * 44;
    log.write("tile/0/001.p/44", &tile[..44 * 32]);
    log.write("tile/entries/001.p/44", &bundle[..hundred]);
    assert!(log.fsck().is_ok());
    log.flip("tile/entries/001.p/44", 9);
    assert!(log.rejected().contains("tile/entries/001.p/44 holds another entry 256"));
    log.write("tile/entries/001.p/44", &bundle[..hundred]);
    log.flip("tile/0/001.p/44", 43 * 32);
    assert!(log.rejected().contains("tile/0/001.p/44 differs"));
    // The right edge of a smaller checkpoint may be read from what the log has become.
    let grown = Exported::of(600);
    grown.write("checkpoint", fs::read(grown.path("checkpoint.old")).expect("there"));
    let lines = grown.fsck().expect("300 of 600 entries");
    assert!(lines.iter().any(|line| line.starts_with("files beyond the checkpoint")), "{lines:?}");
}

#[test]
fn foreign_files_are_said_and_a_missing_folder_is_unreadable() {
    let log = Exported::of(300);
    log.write("tile/0/x000/001", "not a path of a log");
    let lines = log.fsck().expect("honest");
    assert_eq!(lines.last().expect("a line"), "files that belong to no log: 1 (tile/0/x000/001)");
    assert!(is_unreadable(&fsck::check(&log.path("nowhere"), &log.log, WORDS)));
    assert!(is_unreadable(&fsck::check(log.folder.path(), "nowhere", WORDS)));
    let other = log.log.replacen("gz-01", "gz-02", 1);
    assert!(is_unreadable(&fsck::check(log.folder.path(), &other, WORDS)), "another key id");
}

#[test]
fn a_witness_that_was_asked_for_must_have_signed() {
    let log = Exported::of(3);
    let nobody: KeyName = "nobody.example".parse().expect("a key name");
    let nobody = key(&nobody, SignatureType::Cosignature, &Signer::from_seed(&[3; 32]));
    let file = log.path("checkpoint");
    let witnesses = [log.witness.clone(), nobody];
    let reason = rejected(checkpoint::check(&file, &log.log, &witnesses, WORDS));
    assert!(reason.contains("nobody.example"), "{reason}");
    log.write("checkpoint", "no checkpoint");
    assert!(rejected(checkpoint::check(&file, &log.log, &[], WORDS)).contains("blank line"));
}

#[test]
fn a_forged_proof_or_request_is_rejected() {
    let log = Exported::of(9);
    let (proof, entry) = (log.path("entry.tlog-proof"), log.path("entry.bin"));
    log.flip("entry.bin", 3);
    assert!(rejected(proof::check(&proof, &entry, &log.log, WORDS)).contains("leads to root"));
    log.write("entry.bin", vec![0; 70_000]);
    assert!(rejected(proof::check(&proof, &entry, &log.log, WORDS)).contains("at most 65535"));
    let (body, old) = (log.path("consistency.txt"), log.path("checkpoint.old"));
    let text = fs::read_to_string(&body).expect("there").replacen("old 4", "old 5", 1);
    log.write("consistency.txt", text);
    let reason = rejected(consistency::check(&body, &old, &log.log, WORDS));
    assert!(reason.contains("has size 4"), "{reason}");
    log.flip("checkpoint.old", 40);
    let reason = rejected(consistency::check(&body, &old, &log.log, WORDS));
    assert!(reason.contains("checkpoint.old"), "{reason}");
}

#[test]
fn an_entry_is_judged_by_form_signature_and_log() {
    let signer = Signer::from_seed(&[5; 32]);
    let payload = br#"{"dseq":1,"kind":"log.open","log":"alfa"}"#.to_vec();
    let envelope = Envelope::sign(payload, &signer).expect("canonical");
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("entry.json");
    let key = signer.public().to_string();
    let check = |bytes: &[u8], key: &str, log: Option<&str>| {
        fs::write(&file, bytes).expect("written");
        event::check(&file, key, log, WORDS)
    };
    let bytes = envelope.to_bytes();
    let lines = check(&bytes, &key, Some("alfa")).expect("honest");
    assert_eq!(lines[0], "log: alfa");
    assert!(lines.contains(&format!("leaf: {}", Hash::leaf(&bytes))));
    let pretty: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let pretty = serde_json::to_vec_pretty(&pretty).expect("JSON");
    let laid_out = check(&pretty, &key, None).expect("the same entry");
    assert_eq!(laid_out[..lines.len()], lines);
    assert_eq!(laid_out.len(), lines.len() + 1, "and a word about the file's bytes");
    assert!(rejected(check(&bytes, &key, Some("beta"))).contains("not to \"beta\""));
    let other = Signer::from_seed(&[6; 32]).public().to_string();
    assert!(rejected(check(&bytes, &other, None)).contains("no signature"));
    assert!(rejected(check(b"no JSON", &key, None)).contains("entry.json"));
    assert!(is_unreadable(&check(&bytes, "no key", None)));
    assert!(is_unreadable(&event::check(&folder.path().join("none"), &key, None, WORDS)));
}

/// The shared logs, or `None` with a line when they are not there.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/ledger");
    if !folder.is_dir() {
        eprintln!("skipped: shared cases not found");
        return None;
    }
    Some(folder.join(name))
}

#[test]
fn shared_logs_pass_and_shared_events_are_judged_as_published() {
    let Some(folder) = shared("logs") else { return };
    for log in ["gz-01", "tessera-testdata"] {
        let folder = folder.join(log);
        let vkey = folder.join("log.vkey").display().to_string();
        fsck::check(&folder, &vkey, WORDS).expect("honest");
    }
    let events = shared("dsse/events.json").expect("beside the others");
    let events: Vec<serde_json::Value> =
        serde_json::from_slice(&fs::read(events).expect("there")).expect("case file");
    let scratch = TempDir::new().expect("a folder");
    for case in events {
        let file = scratch.path().join("event.json");
        fs::write(&file, case["envelope"].to_string()).expect("written");
        let key = case["public_key_hex"].as_str().expect("text");
        let verdict = event::check(&file, key, Some(LOG), WORDS);
        assert_eq!(verdict.is_ok(), case["want"] == "accept", "{}: {verdict:?}", case["id"]);
    }
}
