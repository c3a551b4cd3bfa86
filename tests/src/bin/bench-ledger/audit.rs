//! A full audit of an exported log: `tl-server ledger check fsck` over a folder of signed entries,
//! beside the time that SHA-256 alone takes for as many bytes on this machine.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tl_ledger::audit::{Audit, BundleLeaves, ComputedTile};
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::{KeyName, SignatureType, VerifierKey};
use tl_ledger::tile::{bundles, push_entry};
use tl_ledger::{Checkpoint, Frontier, Hash, Signer};
use tl_testkit::{Writer, batch_register, batch_weigh};
use tl_tests::{plant, program};

use super::{cold, mark};

/// Entries of the log.
pub(super) const ENTRIES: u64 = 300_000;
/// Longest audit of so many.
const AUDIT_WANTED: Duration = Duration::from_secs(2);
/// Audits in a row.
const AUDITS: usize = 3;
/// How long each rate is measured.
const SPAN: Duration = Duration::from_secs(2);
/// Bytes that are hashed at once for the rate.
const BLOCK_BYTES: usize = 1 << 20;
const ORIGIN: &str = "localhost/log/smelter";

pub(super) fn run(entries: u64) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("tl-bench-").tempdir()?;
    let begin = Instant::now();
    let (vkey, bytes) = export(folder.path(), entries)?;
    let mean = bytes / entries.max(1);
    println!(
        "a log of {entries} entries of {mean} bytes at the mean, signed and written in {:.1} s",
        begin.elapsed().as_secs_f64()
    );
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let block = sha256_rate(cores, BLOCK_BYTES);
    let entry = sha256_rate(cores, usize::try_from(mean)?);
    println!(
        "SHA-256 on {cores} cores: {:.0} MB/s in blocks of {BLOCK_BYTES} bytes, {:.0} MB/s in \
         pieces of {mean}",
        block / 1e6,
        entry / 1e6
    );
    let least = Duration::from_secs_f64(bytes as f64 / entry);
    let mut times = Vec::new();
    for _ in 0..AUDITS {
        times.push(audit(folder.path(), &vkey)?);
    }
    report("files in memory", times.iter().max().copied().unwrap_or_default(), least, entries);
    cold::forget_all(folder.path())?;
    report("files on the disk", audit(folder.path(), &vkey)?, least, entries);
    Ok(())
}

fn report(how: &str, time: Duration, least: Duration, entries: u64) {
    mark(
        &format!(
            "audit of {entries} entries on all cores, {how}: {:.2} s; hashing the entries alone \
             {:.2} s",
            time.as_secs_f64(),
            least.as_secs_f64()
        ),
        &format!("≤ {} s for {ENTRIES} on 2 cores", AUDIT_WANTED.as_secs()),
        time <= AUDIT_WANTED,
    );
}

/// Time of one run of the program, which must accept the log.
fn audit(folder: &Path, vkey: &VerifierKey) -> Result<Duration> {
    let mut command = Command::new(program::server()?);
    command.args(["--lang", "en", "ledger", "check", "fsck"]).arg(folder);
    command.arg("--vkey").arg(vkey.to_string());
    let begin = Instant::now();
    let said = program::succeed(&mut command)?;
    let time = begin.elapsed();
    ensure!(said.contains("bundles hashed"), "fsck said something else: {said}");
    Ok(time)
}

/// Bytes that all cores together hash in a second, in messages of a size.
fn sha256_rate(cores: usize, message_bytes: usize) -> f64 {
    let message = vec![b'x'; message_bytes];
    let hash = || {
        let (begin, mut count) = (Instant::now(), 0_u64);
        while begin.elapsed() < SPAN {
            for _ in 0..(BLOCK_BYTES / message_bytes).max(1) {
                std::hint::black_box(Hash::leaf(std::hint::black_box(&message)));
                count += 1;
            }
        }
        count as f64 * message_bytes as f64 / begin.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(hash)).collect();
        threads.into_iter().map(|thread| thread.join().expect("hashing does not panic")).sum()
    })
}

/// Writes a log as the server exports it; gives its key and the bytes of all entries.
fn export(folder: &Path, entries: u64) -> Result<(VerifierKey, u64)> {
    let mut writer = Writer::new(&"smelter".parse()?, "gate");
    let at = plant::now();
    let (mut audit, mut tree, mut bytes) = (Audit::new(entries), Frontier::new(), 0);
    let mut batch = None;
    for bundle in bundles(entries) {
        let mut written = Vec::new();
        for _ in 0..bundle.width {
            // A batch and its weighing in turn.
            let signed = match batch.take() {
                Some(id) => writer.write(batch_weigh(id, "32450"), &at),
                None => {
                    let signed = writer.write(batch_register("zn-conc", "yard", None), &at);
                    batch = Some(signed.id());
                    signed
                }
            };
            push_entry(&mut written, &signed.bytes)?;
            bytes += signed.bytes.len() as u64;
        }
        let leaves = BundleLeaves::of(bundle, &written)?;
        tree.extend(leaves.leaves().iter().copied());
        put(folder, &bundle.to_string(), &written)?;
        put_tiles(folder, &audit.push(&leaves)?)?;
    }
    let head = TreeHead { size: tree.size(), root: tree.root() };
    put_tiles(folder, &audit.finish(&head)?)?;
    let (name, signer): (KeyName, _) = (ORIGIN.parse()?, Signer::from_seed(&Hash::of(b"log").0));
    let signed = Checkpoint::new(&name, head).sign(&name, &signer)?;
    put(folder, "checkpoint", signed.to_string().as_bytes())?;
    Ok((VerifierKey::new(name, SignatureType::Ed25519, signer.public()), bytes))
}

fn put_tiles(folder: &Path, tiles: &[ComputedTile]) -> Result<()> {
    tiles.iter().try_for_each(|tile| put(folder, &tile.tile().to_string(), &tile.to_bytes()))
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    }
    fs::write(&path, bytes).with_context(|| path.display().to_string())
}
