//! `cargo xtask bench trace`, the second half: the graph of a region from either database.
//!
//! A million batches of forty enterprises, made of each other as the generator of the pure bench
//! makes them (where a part comes from another enterprise's batch it goes by a handover), written
//! as rows, loaded as a server loads them, and asked as a server is asked: origins backward and
//! whereabouts forward, grams and tonnes both. Amounts must be conserved whatever the time.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use tl_domain::event::{DefaultContent, Master, MasterPut, MaterialClass, MaterialRecord};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::quantity::{Basis, ContentUnit};
use tl_lineage::{Holder, Key, Keyring, Kind, Region, Row, Scratch, Subject, Window};
use tl_store::{Draft, INSTALLATION, LoadedRegion, Options, Store, Submission};
use tl_testkit::{Backend, FakeClock, Plant, SeededIds, TestDatabase, Writer, backends};

/// Batches, and the one in so many that is a lot.
const BATCHES: usize = 1_000_000;
const BATCHES_PER_LOT: usize = 50;
/// Enterprises; each has the same number of batches, one after another.
const PARTIES: usize = 40;
/// Questions of each kind, and the inputs of a blend.
const QUESTIONS: usize = 200;
const BLEND: usize = 1_000;
/// What a page shows: the largest fifty, and the rest as a sum.
const PAGE: Window<'static> = Window { skip: 0, take: 50, ..Window::ALL };
/// Rows written in one transaction.
const ROWS_PER_WRITE: usize = 50_000;
/// What is good enough, in milliseconds, for a million batches.
const MEDIAN_MS_WANTED: f64 = 50.0;
const SLOW_MS_WANTED: f64 = 150.0;
const BLEND_MS_WANTED: f64 = 100.0;
/// Largest relative error of conservation.
const CONSERVED: f64 = 1e-9;
/// Milligrams of a lot.
const LOT_MILLIGRAMS: f64 = 30e9;
/// When the first batch was made, and the time between two.
const START_MICROS: i64 = 1_790_000_000_000_000;
const STEP_MICROS: i64 = 1_000_000;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-trace: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let batches = match arguments.as_slice() {
        [] => BATCHES,
        [name, value] if name == "--batches" => value.parse().context("--batches NUMBER")?,
        other => bail!("cannot understand {other:?}; --batches NUMBER"),
    };
    let mut right = true;
    for backend in backends() {
        right &= measured(backend, batches)?;
    }
    Ok(right)
}

/// SplitMix64, as the pure bench has it.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count - 1)
    }
}

/// The id of a batch: sorted by time, as a UUIDv7 is.
fn id(number: usize) -> u128 {
    (number as u128) << 80 | 7 << 76 | u128::from(Random(number as u64).next())
}

fn party(number: usize) -> PartyId {
    format!("works-{number:02}").parse().expect("a name")
}

/// Rows by party, and how many lead from one batch to another.
struct Rows {
    by_party: Vec<Vec<Row>>,
    edges: usize,
    received: u32,
    lots: Vec<usize>,
}

fn empty(owner: u128, line: u32, kind: Kind, at: i64) -> Row {
    Row {
        owner,
        line,
        kind,
        source: Holder::Outside,
        target: Holder::Outside,
        since: at,
        until: at,
        wet: None,
        dry: None,
        volume: None,
        moisture: None,
        material: None,
        stream: None,
    }
}

fn rows(batches: usize) -> Rows {
    let mut random = Random(5);
    let mut rows =
        Rows { by_party: vec![Vec::new(); PARTIES], edges: 0, received: 0, lots: Vec::new() };
    let mut left = vec![1.0_f64; batches];
    let mut mass = vec![0.0_f64; batches];
    let mut lines = vec![0_u32; batches];
    let of = |batch: usize| batch * PARTIES / batches;
    for child in 0..batches {
        let at = START_MICROS + child as i64 * STEP_MICROS;
        let is_lot = child < 20 || random.unit() < 1.0 / BATCHES_PER_LOT as f64;
        if is_lot {
            mass[child] = LOT_MILLIGRAMS;
            rows.lots.push(child);
        }
        let mut parents = Vec::with_capacity(4);
        for _ in 0..if is_lot { 0 } else { 1 + random.below(4) } {
            let back = random.unit().powi(3) * child.min(3_000) as f64;
            let parent = child - 1 - (back as usize).min(child - 1);
            if left[parent] <= 0.05 {
                continue;
            }
            let part = left[parent] * (0.2 + 0.6 * random.unit());
            left[parent] -= part;
            let taken = (part * mass[parent]).round();
            mass[child] += taken;
            lines[parent] += 1;
            // Two portions of one parent are two rows and one edge.
            if !parents.contains(&parent) {
                parents.push(parent);
                rows.edges += 1;
            }
            rows.received += 1;
            let (from, to) = (of(parent), of(child));
            let carry = |owner, line, source, target| Row {
                source,
                target,
                wet: Some(taken as i64),
                ..empty(owner, line, Kind::Carry, at)
            };
            let (source, target) = (Holder::Batch(id(parent)), Holder::Batch(id(child)));
            if from == to {
                rows.by_party[from].push(carry(id(parent), lines[parent], source, target));
                continue;
            }
            let line = Holder::Transit {
                from: party(from).to_string(),
                to: party(to).to_string(),
                code: format!("{child}"),
                line: lines[parent],
            };
            rows.by_party[from].push(carry(id(parent), lines[parent], source, line.clone()));
            let received = (1 << 20) + rows.received;
            rows.by_party[to].push(carry(id(child), received, line, target));
        }
        rows.by_party[of(child)].push(Row {
            target: Holder::Batch(id(child)),
            wet: Some(mass[child] as i64),
            moisture: Some(100_000),
            material: Some("conc".to_owned()),
            ..empty(id(child), 0, if is_lot { Kind::Arrival } else { Kind::Relabel }, at)
        });
    }
    rows
}

/// Logs with the one material that values the lots.
fn open(store: &Store) -> Result<()> {
    let clock = FakeClock::default();
    for number in 0..PARTIES {
        let party = party(number);
        let plant = Plant::smelter(party.as_str());
        let server = Writer::new(&party, INSTALLATION);
        store.add_signer(&party, server.signer().clone());
        let mut ids = SeededIds::new(&party);
        let now = clock.now();
        let first = ids.entry(now.micros());
        store.open_log(&plant.log_open(server.key()), first, &now, now.micros())?;
        let record = Master::Material(MaterialRecord {
            id: "conc".parse()?,
            name: "锌精矿".to_owned(),
            class: MaterialClass::Ore,
            waste_code: None,
            counted: false,
            moisture: None,
            defaults: vec![DefaultContent {
                analyte: "Tl".parse()?,
                value: "40".parse()?,
                unit: ContentUnit::MilligramPerKilogram,
                basis: Some(Basis::Dry),
                percent: "30".parse()?,
                source: "bench".to_owned(),
            }],
        });
        let draft = Draft {
            party: party.clone(),
            id: ids.entry(now.micros()),
            body: MasterPut { record, active: true }.into(),
            operator: None,
            observed_at: now.clone(),
            attest: None,
        };
        store.append(vec![Submission::Own(Box::new(draft), now.micros())])?;
    }
    Ok(())
}

/// Resident memory of this process in MiB.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

fn measured(backend: Backend, batches: usize) -> Result<bool> {
    let database = TestDatabase::new(backend)?;
    let options = Options { create_if_missing: true, ..Options::default() };
    let (edges, lots) = {
        let store = Store::open(database.url(), options.clone())?;
        open(&store)?;
        let rows = rows(batches);
        let start = Instant::now();
        let mut written = 0;
        for (number, of) in rows.by_party.iter().enumerate() {
            for chunk in of.chunks(ROWS_PER_WRITE) {
                store.insert_lineage_for_bench(&party(number), chunk)?;
            }
            written += of.len();
        }
        let took = start.elapsed().as_secs_f64();
        println!(
            "{backend:?}: {batches} batches, {} edges: {written} rows written in {took:.0} s, \
             {:.1} µs each",
            rows.edges,
            took * 1e6 / written as f64
        );
        (rows.edges, rows.lots)
    };
    let store = Store::open(database.url(), options)?;
    let substance: Analyte = "Tl".parse()?;
    let before = resident_mib();
    let start = Instant::now();
    let loaded = store.lineage_region(Keyring::new(11), &substance, &|_, _| {})?;
    let took = start.elapsed().as_secs_f64();
    let LoadedRegion { mut region, .. } = loaded;
    println!(
        "{backend:?}: graph of {} versions and {} edges built in {took:.1} s; {} MiB held, process \
         grew by {} MiB",
        region.len(),
        region.edge_count(),
        region.bytes() >> 20,
        resident_mib().saturating_sub(before)
    );
    ensure!(region.edge_count() >= edges, "edges are missing");
    let conserved = ask(backend, &region, batches, &lots)?;
    refresh(backend, &store, &mut region, &substance)?;
    Ok(conserved)
}

fn key(region: &Region, batch: usize, batches: usize) -> Result<Vec<(Key, f64)>> {
    let party = party(batch * PARTIES / batches);
    let found = region.find(&party, &Subject::Batch(id(batch)));
    ensure!(!found.is_empty(), "batch {batch} is not in the graph");
    Ok(found)
}

/// Times of the questions beside their marks; says whether amounts were conserved.
fn ask(backend: Backend, region: &Region, batches: usize, lots: &[usize]) -> Result<bool> {
    let mut random = Random(7);
    let mut scratch = Scratch::default();
    let hundredth = (batches / 100).max(20);
    let early: Vec<usize> = lots.iter().copied().filter(|lot| *lot < hundredth).collect();
    let (mut back, mut ahead, mut error) = (Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..QUESTIONS {
        let late = key(region, batches - 1 - random.below(hundredth), batches)?;
        let start = Instant::now();
        let answer = region.backward_in(&late, PAGE, &mut scratch)?;
        back.push(start.elapsed().as_secs_f64());
        error = error.max(relative(answer.sum.grams, answer.whole.grams));
        let lot = key(region, early[random.below(early.len())], batches)?;
        let start = Instant::now();
        let answer = region.forward_in(&lot, PAGE, &mut scratch)?;
        ahead.push(start.elapsed().as_secs_f64());
        error = error.max(relative(answer.sum.grams, answer.whole.grams));
        error = error.max(relative(answer.sum.tonnes, answer.whole.tonnes));
    }
    for (name, mut times) in [("backward, late", back), ("forward, early", ahead)] {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize] * 1e3;
        let (median, slow) = (at(0.5), at(0.99));
        let met = median <= MEDIAN_MS_WANTED && slow <= SLOW_MS_WANTED;
        let figure =
            format!("{backend:?}: {name}, grams and tonnes: p50 {median:.1} ms, p99 {slow:.1} ms");
        let target = format!("p50 ≤ {MEDIAN_MS_WANTED} ms, p99 ≤ {SLOW_MS_WANTED} ms");
        mark(batches, &figure, &target, met);
    }
    let mut inputs = Vec::with_capacity(BLEND);
    for step in 0..BLEND.min(batches / 2) {
        let batch = batches - 1 - step * (batches / 2 / BLEND).max(1);
        inputs.extend(key(region, batch, batches)?.into_iter().map(|(key, _)| (key, 0.001)));
    }
    let start = Instant::now();
    let origins = region.backward_in(&inputs, PAGE, &mut scratch)?.total;
    let took = start.elapsed().as_secs_f64() * 1e3;
    let figure = format!("{backend:?}: {origins} origins of a blend of {BLEND}: {took:.1} ms");
    mark(batches, &figure, &format!("≤ {BLEND_MS_WANTED} ms"), took <= BLEND_MS_WANTED);
    let conserved = error <= CONSERVED;
    let word = if conserved { "right" } else { "WRONG" };
    println!("{backend:?}: amounts are conserved to {error:.1e}: {word}");
    Ok(conserved)
}

/// What an entry of one enterprise costs the graph of all.
fn refresh(
    backend: Backend,
    store: &Store,
    region: &mut Region,
    substance: &Analyte,
) -> Result<()> {
    let party = party(PARTIES / 2);
    let ring = *region.ring();
    let start = Instant::now();
    let (versions, _) = store.lineage_versions(&party, &ring, substance)?;
    let woven = start.elapsed().as_secs_f64() * 1e3;
    let start = Instant::now();
    region.refresh(&party, &versions)?;
    let took = start.elapsed().as_secs_f64() * 1e3;
    println!(
        "{backend:?}: after an entry of an enterprise of {} versions: {woven:.0} ms to read and \
         weave, {took:.0} ms in the graph",
        versions.len()
    );
    Ok(())
}

fn relative(a: f64, b: f64) -> f64 {
    (a - b).abs() / b.abs().max(1e-9)
}

/// A figure beside its mark, which is one for a million batches.
fn mark(batches: usize, figure: &str, target: &str, met: bool) {
    if batches == BATCHES {
        println!("{figure}; target {target}: {}", if met { "met" } else { "NOT MET" });
    } else {
        println!("{figure}");
    }
}
