//! `cargo xtask bench ingest`: durable signed entries per second through the real server, beside
//! what this machine could do at most. First without checkpoints: devices that never show what they
//! hold keep the server from signing. Then with them, one each second, which is what counts.
//!
//! Entries are signed beforehand and not timed; everything else is: TLS, HTTP, form and signature
//! checks, the chain, the tree, the projections, the commit and the answer. The load runs on the
//! same cores as the server.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tl_store::{Store, Which};
use tl_testkit::{Backend, Plant, Signed, Writer, backends, batch_register, batch_weigh};
use tl_tests::device::{Device, UPLOAD_ENTRIES};
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::measure::milliseconds;
use tl_tests::{measure, plant, wait};

/// Connections at once.
const CLIENTS: usize = 4;
/// Entries of the timed part, over all connections.
const ENTRIES: usize = 24_000;
/// Good enough: this share of the machine's limit …
const RATIO_WANTED: f64 = 0.4;
/// … or so many entries per second, on SQLite.
const RATE_WANTED: f64 = 5_000.0;
/// Cores that verify signatures at once.
const CORES: f64 = 2.0;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-ingest: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let entries = entries_wanted()?;
    println!(
        "{entries} entries in uploads of {UPLOAD_ENTRIES} over {CLIENTS} connections; signing is \
         not timed, the load shares the cores with the server"
    );
    let mut good = true;
    for backend in backends() {
        let without = measured(backend, entries, Checkpoints::Off)?;
        let with = measured(backend, entries, Checkpoints::On)?;
        let kept = with.rate / without.rate;
        println!(
            "{backend:?}: {:.0} durable entries/s without checkpoints, {:.0} with: {kept:.2} of it",
            without.rate, with.rate
        );
        good &= report(backend, &with);
    }
    Ok(good)
}

fn entries_wanted() -> Result<usize> {
    match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => Ok(ENTRIES),
        [name, number] if name == "--entries" => number.parse().context("--entries NUMBER"),
        other => bail!("cannot understand {other:?}; usage: bench-ingest [--entries NUMBER]"),
    }
}

/// Whether the server may sign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checkpoints {
    Off,
    On,
}

/// Entries per second, beside what the machine could do.
struct Measured {
    rate: f64,
    limit: Limit,
}

struct Client {
    device: Device,
    entries: Vec<Signed>,
}

fn measured(backend: Backend, entries: usize, checkpoints: Checkpoints) -> Result<Measured> {
    let mut installation = Installation::new(backend)?;
    let parties = ["smelter-a", "smelter-b"];
    let mut plants = Vec::new();
    for party in parties {
        plants.push(plant::create(&installation, party)?);
    }
    installation.start()?;
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let party = &plants[number % plants.len()].party;
        let name = format!("gate-{number}");
        let (mut writer, device) = plant::device(&installation, party, &name, "plant")?;
        let signed = sign(&mut writer, entries / CLIENTS + UPLOAD_ENTRIES);
        let (warm, entries) = signed.split_at(UPLOAD_ENTRIES);
        if checkpoints == Checkpoints::On {
            device.vouch()?;
        }
        device.upload_all(warm)?;
        clients.push(Client { device, entries: entries.to_vec() });
    }
    let count: usize = clients.iter().map(|client| client.entries.len()).sum();
    let bytes: usize =
        clients.iter().flat_map(|client| &client.entries).map(|entry| entry.bytes.len()).sum();
    let limit = Limit::measure(&installation, bytes / count)?;
    let rate = count as f64 / send(&clients)?.as_secs_f64();
    let store = installation.store()?;
    if checkpoints == Checkpoints::On {
        let begin = Instant::now();
        wait::until("a checkpoint over all entries", || covered(&store, &plants))?;
        println!(
            "{backend:?}: a checkpoint covers all {} after the last answer",
            milliseconds(begin.elapsed())
        );
    }
    installation.stop()?;
    for plant in &plants {
        read_checked(&store, &plant.party)?;
    }
    Ok(Measured { rate, limit })
}

/// Sends what the clients have, all at once; gives how long it took.
fn send(clients: &[Client]) -> Result<Duration> {
    let start = Instant::now();
    thread::scope(|scope| -> Result<()> {
        let send = |client: &Client| client.device.upload_all(&client.entries);
        let threads: Vec<_> =
            clients.iter().map(|client| scope.spawn(move || send(client))).collect();
        for thread in threads {
            thread.join().expect("sending answers its errors")?;
        }
        Ok(())
    })?;
    Ok(start.elapsed())
}

/// Whether the newest checkpoint of each log covers all of it.
fn covered(store: &Store, plants: &[Plant]) -> Result<Option<()>> {
    for plant in plants {
        let size = store.log(&plant.party)?.map_or(0, |log| log.size);
        let newest = store.checkpoint(&plant.party, 1, Which::Newest)?;
        if newest.is_none_or(|checkpoint| checkpoint.head.size < size) {
            return Ok(None);
        }
    }
    Ok(Some(()))
}

fn sign(writer: &mut Writer, count: usize) -> Vec<Signed> {
    let mut entries = Vec::with_capacity(count + 1);
    while entries.len() < count {
        let at = plant::now();
        let batch = writer.write(batch_register("zn-conc", "yard", None), &at);
        let weigh = writer.write(batch_weigh(batch.id(), "32450"), &at);
        entries.extend([batch, weigh]);
    }
    entries
}

/// What the machine could do at most.
struct Limit {
    verifies: f64,
    syncs: f64,
}

impl Limit {
    fn measure(installation: &Installation, bytes: usize) -> Result<Self> {
        let verifies = measure::verifies_per_second(bytes);
        let syncs = measure::per_second(&measure::fdatasync_times(&installation.data())?);
        Ok(Self { verifies, syncs })
    }

    fn entries_per_second(&self) -> f64 {
        (CORES * self.verifies).min(self.syncs * UPLOAD_ENTRIES as f64)
    }
}

fn report(backend: Backend, measured: &Measured) -> bool {
    let Measured { rate, limit } = measured;
    let rate = *rate;
    let most = limit.entries_per_second();
    let ratio = rate / most;
    println!(
        "{backend:?}: {rate:.0} durable entries/s; limit {most:.0}/s = min({CORES:.0} × {:.0} \
         verifies/s, {:.0} fsyncs/s × {UPLOAD_ENTRIES}); ratio {ratio:.2}",
        limit.verifies, limit.syncs
    );
    let good = ratio >= RATIO_WANTED || (backend == Backend::Sqlite && rate >= RATE_WANTED);
    let wanted = format!("at least {RATIO_WANTED} of the limit, or {RATE_WANTED:.0}/s on SQLite");
    if backend == Backend::Sqlite {
        println!("{backend:?}: {} ({wanted})", if good { "good" } else { "TOO SLOW" });
    }
    // PostgreSQL's figures are shown; the mark is set on SQLite.
    good || backend == Backend::Postgres
}
