//! What goes, and all that stays: unacknowledged, uncovered, unsettled, doubted.

use diesel::sql_query;
use tl_domain::event::Body;
use tl_ledger::Hash;
use tl_wire::device::EntryResult;

use super::*;
use crate::held::tests::log::FakeLog;
use crate::held::{AlarmCode, Contradiction, Judgement, judge};
use crate::outbox::tests::{enrolled, open};
use crate::outbox::{Draft, Mark, Outbox, TAIL_LINKS, Writer, check_links, newest, pending};

struct Bench {
    outbox: Outbox,
    _writer: Writer,
    _directory: tempfile::TempDir,
}

impl Bench {
    /// An outbox with old entries, all acknowledged, of which nothing is said yet.
    fn new(entries: u64) -> Self {
        let (directory, home) = enrolled();
        let (outbox, writer) = open(&home);
        outbox
            .write(move |tx| {
                for n in 0..entries {
                    let body = serde_json::json!({ "n": n });
                    let body = Body::Unknown { kind: "test.note".to_owned(), body };
                    tx.append(Draft::now(body, None, "note"))?;
                }
                tx.set_acked(Mark { epoch: 1, through: entries })?;
                sql_query("UPDATE entry SET recorded_micros = 1").execute(tx.connection)?;
                Ok(())
            })
            .expect("appended");
        outbox.shared().clock.compare(crate::clock::wall());
        Self { outbox, _writer: writer, _directory: directory }
    }

    fn stored(&self, dseq: u64, index: u64) {
        let result = EntryResult::Stored { leaf: Hash::ZERO, index, verdicts: vec!["late".into()] };
        self.note(dseq, result);
    }

    fn refused(&self, dseq: u64) {
        let (code, detail) = ("entry-form".to_owned(), "no".to_owned());
        self.note(dseq, EntryResult::Refused { leaf: Hash::ZERO, code, detail });
    }

    fn note(&self, dseq: u64, result: EntryResult) {
        let at = Mark { epoch: 1, through: dseq };
        self.outbox.write(move |tx| tx.note_result(at, &result)).expect("noted");
    }

    /// Holds a checkpoint over so many entries of the log, and one more, since some days.
    fn hold(&self, entries: usize, days: i64) {
        self.pin(&FakeLog::new(entries + 1), days);
    }

    /// Holds the newest checkpoint of a log as the first one that it sees, since some days.
    fn pin(&self, log: &FakeLog, days: i64) {
        let answer = log.answer(None);
        let Judgement::Keep(kept) = judge(&log.party, None, &answer) else {
            panic!("not kept");
        };
        self.outbox
            .write(move |tx| {
                tx.hold(&kept)?;
                let micros = days * DAY_MICROS;
                let age = format!(
                    "UPDATE held_checkpoint SET received_micros = confirmed_micros - {micros}"
                );
                sql_query(age).execute(tx.connection)?;
                Ok(())
            })
            .expect("held");
    }

    fn prune(&self) -> Pruned {
        self.outbox.write(|tx| tx.prune(1)).expect("pruned")
    }

    /// Numbers whose bytes are still there.
    fn kept(&self) -> Vec<u64> {
        let start = Mark { epoch: 1, through: 0 };
        let rows = self.outbox.read(|db| pending(db, start, 5000)).expect("rows");
        rows.iter().filter(|row| row.envelope.is_some()).map(|row| row.dseq).collect()
    }
}

#[test]
fn results_are_kept_and_what_is_covered_goes() {
    let bench = Bench::new(4);
    bench.stored(1, 3);
    bench.refused(2);
    bench.stored(3, 7);
    bench.stored(4, 8);
    bench.hold(8, 8);
    // A clock that was years ahead once makes nothing old, one that never was compared nothing.
    bench
        .outbox
        .write(|tx| {
            sql_query("UPDATE stream SET last_micros = 9000000000000000").execute(tx.connection)?;
            tx.stream.last_micros = 9_000_000_000_000_000;
            Ok(())
        })
        .expect("set");
    assert_eq!(bench.prune().entries, 3);
    assert_eq!(bench.kept(), [4], "number 8 of the log is not covered");
    let rows = bench.outbox.read(|db| newest(db, 10)).expect("rows");
    assert_eq!(rows[3].verdicts.as_deref(), Some("late"));
    assert_eq!(rows[2].problem_code.as_deref(), Some("entry-form"));
    let key = bench.outbox.shared().signer.public();
    let tail = bench.outbox.read(|db| check_links(db, &key, None, TAIL_LINKS)).expect("readable");
    assert_eq!(tail, Ok(None), "links stay");
    bench.hold(9, 8);
    assert_eq!((bench.prune().entries, bench.kept()), (1, vec![]));
}

#[test]
fn an_agent_that_comes_when_the_log_goes_on_in_a_later_tree_prunes_too() {
    let bench = Bench::new(3);
    [(1, 21), (2, 24), (3, 25)].into_iter().for_each(|(dseq, index)| bench.stored(dseq, index));
    let mut log = FakeLog::new(30);
    // The next tree begins with entry 20 of the log and has six entries.
    log.continue_at(20);
    log.tree().grow(3);
    bench.pin(&log, 8);
    assert_eq!((bench.prune().entries, bench.kept()), (2, vec![3]), "25 is one beyond");
}

#[test]
fn nothing_goes_without_a_checkpoint_that_settled() {
    let bench = Bench::new(2);
    bench.stored(1, 0);
    bench.stored(2, 1);
    assert_eq!(bench.prune().entries, 0, "none is held");
    bench.hold(2, 6);
    assert_eq!(bench.prune().entries, 0, "six days ago");
    bench.hold(3, 8);
    assert_eq!(bench.prune().entries, 2);
}

#[test]
fn by_our_clock_alone_nothing_is_old() {
    let bench = Bench::new(1);
    bench.stored(1, 0);
    bench.hold(2, 8);
    bench.outbox.shared().clock.compare(0);
    assert_eq!(bench.prune().entries, 0);
    bench.outbox.shared().clock.compare(crate::clock::wall());
    assert_eq!(bench.prune().entries, 1);
}

#[test]
fn nothing_goes_while_the_ledger_contradicts_itself() {
    let bench = Bench::new(1);
    bench.stored(1, 0);
    bench.hold(2, 8);
    let found = Contradiction {
        code: AlarmCode::Split,
        detail: "two".to_owned(),
        held: None,
        seen: None,
        answer: None,
    };
    bench.outbox.write(move |tx| tx.raise(&found)).expect("raised");
    assert_eq!(bench.prune().entries, 0);
    bench.outbox.write(|tx| tx.clear_alarms()).expect("cleared");
    assert_eq!(bench.prune().entries, 1);
}

#[test]
fn what_is_not_in_the_log_waits_for_the_next_that_is() {
    let bench = Bench::new(4);
    bench.stored(1, 0);
    bench.refused(2);
    bench.refused(3);
    bench.stored(4, 5);
    bench.hold(5, 8);
    assert_eq!((bench.prune().entries, bench.kept()), (1, vec![2, 3, 4]));
    bench.hold(6, 8);
    assert_eq!((bench.prune().entries, bench.kept()), (3, vec![]));
}

#[test]
fn a_long_stretch_of_refusals_holds_up_nothing() {
    let bench = Bench::new(1200);
    bench
        .outbox
        .write(|tx| {
            sql_query("UPDATE entry SET state = 'refused'").execute(tx.connection)?;
            Ok(())
        })
        .expect("set");
    bench.stored(1200, 5);
    bench.hold(6, 8);
    assert_eq!((bench.prune().entries, bench.prune().entries), (1000, 200));
}

#[test]
fn what_the_server_has_not_acknowledged_stays() {
    let bench = Bench::new(3);
    for dseq in 1..=3 {
        bench.stored(dseq, dseq);
    }
    bench.hold(9, 8);
    bench.outbox.write(|tx| tx.set_acked(Mark { epoch: 1, through: 2 })).expect("set back");
    assert_eq!((bench.prune().entries, bench.kept()), (2, vec![3]));
}

#[test]
fn files_stay_until_a_settled_checkpoint_is_younger() {
    let bench = Bench::new(0);
    let add = |name: &str, days: i64| {
        let row = format!(
            "INSERT INTO blob VALUES ('{name}', 'text/csv', 'a', 1, 1, {})",
            crate::clock::wall() - days * DAY_MICROS
        );
        bench
            .outbox
            .write(move |tx| {
                sql_query(row).execute(tx.connection)?;
                Ok(())
            })
            .expect("added");
    };
    add("old", 12);
    add("young", 9);
    assert_eq!(bench.prune().blobs, Vec::<String>::new());
    bench.hold(3, 10);
    assert_eq!(bench.prune().blobs, ["old"]);
}
