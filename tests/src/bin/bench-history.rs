//! `cargo xtask bench history`: what an entry costs when thousands before it were about the same
//! object.
//!
//! Each line is one log in which one object is written about again and again, without devices or
//! HTTP; the last tenth should cost what the first tenth does. Nothing is judged: the figures are
//! for eyes.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::{
    AssayReview, Body, EntryRef, LabelPrint, MasterPut, ReviewDecision, RunClose, Supersede,
};
use tl_domain::ids::EntryId;
use tl_store::{Draft, INSTALLATION, Options, Store, Submission};
use tl_testkit::{
    Backend, FakeClock, Plant, SeededIds, TestDatabase, Writer, analysed, assay_report, backends,
    batch_register, batch_weigh, code, part, run_close, run_start, sample_of_batch, store_draw,
    store_put,
};
use tl_wire::device::EntryResult;

/// Entries about the one object.
const ENTRIES: usize = 20_000;
/// Entries in one transaction.
const UPLOAD: usize = 100;
/// Time between entries: a second.
const STEP_MICROS: i64 = 1_000_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-history: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (entries, only) = wanted()?;
    println!("{entries} entries about one object, {UPLOAD} in a transaction; µs per entry");
    for backend in backends() {
        for (name, begin) in STORIES {
            if only.as_ref().is_none_or(|only| only == name) {
                let (first, last, rebuilt) = measured(backend, *begin, entries)?;
                println!(
                    "{backend:?}: {name:19} first tenth {first:6.0}, last tenth {last:6.0}, \
                     rebuild {rebuilt:6.0}"
                );
            }
        }
    }
    Ok(())
}

fn wanted() -> Result<(usize, Option<String>)> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut wanted = (ENTRIES, None);
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--entries" => {
                wanted.0 = value.parse().context("--entries NUMBER")?;
            }
            [name, value] if name == "--only" => wanted.1 = Some(value.clone()),
            other => bail!("cannot understand {other:?}; --entries NUMBER, --only NAME"),
        }
    }
    Ok(wanted)
}

/// One log with what was written first.
struct World {
    store: Store,
    plant: Plant,
    clock: FakeClock,
    ids: SeededIds,
    _database: TestDatabase,
}

/// Writes what the story is about and says what comes again and again.
type Begin = fn(&mut World) -> Result<Again>;
type Again = Box<dyn FnMut(usize) -> Body>;

const STORIES: &[(&str, Begin)] = &[
    ("weighings", |world| {
        let batch = world.pile()?;
        Ok(Box::new(move |number| batch_weigh(batch.id, &kilograms(number)).into()))
    }),
    ("same weighing", |world| {
        let batch = world.pile()?;
        Ok(Box::new(move |_| batch_weigh(batch.id, "1000000").into()))
    }),
    ("puts of a batch", |world| {
        let batch = world.pile()?;
        Ok(Box::new(move |_| store_put(part(batch.id, "1.5"), "pile-1").into()))
    }),
    ("runs of a batch", |world| {
        let batch = world.pile()?;
        Ok(Box::new(move |_| run_start("roast", vec![part(batch.id, "1.5")]).into()))
    }),
    ("samples of a batch", |world| {
        let batch = world.pile()?;
        Ok(Box::new(move |_| sample_of_batch(batch.id).into()))
    }),
    ("draws of a place", |_| Ok(Box::new(|_| store_draw("pile-1", "1.5", "roast").into()))),
    ("closes of a run", |world| {
        let batch = world.pile()?;
        let run = world.one(run_start("roast", vec![part(batch.id, "1")]))?;
        let input = part(batch.id, "1.5");
        Ok(Box::new(move |_| {
            RunClose { inputs: vec![input.clone()], ..run_close(run.id, &[]) }.into()
        }))
    }),
    ("outputs to a batch", |world| {
        let batch = world.pile()?;
        let run = world.one(run_start("roast", vec![]))?;
        Ok(Box::new(move |_| run_close(run.id, &[(batch.id, "1.5")]).into()))
    }),
    ("results of a sample", |world| {
        let batch = world.pile()?;
        let sample = world.one(sample_of_batch(batch.id))?;
        Ok(Box::new(move |_| assay_report(sample.id, vec![analysed("Tl", "2")]).into()))
    }),
    ("reviews of an assay", |world| {
        let batch = world.pile()?;
        let sample = world.one(sample_of_batch(batch.id))?;
        let target = world.one(assay_report(sample.id, vec![analysed("Tl", "2")]))?;
        Ok(Box::new(move |_| {
            let decision = ReviewDecision::Accept;
            let (assay, target) = (target.id.into(), target.clone());
            AssayReview { assay, target, decision, reason: None }.into()
        }))
    }),
    ("prints of a label", |world| {
        world.pile()?;
        Ok(Box::new(move |_| {
            let (of, code) = (CodeKind::Batch, label());
            LabelPrint::new(of, code, 1).into()
        }))
    }),
    ("versions of a place", |world| {
        let places = world.plant.master_puts().filter(|put| put.record.what() == "place");
        let place: MasterPut = places.last().context("the plant has places")?;
        Ok(Box::new(move |_| place.clone().into()))
    }),
    ("corrections", |world| {
        let batch = world.pile()?;
        let target = world.one(batch_weigh(batch.id, "1000000"))?;
        Ok(Box::new(move |number| {
            let weighed = Body::from(batch_weigh(batch.id, &kilograms(number)));
            Supersede {
                target: target.clone(),
                reason: "typed wrong".to_owned(),
                approved_by: "boss".parse().expect("a name"),
                replacement: Some(weighed.to_value()),
            }
            .into()
        }))
    }),
    ("of nothing known", |world| {
        let at = world.clock.now();
        let missing = world.ids.entry(at.micros());
        Ok(Box::new(move |_| batch_weigh(missing, "5").into()))
    }),
];

fn label() -> Code {
    code(7)
}

fn kilograms(number: usize) -> String {
    format!("{}.5", 1_000_000 + number)
}

/// Microseconds per entry in the first and in the last tenth, and when all is projected anew.
fn measured(backend: Backend, begin: Begin, entries: usize) -> Result<(f64, f64, f64)> {
    let mut world = World::new(backend)?;
    let mut again = begin(&mut world)?;
    let mut times: Vec<(usize, Duration)> = Vec::new();
    let mut written = 0;
    while written < entries {
        let count = UPLOAD.min(entries - written);
        let bodies: Vec<Body> = (written..written + count).map(&mut again).collect();
        let started = Instant::now();
        world.write(bodies)?;
        times.push((count, started.elapsed()));
        written += count;
    }
    let tenth = times.len().div_ceil(10);
    let per_entry = |part: &[(usize, Duration)]| {
        let count: usize = part.iter().map(|(count, _)| count).sum();
        part.iter().map(|(_, time)| time.as_secs_f64()).sum::<f64>() * 1e6 / count as f64
    };
    let started = Instant::now();
    world.store.rebuild(|_, _| {})?;
    let rebuilt = per_entry(&[(entries, started.elapsed())]);
    Ok((per_entry(&times[..tenth]), per_entry(&times[times.len() - tenth..]), rebuilt))
}

impl World {
    fn new(backend: Backend) -> Result<Self> {
        let database = TestDatabase::new(backend)?;
        let options = Options { blob_dir: Some(database.blob_dir()), ..Options::default() };
        let store = Store::create(database.url(), options)?;
        let plant = Plant::smelter("smelter");
        let server = Writer::new(&plant.party, INSTALLATION);
        store.add_signer(&plant.party, server.signer().clone());
        let (clock, mut ids) = (FakeClock::default(), SeededIds::new("history"));
        let now = clock.now();
        let open = plant.log_open(server.key());
        store.open_log(&open, ids.entry(now.micros()), &now, now.micros())?;
        let mut world = Self { store, plant, clock, ids, _database: database };
        let masters: Vec<Body> = world.plant.master_puts().map(Body::from).collect();
        world.write(masters)?;
        Ok(world)
    }

    /// A batch of a thousand tonnes with a label.
    fn pile(&mut self) -> Result<EntryRef> {
        let mut register = batch_register("zn-conc", "yard", Some("1000000"));
        register.code = Some(label());
        self.one(register)
    }

    fn one(&mut self, body: impl Into<Body>) -> Result<EntryRef> {
        let mut written = self.write(vec![body.into()])?;
        written.pop().context("one entry, one answer")
    }

    fn write(&mut self, bodies: Vec<Body>) -> Result<Vec<EntryRef>> {
        let drafts: Vec<(EntryId, Submission)> =
            bodies.into_iter().map(|body| self.draft(body)).collect();
        let (ids, drafts): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
        let results = self.store.append(drafts)?;
        ensure!(results.len() == ids.len(), "{} answers", results.len());
        ids.into_iter()
            .zip(results)
            .map(|(id, result)| match result {
                EntryResult::Stored { leaf, .. } => Ok(EntryRef { id, hash: leaf }),
                other => bail!("{other:?}"),
            })
            .collect()
    }

    fn draft(&mut self, body: Body) -> (EntryId, Submission) {
        let at = self.clock.advance(STEP_MICROS);
        let id = self.ids.entry(at.micros());
        let draft = Draft {
            party: self.plant.party.clone(),
            id,
            body,
            operator: None,
            observed_at: at.clone(),
            attest: None,
        };
        (id, Submission::Own(Box::new(draft), at.micros()))
    }
}
