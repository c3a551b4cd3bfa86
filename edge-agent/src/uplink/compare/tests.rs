//! What a server shows of its ledger: kept, compared, and never in the way of an upload.

use tl_domain::time::DAY_MICROS;
use tl_ledger::Hash;

use super::*;
use crate::held::tests::log::{FakeLog, leaf};
use crate::outbox::{
    AlarmRow, HeldRow, Mark, WriteError, alarm_rows, held_rows, lock, open_alarms, standing,
};
use crate::uplink::Round;
use crate::uplink::tests::{Bench, Fake, sql};

impl Bench {
    fn with_log(entries: usize) -> Self {
        let bench = Self::new();
        lock(&bench.server.0).log = Some(FakeLog::new(entries));
        bench
    }

    /// Changes the server's log.
    fn log(&self, change: impl FnOnce(&mut FakeLog)) {
        change(lock(&self.server.0).log.as_mut().expect("a log"));
    }

    fn shown(&self) -> Vec<Option<String>> {
        lock(&self.server.0).shown.clone()
    }

    fn rows(&self) -> Vec<HeldRow> {
        self.outbox.read(held_rows).expect("rows")
    }

    fn newest(&self) -> HeldRow {
        self.rows().into_iter().next().expect("a checkpoint is held")
    }

    fn alarms(&self) -> Vec<AlarmRow> {
        self.outbox.read(alarm_rows).expect("rows")
    }

    fn open_codes(&self) -> Vec<AlarmCode> {
        self.outbox.read(open_alarms).expect("rows")
    }

    /// Everything held so far came a day earlier.
    fn a_day_passes(&self) {
        sql(
            &self.outbox,
            &format!("UPDATE held_checkpoint SET received_micros = received_micros - {DAY_MICROS}"),
        );
    }
}

/// Compares once more, a while later each time.
fn compare(uplink: &mut Uplink<Fake>) {
    let last = uplink.comparing.last.unwrap_or_else(Instant::now);
    uplink.compare(last + IDLE);
}

#[test]
fn the_held_checkpoint_outlives_a_restart_and_is_shown_again() {
    let mut bench = Bench::with_log(5);
    bench.append(3);
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.shown(), [None], "before the upload, and once");
    let first = bench.newest();
    assert_eq!((first.size, first.origin.as_str()), (5, "tl.example/log/plant-a"));
    drop(uplink);
    bench.restart();
    bench.log(|log| log.tree().grow(4));
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.shown().last(), Some(&Some(first.note)));
    assert_eq!((bench.newest().size, bench.rows().len()), (9, 1), "one a day");
    assert_eq!(bench.newest().vkey, first.vkey);
    assert_eq!(bench.alarms(), []);
}

#[test]
fn one_checkpoint_a_day_stays_and_only_the_last_ones() {
    let bench = Bench::with_log(5);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    for _ in 0..40 {
        bench.a_day_passes();
        bench.log(|log| log.tree().grow(1));
        compare(&mut uplink);
    }
    let sizes: Vec<i64> = bench.rows().iter().map(|row| row.size).collect();
    assert_eq!(sizes, (14..=45).rev().collect::<Vec<_>>());
    let kept: Vec<i64> = {
        bench.log(|log| log.tree().grow(1));
        compare(&mut uplink);
        bench.rows().iter().map(|row| row.size).take(3).collect()
    };
    assert_eq!(kept, [46, 44, 43], "the newest of the day");
}

#[test]
fn comparing_waits_a_minute_or_a_few_seconds_after_an_upload() {
    let bench = Bench::with_log(5);
    let mut uplink = bench.uplink();
    let start = Instant::now();
    let at = |uplink: &mut Uplink<Fake>, seconds| {
        uplink.compare(start + Duration::from_secs(seconds));
        bench.shown().len()
    };
    assert_eq!(at(&mut uplink, 0), 1);
    assert_eq!(at(&mut uplink, 59), 1);
    assert_eq!(at(&mut uplink, 60), 2);
    uplink.comparing.grew();
    assert_eq!(at(&mut uplink, 64), 2);
    assert_eq!(at(&mut uplink, 65), 3);
    assert_eq!(at(&mut uplink, 124), 3);
    assert!(!uplink.comparing.grew);
    bench.append(1);
    bench.drain(&mut uplink);
    assert!(uplink.comparing.grew, "an upload stored something");
}

#[test]
fn servers_without_checkpoints_or_in_trouble_hold_up_nothing() {
    for problem in [None, Some((503, "busy".to_owned())), Some((400, "what?".to_owned()))] {
        let bench = Bench::new();
        lock(&bench.server.0).refuse_checkpoint = problem;
        bench.append(3);
        let mut uplink = bench.uplink();
        assert_eq!(bench.drain(&mut uplink), Round::Idle);
        assert_eq!((bench.server.stored(1).len(), bench.shown().len()), (3, 1));
        assert_eq!((bench.rows(), bench.alarms()), (vec![], vec![]));
        assert_eq!(uplink.comparing.absent, bench.server.is_without_log());
    }
}

impl Fake {
    fn is_without_log(&self) -> bool {
        let inner = lock(&self.0);
        inner.log.is_none() && inner.refuse_checkpoint.is_none()
    }
}

#[test]
fn an_alarm_is_kept_with_both_notes_and_nothing_stops() {
    let mut bench = Bench::with_log(9);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    let held = bench.newest();
    bench.log(|log| log.tree().leaves.truncate(8));
    compare(&mut uplink);
    compare(&mut uplink);
    let alarms = bench.alarms();
    let [alarm] = &alarms[..] else { panic!("one alarm, not {alarms:?}") };
    assert_eq!((alarm.code.as_str(), alarm.times), ("smaller", 2));
    assert_eq!(alarm.held.as_deref(), Some(held.note.as_str()));
    assert!(alarm.seen.as_deref().is_some_and(|note| note.contains("\n8\n")), "{alarm:?}");
    assert!(alarm.answer.as_deref().is_some_and(|text| text.contains("checkpoint")));
    assert_eq!(bench.newest(), held, "what was signed once stays");
    drop(uplink);
    bench.restart();
    assert_eq!(bench.open_codes(), [AlarmCode::Smaller]);
    bench.append(4);
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.server.stored(1).len(), 4, "captured and uploaded");
    assert_eq!(bench.shown().last(), Some(&Some(held.note)), "the server hears of it");
    bench.outbox.write(|tx| tx.clear_alarms()).expect("written");
    assert_eq!((bench.open_codes(), bench.alarms().len()), (vec![], 1), "the evidence stays");
    compare(&mut uplink);
    assert_eq!((bench.open_codes(), bench.alarms().len()), (vec![AlarmCode::Smaller], 2));
}

#[test]
fn evidence_of_one_kind_does_not_fill_the_disk() {
    let bench = Bench::with_log(90);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    for size in 10..30 {
        let shown = bench.newest().size;
        assert_eq!(shown, 90);
        bench.log(|log| {
            log.tree().leaves.clear();
            log.tree().grow(size);
        });
        compare(&mut uplink);
    }
    let alarms = bench.alarms();
    assert_eq!(alarms.len(), 4);
    assert_eq!(alarms.iter().map(|alarm| alarm.times).sum::<i64>(), 20);
}

#[test]
fn a_server_that_does_not_know_its_own_checkpoint_is_an_alarm() {
    let bench = Bench::with_log(5);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    let refusal = "the checkpoint that the device holds: it is no tree of this log".to_owned();
    lock(&bench.server.0).refuse_checkpoint = Some((400, refusal.clone()));
    compare(&mut uplink);
    let alarms = bench.alarms();
    assert_eq!((alarms[0].code.as_str(), &alarms[0].detail), ("not-known", &refusal));
    assert_eq!(alarms[0].held, Some(bench.newest().note));
    lock(&bench.server.0).refuse_checkpoint = Some((404, "no such page".to_owned()));
    compare(&mut uplink);
    assert_eq!(bench.alarms().len(), 1);
    assert!(uplink.comparing.absent);
}

#[test]
fn a_server_that_lost_its_end_is_followed_and_gets_everything_again() {
    let bench = Bench::with_log(20);
    bench.append(10);
    let blob = bench.blob(&[3; 40]);
    lock(&bench.server.0).piece_limit = 100;
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    let held = bench.newest();
    bench.a_day_passes();
    {
        let mut inner = lock(&bench.server.0);
        inner.epochs.get_mut(&1).expect("a stream").truncate(6);
        inner.blobs.clear();
        inner.log.as_mut().expect("a log").continue_at(12);
    }
    uplink.head = None;
    compare(&mut uplink);
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    let newer = bench.newest();
    assert_eq!((newer.origin.as_str(), newer.first_index), ("tl.example/log/plant-a/2", 12));
    assert_eq!(bench.open_codes(), [AlarmCode::SetBack]);
    assert_eq!(bench.alarms()[0].held, Some(held.note));
    assert_eq!(bench.server.stored(1).len(), 10, "what it lacked was sent again");
    let acked = bench.outbox.read(standing).expect("readable").acked;
    assert_eq!(acked, Mark { epoch: 1, through: 10 });
    assert!(lock(&bench.server.0).blobs.contains_key(&blob.to_string()), "files too");
    bench.log(|log| log.tree().grow(5));
    compare(&mut uplink);
    assert_eq!((bench.newest().size, bench.alarms().len()), (8, 1), "and goes on");
}

#[test]
fn the_lost_end_of_a_tree_covers_nothing_any_more() {
    let bench = Bench::with_log(20);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    bench.a_day_passes();
    bench.log(|log| log.continue_at(12));
    compare(&mut uplink);
    let covers = bench.outbox.read(|db| {
        use crate::outbox::schema::held_checkpoint::dsl;
        use diesel::prelude::*;
        dsl::held_checkpoint.order(dsl::number).select(dsl::covers).load::<i64>(db)
    });
    assert_eq!(covers.expect("rows"), [12, 12 + 3 - 1]);
}

#[test]
fn a_damaged_copy_is_an_alarm_and_the_one_before_is_used() {
    let bench = Bench::with_log(5);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    let first = bench.newest();
    bench.a_day_passes();
    bench.log(|log| log.tree().grow(4));
    compare(&mut uplink);
    let newest = "(SELECT max(number) FROM held_checkpoint)";
    for damage in ["size = 8", "origin = 'x'", "root = x'00'", "note = replace(note, '9', '8')"] {
        let before = bench.newest();
        assert_eq!(before.size, 9);
        sql(&bench.outbox, &format!("UPDATE held_checkpoint SET {damage} WHERE number = {newest}"));
        compare(&mut uplink);
        assert_eq!(bench.open_codes(), [AlarmCode::Damaged], "{damage}");
        assert_eq!(bench.shown().last(), Some(&Some(first.note.clone())), "{damage}");
        assert_eq!(bench.newest().verified().expect("sound").head.size, 9, "{damage}");
    }
}

#[test]
fn a_stopped_uplink_still_compares() {
    let bench = Bench::with_log(5);
    bench.outbox.write(|tx| tx.set_alarm(Some("stands"))).expect("written");
    let mut uplink = bench.uplink();
    assert_eq!(uplink.round().expect("a round"), Round::Stopped);
    assert_eq!(bench.newest().size, 5);
    bench.log(|log| log.tree().leaves[1] = leaf("altered", 1));
    compare(&mut uplink);
    assert_eq!(bench.open_codes(), [AlarmCode::Split]);
    let written: Result<(), WriteError> = bench.outbox.write(|_| Ok(()));
    written.expect("capture goes on");
    assert_ne!(bench.newest().root, Hash::of(b"").0);
}
