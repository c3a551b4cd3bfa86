//! The same logs give the same rows: whatever the order and size of uploads, the database, and
//! whether they were projected as they came or made anew.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tl_domain::event::{Body, EntryRef, KeyRole, Supersede};
use tl_domain::ids::PartyId;
use tl_domain::time::HOUR_MICROS;
use tl_testkit::{
    Backend, FakeClock, Plant, SeededIds, Signed, TestDatabase, Writer, analysed, assay_report,
    backends, batch_move, batch_register, batch_register_coded, batch_weigh, code, flow_report,
    kilograms, part, run_close, run_start, sample_of_batch, sample_of_stream, store_draw,
    store_put, whole,
};
use tl_wire::device::EntryResult;

use super::{Fixture, on_both, options, submission};
use crate::{Draft, INSTALLATION, Store, Submission};

/// What one device of one party writes: a month in small, with corrections and mistakes.
fn story(plant: &Plant, device: &str) -> (Writer, Vec<Signed>) {
    let clock = FakeClock::default();
    let mut gate = Writer::new(&plant.party, device);
    let mut entries = Vec::new();
    let tick = || clock.advance(HOUR_MICROS / 6);
    for round in 0..3_u64 {
        let label = code(round % 2);
        let register = batch_register_coded("zn-conc", "yard", Some("30000"), &label);
        let batch = gate.write(register, &tick());
        let weigh = gate.write(batch_weigh(batch.id(), "32450"), &tick());
        let put = gate.write(store_put(part(batch.id(), "12450"), "pile-1"), &tick());
        let draw = gate.write(store_draw("pile-1", "11000", "roast"), &tick());
        let run = gate.write(run_start("roast", vec![part(batch.id(), "15000")]), &tick());
        let output = gate.write(batch_register("calcine", "roast", None), &tick());
        let close = gate.write(run_close(run.id(), &[(output.id(), "13000")]), &tick());
        let moved = gate.write(batch_move(output.id(), "leach"), &tick());
        let more = gate.write(run_start("roast", vec![part(batch.id(), "9000")]), &tick());
        let sample = gate.write(sample_of_batch(batch.id()), &tick());
        let results = vec![analysed("Tl", "12.5"), analysed("Cd", "900")];
        let assay = gate.write(assay_report(sample.id(), results), &tick());
        let from = clock.now();
        let flow = gate.write(flow_report("dust", &from, &tick(), "700"), &tick());
        let stream = gate.write(sample_of_stream("dust", &from, &clock.now()), &tick());
        let dust = gate.write(assay_report(stream.id(), vec![analysed("Tl", "8000")]), &tick());
        let all = gate.write(store_put(whole(batch.id()), "pile-1"), &tick());
        let unknown = gate.draw_id(&clock.now());
        let orphan = gate.write(batch_weigh(unknown, "5"), &tick());
        entries.extend([
            batch, weigh, put, draw, run, output, close, moved, more, sample, assay, flow, stream,
            dust, all, orphan,
        ]);
    }
    // A history that is long enough to go on from its fold.
    let heap = gate.write(batch_register("zn-conc", "yard", Some("30000")), &tick());
    let run = gate.write(run_start("roast", vec![part(heap.id(), "10")]), &tick());
    let (heap_id, run_id) = (heap.id(), run.id());
    entries.extend([heap, run]);
    for number in 0..24 {
        let body: Body = match number % 6 {
            5 => batch_weigh(heap_id, "30500").into(),
            4 => run_close(run_id, &[(heap_id, "1")]).into(),
            3 => sample_of_batch(heap_id).into(),
            _ => store_put(part(heap_id, "100.5"), "pile-1").into(),
        };
        entries.push(gate.write(body, &tick()));
    }
    (gate, entries)
}

/// A correction of a weighing, signed by the installation.
fn correction(target: &EntryRef, batch: tl_domain::ids::EntryId, kg: &str) -> Supersede {
    let body = Body::from(batch_weigh(batch, kg));
    Supersede {
        target: target.clone(),
        reason: "typed wrong".to_owned(),
        approved_by: "boss".parse().expect("a name"),
        replacement: (kg != "0").then(|| body.to_value()),
    }
}

/// Opens the log and enrols the devices; the same entries each time.
fn prepare(store: &Store, plant: &Plant, devices: &[&str]) {
    let clock = FakeClock::at(1_793_000_000_000_000);
    let mut ids = SeededIds::new(&plant.party);
    let server = Writer::new(&plant.party, INSTALLATION);
    store.add_signer(&plant.party, server.signer().clone());
    let now = clock.now();
    store
        .open_log(&plant.log_open(server.key()), ids.entry(now.micros()), &now, now.micros())
        .expect("a new log");
    let masters = plant.master_puts().map(Body::from);
    let keys = devices.iter().map(|device| {
        Writer::new(&plant.party, device).enrolment(KeyRole::Plant, &plant.site).into()
    });
    for body in masters.chain(keys) {
        append_own(store, &plant.party, ids.entry(now.micros()), body, &clock);
    }
}

fn append_own(
    store: &Store,
    party: &PartyId,
    id: tl_domain::ids::EntryId,
    body: Body,
    clock: &FakeClock,
) {
    let now = clock.now();
    let draft = Draft {
        party: party.clone(),
        id,
        body,
        operator: None,
        observed_at: now.clone(),
        attest: None,
    };
    store.append(vec![Submission::Own(Box::new(draft), now.micros())]).expect("stored");
}

/// A store into which the stories of two parties went: each party's entries in its own order, the
/// parties interleaved and cut into uploads as `cuts` says; what the writer remembers is lost after
/// each.
fn filled(backend: Backend, cuts: &[(bool, usize)]) -> (TestDatabase, Store) {
    let database = TestDatabase::new(backend).expect("a database");
    let store = Store::create(database.url(), options(&database)).expect("a store");
    let plants = [Plant::smelter("hc-smelter"), Plant::smelter("hc-mine")];
    let stories = plants.each_ref().map(|plant| {
        prepare(&store, plant, &["gate-1"]);
        story(plant, "gate-1")
    });
    let mut left = stories.each_ref().map(|(_, entries)| &entries[..]);
    let rest = [(false, usize::MAX), (true, usize::MAX)];
    for (second, size) in cuts.iter().copied().chain(rest) {
        let which = usize::from(second);
        let (upload, rest) = left[which].split_at(size.min(left[which].len()));
        left[which] = rest;
        let (party, device) = (&plants[which].party, stories[which].0.device());
        let submissions = upload
            .iter()
            .map(|signed| {
                let received = signed.entry.head.observed_at.micros() + HOUR_MICROS;
                submission(&store, party, device, &signed.bytes, received)
            })
            .collect();
        let results = store.append(submissions).expect("stored");
        assert!(results.iter().all(|result| matches!(result, EntryResult::Stored { .. })));
        let forgotten = store.shared.write(|_, engine| {
            engine.forget_logs();
            Ok(())
        });
        forgotten.expect("nothing to write");
    }
    // Corrections come last in both logs: twice the same target, and one withdrawn.
    for (plant, (_, entries)) in plants.iter().zip(&stories) {
        let clock = FakeClock::at(1_794_000_000_000_000);
        let mut ids = SeededIds::new(format!("corrections/{}", plant.party));
        for (round, kg) in [(0, "31000"), (0, "32000"), (16, "0")] {
            let supersede = correction(&entries[round + 1].reference(), entries[round].id(), kg);
            let id = ids.entry(clock.micros());
            append_own(&store, &plant.party, id, supersede.into(), &clock);
        }
    }
    (database, store)
}

fn dump(store: &Store) -> Vec<String> {
    let lines = store.dump_projections().expect("read");
    assert!(lines.len() > 200, "{} rows are too few to mean anything", lines.len());
    lines
}

fn assert_same(left: &[String], right: &[String], what: &str) {
    let missing: Vec<_> = left.iter().filter(|line| !right.contains(line)).take(3).collect();
    let more: Vec<_> = right.iter().filter(|line| !left.contains(line)).take(3).collect();
    assert!(left == right, "{what}: only left {missing:#?}, only right {more:#?}");
}

on_both! {
    fn a_rebuild_gives_the_same_rows(backend: Backend) {
        let (_database, store) = filled(backend, &[]);
        let before = dump(&store);
        let mut heard = vec![];
        store.rebuild(|done, total| heard.push((done, total))).expect("rebuilt");
        assert_same(&before, &dump(&store), "rebuilt");
        let total: u64 = store.logs().expect("read").iter().map(|log| log.size).sum();
        assert_eq!(heard.last(), Some(&(total, total)));
        assert_eq!(store.check(|_, _| {}).expect("read").findings, []);
    }

    fn a_store_goes_on_after_a_rebuild(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let register = fixture.write(batch_register("zn-conc", "yard", None));
        fixture.send(std::slice::from_ref(&register));
        fixture.store.rebuild(|_, _| {}).expect("rebuilt");
        let weigh = fixture.write(batch_weigh(register.id(), "2"));
        fixture.send(&[weigh]);
        let row = fixture.store.batch(&fixture.plant.party, register.id().into());
        let wet = row.expect("read").expect("there").wet.expect("weighed");
        assert_eq!(wet.0, kilograms("2").grams());
    }

    fn an_interrupted_rebuild_is_finished_at_the_next_start(backend: Backend) {
        let (database, store) = filled(backend, &[]);
        let before = dump(&store);
        let rows = crate::rows::TABLES.iter().map(|table| crate::rows::shape(*table).0);
        let tables = rows.chain(["link", "correction", "verdict", "lineage_row"]);
        let dropped: String = tables.map(|table| format!("DELETE FROM {table}; ")).collect();
        store
            .write(|conn| conn.script(&format!("{dropped} UPDATE log SET projected = 0")))
            .expect("as after a kill");
        drop(store);
        let store = Store::open(database.url(), options(&database)).expect("opened again");
        assert_same(&before, &dump(&store), "finished");
    }

    fn order_and_size_of_uploads_do_not_matter(backend: Backend) {
        let (_database, store) = filled(backend, &[]);
        let expected = dump(&store);
        drop(store);
        let cases = match backend {
            Backend::Sqlite => 12,
            Backend::Postgres => 3,
        };
        let cuts = prop::collection::vec((any::<bool>(), 1_usize..40), 0..12);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        TestRunner::new(config)
            .run(&cuts, |cuts| {
                let (_database, store) = filled(backend, &cuts);
                assert_same(&expected, &dump(&store), &format!("{cuts:?}"));
                Ok(())
            })
            .expect("the same rows");
    }
}

#[test]
fn both_databases_hold_the_same_rows() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let (_sqlite_database, sqlite) = filled(Backend::Sqlite, &[(true, 7), (false, 20)]);
    let (_postgres_database, postgres) = filled(Backend::Postgres, &[(false, 3)]);
    assert_same(&dump(&sqlite), &dump(&postgres), "SQLite and PostgreSQL");
    let roots = |store: &Store| -> Vec<_> {
        store.logs().expect("read").into_iter().map(|log| (log.party, log.size, log.root)).collect()
    };
    assert_eq!(roots(&sqlite), roots(&postgres));
}
