//! `cargo xtask bench accounts`: accountancy of a region beside the speed at which its entries are
//! stored: everything computed from nothing, a month closed by all, a late correction of one.
//!
//! Enterprises write flow reports with assays, and stock takes at the end of each month; the store
//! is used without devices or HTTP. Marks of the issue: a month close of 400 enterprises within
//! 20 s, a late correction within 1 s.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tl_accounts::close;
use tl_accounts::evaluate::Account;
use tl_domain::event::{Body, EntryRef, PeriodClose, StockLine, StockMethod, StockTake, Supersede};
use tl_domain::ids::{Analyte, EntryId, PartyId};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, Micros, Moment, Span};
use tl_server::accounts::{job, refresh};
use tl_store::{Draft, INSTALLATION, Options, StatesOf, Store, Submission};
use tl_testkit::{
    Backend, FakeClock, Plant, SeededIds, TestDatabase, Writer, analysed, assay_report, backends,
    flow_report, kilograms, sample_of_stream,
};
use tl_wire::device::EntryResult;

/// Enterprises of the region.
const ENTERPRISES: usize = 400;
/// Months that are there before the one that is closed.
const MONTHS: i64 = 12;
/// Flow reports a month, each with a sample and an assay.
const REPORTS: i64 = 20;
/// Length of a month of the bench.
const MONTH_MICROS: Micros = 30 * DAY_MICROS;
/// Seconds within which the issue wants a month closed by all.
const CLOSE_SECONDS: f64 = 20.0;
/// Seconds within which it wants a late correction to have moved what it touches.
const CORRECTION_SECONDS: f64 = 1.0;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-accounts: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let enterprises = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => ENTERPRISES,
        [name, value] if name == "--enterprises" => value.parse().context("--enterprises N")?,
        other => bail!("cannot understand {other:?}; --enterprises N"),
    };
    for backend in backends() {
        println!("{backend:?}: {enterprises} enterprises, {MONTHS} months, 20 reports a month");
        Region::new(backend, enterprises)?.measure()?;
    }
    Ok(())
}

struct Region {
    store: Store,
    plants: Vec<Plant>,
    clock: FakeClock,
    ids: SeededIds,
    thallium: Analyte,
    start: Micros,
    _database: TestDatabase,
}

impl Region {
    fn new(backend: Backend, enterprises: usize) -> Result<Self> {
        let database = TestDatabase::new(backend)?;
        let options = Options { blob_dir: Some(database.blob_dir()), ..Options::default() };
        let store = Store::create(database.url(), options)?;
        let clock = FakeClock::default();
        let plants: Vec<Plant> =
            (0..enterprises).map(|n| Plant::smelter(&format!("plant-{n:04}"))).collect();
        let start = clock.micros();
        let ids = SeededIds::new("region");
        let thallium = "Tl".parse().context("a substance")?;
        let mut region = Self { store, plants, clock, ids, thallium, start, _database: database };
        region.open()?;
        Ok(region)
    }

    fn open(&mut self) -> Result<()> {
        for plant in self.plants.clone() {
            let server = Writer::new(&plant.party, INSTALLATION);
            self.store.add_signer(&plant.party, server.signer().clone());
            let now = self.clock.now();
            let id = self.ids.entry(now.micros());
            self.store.open_log(&plant.log_open(server.key()), id, &now, now.micros())?;
            let masters: Vec<Body> = plant.master_puts().map(Body::from).collect();
            self.append(&plant.party, masters)?;
        }
        Ok(())
    }

    /// Appends bodies of one party in one transaction; gives their ids and leaf hashes.
    fn append(&mut self, party: &PartyId, bodies: Vec<Body>) -> Result<Vec<EntryRef>> {
        let at = self.clock.now();
        let mut ids: Vec<EntryId> = Vec::with_capacity(bodies.len());
        let mut submissions = Vec::with_capacity(bodies.len());
        for body in bodies {
            let id = self.ids.entry(at.micros());
            ids.push(id);
            let draft = Draft {
                party: party.clone(),
                id,
                body,
                operator: None,
                observed_at: at.clone(),
                attest: None,
            };
            submissions.push(Submission::Own(Box::new(draft), at.micros()));
        }
        let results = self.store.append(submissions)?;
        ids.into_iter()
            .zip(results)
            .map(|(id, result)| match result {
                EntryResult::Stored { leaf, .. } => Ok(EntryRef { hash: leaf, id }),
                other => bail!("not stored: {other:?}"),
            })
            .collect()
    }

    /// One month of one plant; gives its first flow report.
    fn month(&mut self, plant: usize, month: i64) -> Result<EntryRef> {
        let party = self.plants[plant].party.clone();
        let from = self.start + month * MONTH_MICROS;
        let step = MONTH_MICROS / REPORTS;
        let mut reports = Vec::new();
        let mut spans = Vec::new();
        for number in 0..REPORTS {
            let stream = ["feed", "calcine", "residue", "water"][usize::try_from(number % 4)?];
            let since = moment(from + number * step + HOUR_MICROS)?;
            let until = moment(from + (number + 1) * step - HOUR_MICROS)?;
            let kg = (90_000 + (number * 37 + month * 11) % 900).to_string();
            reports.push(flow_report(stream, &since, &until, &kg).into());
            spans.push((stream, since, until));
        }
        let first = self.append(&party, reports)?;
        let samples: Vec<Body> =
            spans.iter().map(|(name, from, to)| sample_of_stream(name, from, to).into()).collect();
        let samples = self.append(&party, samples)?;
        let assay = |sample: &EntryRef| assay_report(sample.id, vec![analysed("Tl", "50")]).into();
        let assays: Vec<Body> = samples.iter().map(assay).collect();
        self.append(&party, assays)?;
        let takes = [("yard", "zn-conc"), ("roast", "calcine"), ("leach", "residue")];
        let end = from + MONTH_MICROS;
        let takes: Result<Vec<Body>> =
            takes.iter().map(|(node, of)| Ok(take(node, of, end)?.into())).collect();
        self.append(&party, takes?)?;
        Ok(first[0].clone())
    }

    /// Computes all that is due; gives how long it took and for how many.
    fn compute(&self) -> Result<(Duration, usize)> {
        let begin = Instant::now();
        let due = self.store.accounts_due()?;
        let failed = job::compute(&self.store, &self.thallium, &due, self.clock.micros())
            .map_err(|failure| anyhow::anyhow!("{failure}"))?;
        ensure!(failed.is_empty(), "not computed: {:?}", failed.first());
        ensure!(self.store.accounts_due()?.is_empty(), "somebody is still due");
        Ok((begin.elapsed(), due.len()))
    }

    fn measure(&mut self) -> Result<()> {
        let begin = Instant::now();
        let mut corrected = None;
        for month in 0..MONTHS {
            for plant in 0..self.plants.len() {
                let first = self.month(plant, month)?;
                corrected = corrected.or((month == 3).then_some(first));
            }
        }
        let entries = self.plants.len() as f64 * MONTHS as f64 * (3.0 * REPORTS as f64 + 3.0);
        let stored = begin.elapsed();
        println!(
            "  stored {entries:.0} entries in {:.1} s ({:.0}/s, signed here)",
            stored.as_secs_f64(),
            entries / stored.as_secs_f64()
        );
        self.clock.advance((MONTHS + 2) * MONTH_MICROS);
        let (took, parties) = self.compute()?;
        println!("  from nothing: {parties} enterprises in {:.2} s", took.as_secs_f64());

        for plant in 0..self.plants.len() {
            self.month(plant, MONTHS)?;
        }
        let begin = Instant::now();
        let (computed, parties) = self.compute()?;
        self.close_all()?;
        let took = begin.elapsed().as_secs_f64();
        println!(
            "  month close: {parties} enterprises in {took:.2} s (computed {:.2} s; {})",
            computed.as_secs_f64(),
            judged(took, CLOSE_SECONDS)
        );
        self.compute()?;
        self.correct(corrected.context("a report of the fourth month")?)
    }

    /// Closes the last period of every enterprise with the figures as they stand.
    fn close_all(&mut self) -> Result<()> {
        let states = self.store.account_states(&self.thallium, &StatesOf::Area("enterprise"))?;
        for state in states {
            let account: Account =
                refresh::read(&state.doc).map_err(|failure| anyhow::anyhow!("{failure}"))?;
            let last = account.periods.last().context("a period")?;
            let log = self.store.log(&state.party)?.context("a log")?;
            let close = PeriodClose {
                node: None,
                site: None,
                span: Span { from: moment(last.span.from)?, to: moment(last.span.to)? },
                substance: self.thallium.clone(),
                size: log.size,
                root: log.root,
                opening: Vec::new(),
                closing: Vec::new(),
                figures: close::figures(last),
                witness: None,
            };
            self.append(&state.party, vec![close.into()])?;
        }
        Ok(())
    }

    /// A report of the first plant's fourth month is corrected nine months later.
    fn correct(&mut self, target: EntryRef) -> Result<()> {
        let party = self.plants[0].party.clone();
        let (from, to) =
            (self.start + 3 * MONTH_MICROS, self.start + 3 * MONTH_MICROS + DAY_MICROS);
        let replacement = flow_report("feed", &moment(from)?, &moment(to)?, "80000");
        let correction = Supersede {
            target,
            reason: "wrong slip".to_owned(),
            approved_by: "op-1".parse().context("an operator")?,
            replacement: Some(serde_json::to_value(replacement)?),
        };
        let begin = Instant::now();
        self.append(&party, vec![correction.into()])?;
        let (computed, parties) = self.compute()?;
        let took = begin.elapsed().as_secs_f64();
        ensure!(parties == 1, "a correction of one plant touched {parties}");
        println!(
            "  late correction: {took:.3} s (computed {:.3} s; {})",
            computed.as_secs_f64(),
            judged(took, CORRECTION_SECONDS)
        );
        Ok(())
    }
}

fn judged(seconds: f64, mark: f64) -> String {
    let word = if seconds <= mark { "within" } else { "BEYOND" };
    format!("{word} the mark of {mark} s")
}

fn moment(at: Micros) -> Result<Moment> {
    Moment::from_micros(at, 8 * 3600).context("a moment")
}

fn take(node: &str, material: &str, at: Micros) -> Result<StockTake> {
    let line = StockLine {
        material: material.parse()?,
        place: None,
        batch: None,
        method: StockMethod::Count,
        mass: Some(kilograms("1000")),
        volume: None,
        moisture: None,
        content: None,
        measured_at: None,
        uncertainty: Vec::new(),
    };
    let (node, at) = (node.parse()?, moment(at)?);
    Ok(StockTake { node, at, lines: vec![line], witness: None, blobs: Vec::new() })
}
