//! A proof of any entry of a log of millions, asked over HTTPS of the real server.
//!
//! The rows are written past the signatures, which nobody has time to make; their hashes are right,
//! and the server itself audits and signs the log, makes its tiles and answers. What it answers is
//! verified against the row's bytes.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tl_domain::ids::{EntryId, PartyId};
use tl_ledger::{EntryProof, Hash, SignedCheckpoint};
use tl_store::Store;
use tl_tests::chance::Chance;
use tl_tests::http::Client;
use tl_tests::installation::Installation;
use tl_tests::measure::{milliseconds, quantile};
use tl_tests::{plant, wait};
use uuid::Builder;

use super::{cold, mark, shown};

/// Entries of the log; before it has them it is measured at a tenth.
pub(super) const ENTRIES: u64 = 10_000_000;
/// Longest proof of 99 in 100.
const PROOF_WANTED: Duration = Duration::from_millis(20);
/// Proofs asked for one after another, and proofs before each of which the file is forgotten.
const WARM: usize = 2_000;
const COLD: usize = 300;
/// Rows in one transaction.
const ROWS: u64 = 250_000;
/// How long the server may take to audit and sign the log.
const SIGNED_PATIENCE: Duration = Duration::from_secs(900);

pub(super) fn run(entries: u64) -> Result<()> {
    let mut installation = Installation::sqlite()?;
    let plant = plant::create(&installation, "smelter")?;
    installation.account("manager", &["--role", "ehs", "--party", "smelter"])?;
    let mut chance = Chance::new("proofs");
    // Below it stand what the plant declared, entries of its own.
    let first = size_of(&installation.store()?, &plant.party)?;
    let mut begin_at = first;
    for size in [entries / 10, entries] {
        ensure!(size > begin_at, "a log of {size} entries is too short to be measured");
        fill(&installation, &plant.party, begin_at..size)?;
        begin_at = size;
        let begin = Instant::now();
        installation.start()?;
        let client = installation.signed_in("manager")?;
        signed(&client, size)?;
        println!(
            "{size} entries: audited and signed by the server {:.1} s after its start",
            begin.elapsed().as_secs_f64()
        );
        measured(&installation, &client, first..size, &mut chance)?;
        installation.stop()?;
    }
    Ok(())
}

fn size_of(store: &Store, party: &PartyId) -> Result<u64> {
    Ok(store.log(party)?.with_context(|| format!("no log of {party}"))?.size)
}

/// Makes the rows of a log at these indexes, where it must end now.
fn fill(installation: &Installation, party: &PartyId, indexes: Range<u64>) -> Result<()> {
    let store = installation.store()?;
    let (begin, at) = (Instant::now(), plant::now().micros());
    let mut next = size_of(&store, party)?;
    ensure!(next == indexes.start, "the log has {next} entries, not {}", indexes.start);
    while next < indexes.end {
        let rows = (next..indexes.end.min(next + ROWS)).map(|index| (id(index), bytes(index)));
        next = store.append_unsigned_for_bench(party, rows, at)?;
    }
    let count = indexes.end - indexes.start;
    println!("{count} rows written in {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// Id of the row at an index: drawn in the order of the log, as ids are.
fn id(index: u64) -> EntryId {
    let Hash(digest) = Hash::of(&index.to_be_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    let millis = 1_780_000_000_000 + index / 8;
    EntryId(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// Bytes of the row at an index.
fn bytes(index: u64) -> Vec<u8> {
    format!("row {index} of a measurement").into_bytes()
}

/// Waits until the newest checkpoint covers the log.
fn signed(client: &Client, size: u64) -> Result<()> {
    wait::within(SIGNED_PATIENCE, "a checkpoint over the whole log", || {
        let answer = client.get("/log/smelter/checkpoint")?;
        if answer.status != 200 {
            return Ok(None);
        }
        let newest = SignedCheckpoint::parse(&answer.body)?.head().size;
        Ok((newest >= size).then_some(()))
    })
}

fn measured(
    installation: &Installation,
    client: &Client,
    rows: Range<u64>,
    chance: &mut Chance,
) -> Result<()> {
    let size = rows.end;
    let file = installation.data().join("tltrace.db");
    let mut plain = Vec::with_capacity(WARM);
    for _ in 0..WARM {
        let begin = Instant::now();
        ensure!(client.get("/healthz")?.status == 200, "the health check");
        plain.push(begin.elapsed());
    }
    plain.sort_unstable();
    println!("an answer without a proof (/healthz): {}", shown(&plain));
    let warm = proofs(client, rows.clone(), chance, WARM, &|| Ok(()))?;
    report(&format!("proof of any of {size} entries, warm"), &warm);
    println!(
        "one page of the {} MB file from the disk: {}",
        file.metadata()?.len() >> 20,
        shown(&cold::page_reads(&file, COLD, chance)?)
    );
    let cold = proofs(client, rows, chance, COLD, &|| cold::forget(&file))?;
    report(&format!("proof of any of {size} entries, file not in memory"), &cold);
    Ok(())
}

fn report(what: &str, times: &[Duration]) {
    mark(
        &format!("{what}: {}", shown(times)),
        &format!("p99 ≤ {} for {ENTRIES}", milliseconds(PROOF_WANTED)),
        quantile(times, 990) <= PROOF_WANTED,
    );
}

/// Sorted times of proofs of rows anywhere in the log, each verified.
fn proofs(
    client: &Client,
    rows: Range<u64>,
    chance: &mut Chance,
    count: usize,
    before: &dyn Fn() -> Result<()>,
) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let index = chance.pick(rows.clone());
        let path = format!("/api/v1/entries/{}/proof", id(index));
        before()?;
        let begin = Instant::now();
        let answer = client.get(&path)?;
        times.push(begin.elapsed());
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.text());
        let proof = EntryProof::parse(&answer.body)?;
        ensure!(proof.index == index, "{path}: a proof of entry {}", proof.index);
        proof.verify_inclusion(&Hash::leaf(&bytes(index)))?;
    }
    times.sort_unstable();
    Ok(times)
}
