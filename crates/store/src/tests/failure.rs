//! What must not be lost or half kept: errors in the middle, second writers, full queues.

use tl_testkit::{Backend, TestDatabase, Writer, batch_register};
use tl_wire::device::EntryResult;

use super::{Fixture, assert_clean, on_both, options};
use crate::limits::QUEUE_ENTRIES_MAX;
use crate::{Draft, INSTALLATION, Options, Store, StoreError};

/// Makes the database refuse rows of one material, as a full disk or a bug would.
fn break_flows(fixture: &Fixture, backend: Backend) {
    let script = match backend {
        Backend::Sqlite => {
            "CREATE TRIGGER broken BEFORE INSERT ON flow_row WHEN NEW.material = 'dust' \
             BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"
        }
        Backend::Postgres => {
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.material = 'dust' THEN RAISE EXCEPTION 'broken on purpose'; END IF; \
             RETURN NEW; END $$; \
             CREATE TRIGGER broken BEFORE INSERT ON flow_row \
             FOR EACH ROW EXECUTE FUNCTION broken()"
        }
    };
    fixture.store.write(|conn| conn.script(script)).expect("a trigger");
}

fn mend_flows(fixture: &Fixture, backend: Backend) {
    let script = match backend {
        Backend::Sqlite => "DROP TRIGGER broken",
        Backend::Postgres => "DROP TRIGGER broken ON flow_row; DROP FUNCTION broken()",
    };
    fixture.store.write(|conn| conn.script(script)).expect("no trigger");
}

on_both! {
    fn an_error_in_the_middle_leaves_nothing_behind(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let good = fixture.write(batch_register("zn-conc", "yard", Some("10")));
        let bad = fixture.write(batch_register("dust", "yard", Some("10")));
        let next = fixture.write(batch_register("zn-conc", "yard", Some("10")));
        let before = (fixture.store.dump_projections().expect("read"), fixture.store.logs());
        break_flows(&fixture, backend);
        let received = fixture.clock.micros();
        let entries = [good, bad, next];
        let submit = |fixture: &Fixture| {
            entries.iter().map(|entry| fixture.submission(entry, received)).collect()
        };
        let error = fixture.store.append(submit(&fixture)).expect_err("broken");
        assert!(error.to_string().contains("broken on purpose"), "{error}");
        let after = (fixture.store.dump_projections().expect("read"), fixture.store.logs());
        assert_eq!(before.0, after.0);
        assert_eq!(before.1.expect("read"), after.1.expect("read"));
        mend_flows(&fixture, backend);
        assert_clean(&fixture.store.append(submit(&fixture)).expect("stored"));
        assert_eq!(fixture.store.check(|_, _| {}).expect("read").findings, []);
    }

    fn a_bad_job_does_not_take_its_neighbours_with_it(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let mut other = Writer::new(&fixture.plant.party, "gate-2");
        let enrol = other.enrolment(tl_domain::event::KeyRole::Gate, &fixture.plant.site);
        let party = fixture.plant.party.clone();
        fixture.own(&party, enrol);
        let at = fixture.clock.now();
        break_flows(&fixture, backend);
        let bad = fixture.write(batch_register("dust", "yard", Some("10")));
        let good = other.write(batch_register("zn-conc", "yard", Some("10")), &at);
        let received = fixture.clock.micros();
        let bad = fixture.submission(&bad, received);
        let good =
            crate::tests::submission(&fixture.store, &party, other.device(), &good.bytes, received);
        // Both wait while the lane is held, so that one transaction takes both.
        let tickets = fixture
            .store
            .write(|_| {
                let bad = fixture.store.shared.queue.put(vec![bad]);
                let good = fixture.store.shared.queue.put(vec![good]);
                Ok((bad, good))
            })
            .expect("queued");
        assert!(tickets.0.expect("queued").wait().is_err());
        assert_clean(&tickets.1.expect("queued").wait().expect("stored"));
    }

    fn a_command_beside_the_server_fences_nobody(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let first = fixture.write(batch_register("zn-conc", "yard", Some("1")));
        assert_clean(&fixture.send(&[first]));
        let command = Store::open(fixture.database.url(), options(&fixture.database));
        let command = command.expect("a second process");
        let server = Writer::new(&party, INSTALLATION);
        command.add_signer(&party, server.signer().clone());
        let at = fixture.clock.advance(1_000_000);
        let revoke = tl_domain::event::KeyRevoke {
            device: fixture.gate.device().clone(),
            key: fixture.gate.key(),
            reason: "stolen".to_owned(),
        };
        let draft = Draft {
            party: party.clone(),
            id: fixture.ids.entry(at.micros()),
            body: revoke.into(),
            operator: None,
            observed_at: at.clone(),
            attest: None,
        };
        command.append_beside(vec![(draft, at.micros())]).expect("the command writes");
        let put = fixture.plant.master_puts().next().expect("masters");
        let own = fixture.own(&party, put);
        assert!(matches!(own, EntryResult::Stored { .. }), "the server goes on: {own:?}");
        let late = fixture.write(batch_register("zn-conc", "yard", Some("2")));
        assert!(matches!(fixture.send(&[late])[0], EntryResult::Stored { .. }));
        let newest = fixture.store.recent(&party, crate::Page::FIRST).expect("read");
        assert!(newest.rows[0].suspect, "and knows what the command revoked");
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert_eq!(report.findings.len(), 0);
    }

    fn a_second_writer_fences_the_first(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let first = fixture.write(batch_register("zn-conc", "yard", Some("1")));
        assert_clean(&fixture.send(&[first]));
        let second = Store::open(fixture.database.url(), options(&fixture.database));
        let second = second.expect("a second process");
        let entry = fixture.write(batch_register("zn-conc", "yard", Some("2")));
        let received = fixture.clock.micros();
        let submission = fixture.submission(&entry, received);
        assert_clean(&second.append(vec![submission.clone()]).expect("the second takes over"));
        let fenced = fixture.store.append(vec![submission.clone()]);
        assert!(matches!(fenced, Err(StoreError::Fenced(_))), "{fenced:?}");
        let fenced = fixture.store.append(vec![submission.clone()]);
        assert!(matches!(fenced, Err(StoreError::Fenced(_))), "and stays fenced");
        fixture.store.take_over(&fixture.plant.party).expect("on purpose");
        let results = fixture.store.append(vec![submission.clone()]).expect("known");
        assert!(matches!(results[0], EntryResult::Stored { .. }));
        let fenced = second.append(vec![submission]);
        assert!(matches!(fenced, Err(StoreError::Fenced(_))), "now the other is");
        assert_eq!(fixture.store.check(|_, _| {}).expect("read").findings, []);
    }

    fn the_queue_is_bounded(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entry = fixture.write(batch_register("zn-conc", "yard", Some("1")));
        let received = fixture.clock.micros();
        let upload = vec![fixture.submission(&entry, received); 512];
        // While the lane is held the writer takes one batch at most and waits with it.
        let tickets = fixture
            .store
            .write(|_| {
                let mut tickets = vec![];
                for _ in 0..=(QUEUE_ENTRIES_MAX / 512 + 1) {
                    tickets.push(fixture.store.shared.queue.put(upload.clone()));
                }
                Ok(tickets)
            })
            .expect("held");
        let busy = tickets.iter().filter(|t| matches!(t, Err(StoreError::Busy { .. }))).count();
        assert!((1..=2).contains(&busy), "{busy} of {} were turned away", tickets.len());
        for ticket in tickets.into_iter().flatten() {
            assert_eq!(ticket.wait().expect("stored").len(), 512);
        }
        assert_eq!(fixture.store.check(|_, _| {}).expect("read").findings, []);
    }

    fn entries_and_evidence_can_not_be_changed(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entry = fixture.write(batch_register("zn-conc", "yard", Some("1")));
        fixture.gate.prev = tl_ledger::Hash::ZERO;
        let refused = fixture.write(batch_register("zn-conc", "yard", Some("1")));
        fixture.send(&[entry, refused]);
        for sql in [
            "UPDATE entry SET observed_at = 0",
            "DELETE FROM entry",
            "UPDATE evidence SET detail = 'nothing'",
            "DELETE FROM evidence",
        ] {
            let error = fixture.store.write(|conn| conn.script(sql)).expect_err(sql).to_string();
            assert!(error.contains("never"), "{sql}: {error}");
        }
        if backend == Backend::Postgres {
            let error = fixture.store.write(|conn| conn.script("TRUNCATE entry"));
            assert!(error.expect_err("refused").to_string().contains("never"));
        }
    }

    fn the_doctor_finds_what_was_altered(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries: Vec<_> =
            (0..3).map(|_| fixture.write(batch_register("zn-conc", "yard", Some("1")))).collect();
        fixture.send(&entries);
        // Someone with the database's password gets around triggers.
        let off = match backend {
            Backend::Sqlite => "DROP TRIGGER entry_stays; DROP TRIGGER entry_remains",
            Backend::Postgres => "ALTER TABLE entry DISABLE TRIGGER USER",
        };
        fixture.store.write(|conn| conn.script(off)).expect("off");
        let (first, middle) = (entries[0].id(), entries[1].id());
        let alter = format!(
            "UPDATE entry SET bytes = (SELECT bytes FROM entry WHERE id = '{first}') \
             WHERE id = '{middle}'"
        );
        fixture.store.write(|conn| conn.script(&alter)).expect("altered");
        let report = fixture.store.check(|_, _| {}).expect("read");
        let all: String = report.findings.iter().map(|f| format!("{}\n", f.message)).collect();
        assert!(all.contains("leaf") && all.contains("root") && all.contains("signed"), "{all}");
        let delete = format!("DELETE FROM entry WHERE id = '{}'", entries[2].id());
        fixture.store.write(|conn| conn.script(&delete)).expect("deleted");
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert!(report.findings.iter().any(|f| f.message.contains("missing")), "{report:?}");
    }
}

#[test]
fn a_missing_file_is_not_made_by_a_typing_error() {
    let database = TestDatabase::sqlite();
    let missing = Store::open(database.url(), Options::default());
    assert!(matches!(missing.err(), Some(StoreError::Missing(_))));
    drop(Store::create(database.url(), Options::default()).expect("made"));
    Store::open(database.url(), Options::default()).expect("there now").ping().expect("answers");
    for url in ["mysql://x", "sqlite:", "sqlite::memory:", "/tmp/x.db"] {
        let refused = Store::open(url, Options::default());
        assert!(matches!(refused.err(), Some(StoreError::Url(_))), "{url}");
    }
    let hidden = Store::open("postgres://me:secret@127.0.0.1:1/none", Options::default());
    let shown = hidden.err().expect("nobody there").to_string();
    assert!(shown.contains("127.0.0.1:1/none") && !shown.contains("secret"), "{shown}");
}

#[test]
fn the_last_store_ends_the_writer_after_what_waits() {
    let mut fixture = Fixture::new(Backend::Sqlite);
    let entry = fixture.write(batch_register("zn-conc", "yard", Some("1")));
    let received = fixture.clock.micros();
    let submission = fixture.submission(&entry, received);
    let Fixture { store, database, plant, gate, .. } = fixture;
    let ticket = store.shared.queue.put(vec![submission]).expect("queued");
    drop(store);
    assert_clean(&ticket.wait().expect("written before the end"));
    let store = Store::open(database.url(), options(&database)).expect("opened again");
    let head = store.stream_head(&plant.party, gate.device()).expect("read").expect("wrote");
    assert_eq!(head.acked_through, 1);
}
