use std::fs;

use tl_ledger::Hash;
use tl_testkit::{Backend, batch_register};

use super::FINDINGS_MAX;
use crate::sql::Value;
use crate::tests::{Fixture, assert_clean, on_both, submission};

const FILE: &[u8] = b"an instrument's file";

/// A plant with an entry, refused bytes, an entry after them, and a blob.
fn plant(backend: Backend) -> Fixture {
    let mut fixture = Fixture::new(backend);
    let before = fixture.write(batch_register("zn-conc", "yard", Some("1")));
    assert_clean(&fixture.send(&[before]));
    let bytes = b"no entry at all";
    let party = fixture.plant.party.clone();
    let refused = submission(&fixture.store, &party, fixture.gate.device(), bytes, 7);
    fixture.store.append(vec![refused]).expect("kept as evidence");
    fixture.gate.dseq += 1;
    fixture.gate.prev = Hash::leaf(bytes);
    let after = fixture.write(batch_register("zn-conc", "yard", Some("2")));
    assert_clean(&fixture.send(&[after]));
    let (name, size) = (Hash::of(FILE), FILE.len() as u64);
    fixture.store.put_blob_piece(&party, &name, size, 0, FILE, 1).expect("a blob");
    fixture
}

/// Someone with the database's password gets around triggers.
fn alter(fixture: &Fixture, backend: Backend, sql: &str) {
    let off = match backend {
        Backend::Sqlite => {
            "DROP TRIGGER IF EXISTS entry_stays; DROP TRIGGER IF EXISTS evidence_stays; \
             DROP TRIGGER IF EXISTS evidence_remains"
        }
        Backend::Postgres => {
            "ALTER TABLE entry DISABLE TRIGGER USER; ALTER TABLE evidence DISABLE TRIGGER USER"
        }
    };
    fixture.store.write(|conn| conn.script(off)).expect("off");
    let changed = fixture.store.write(|conn| conn.run(sql, &[])).expect("altered");
    assert_ne!(changed, 0, "{sql}");
}

/// What the doctor says after an alteration, which must be all of one kind.
fn said(backend: Backend, sql: &str, expected: &[&str]) {
    let fixture = plant(backend);
    alter(&fixture, backend, sql);
    let report = fixture.store.check(|_, _| {}).expect("read");
    let all: Vec<&str> = report.findings.iter().map(|found| &*found.message).collect();
    assert_eq!(all.len(), expected.len(), "{sql}: {all:?}");
    for (message, part) in all.iter().zip(expected) {
        assert!(message.contains(part), "{sql}: {message}");
    }
}

on_both! {
    fn all_is_well_with_refused_bytes_between_entries(backend: Backend) {
        let fixture = plant(backend);
        let mut heard = Vec::new();
        let report = fixture.store.check(|done, all| heard.push((done, all))).expect("read");
        assert_eq!(report.findings, []);
        let size = fixture.store.log(&fixture.plant.party).expect("read").expect("there").size;
        assert_eq!((report.logs, report.entries), (1, size));
        assert_eq!((report.evidence, report.blobs), (1, 1));
        assert_eq!(heard.last(), Some(&(size, size)));
    }

    fn heads_that_do_not_follow_from_the_entries_are_found(backend: Backend) {
        said(backend, "UPDATE log SET frontier = root", &["frontier"]);
        said(backend, "UPDATE log SET root = (SELECT leaf FROM entry WHERE idx = 0)", &["root"]);
        said(backend, "UPDATE log SET size = size + 1", &["missing or added"]);
        let gate = "WHERE device = 'gate-1'";
        let acked = format!("UPDATE stream SET acked = 4 {gate}");
        said(backend, &acked, &["ends at 3"]);
        let leaf = "(SELECT leaf FROM entry WHERE idx = 0)";
        let head = format!("UPDATE stream SET head = {leaf} {gate}");
        said(backend, &head, &["ends at 3"]);
        said(backend, &format!("DELETE FROM stream {gate}"), &["stored is None"]);
    }

    fn rows_that_are_not_what_was_signed_are_found(backend: Backend) {
        let last = "WHERE device = 'gate-1' AND dseq = 3";
        said(backend, &format!("UPDATE entry SET id = 'x' {last}"), &["signed"]);
        let number = format!("UPDATE entry SET dseq = 5 {last}");
        said(backend, &number, &["signed", "5 follows on 2", "ends at 5"]);
        let refused = format!("UPDATE entry SET dseq = 2 {last}");
        said(backend, &refused, &["signed", "refused bytes too", "prev of 2", "ends at 2"]);
    }

    fn refused_bytes_count_and_are_hashed_too(backend: Backend) {
        said(backend, "DELETE FROM evidence", &["3 follows on 1"]);
        let other = "UPDATE evidence SET bytes = (SELECT leaf FROM entry WHERE idx = 0)";
        said(backend, other, &["altered", "prev of 3"]);
    }

    fn a_blob_that_changed_or_went_is_found(backend: Backend) {
        let fixture = plant(backend);
        let place = fixture.store.blob_place(&fixture.plant.party, &Hash::of(FILE));
        let path = place.expect("a folder").whole().to_owned();
        fs::write(&path, b"an instrument's lies").expect("written");
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert!(report.findings[0].message.contains("the file has SHA-256"), "{report:?}");
        fs::remove_file(&path).expect("removed");
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert_eq!(report.findings.len(), 1, "{report:?}");
    }
}

#[test]
fn findings_are_bounded() {
    let backend = Backend::Sqlite;
    let fixture = plant(backend);
    // Rows of blobs without files: more than are listed.
    let sql = "WITH RECURSIVE some (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM some WHERE n < ?) \
               INSERT INTO blob SELECT party, printf('%064x', n), 1, 1, 1, 0 FROM log, some";
    let many = Value::count(FINDINGS_MAX as u64 + 50);
    fixture.store.write(|conn| conn.run(sql, &[many])).expect("filled");
    let report = fixture.store.check(|_, _| {}).expect("read");
    assert_eq!(report.findings.len(), FINDINGS_MAX);
    assert_eq!(report.blobs, FINDINGS_MAX as u64 + 51);
}
