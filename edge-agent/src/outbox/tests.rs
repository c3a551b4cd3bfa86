//! Numbers without gaps, links that hold, refusals that leave nothing behind.

use std::collections::HashSet;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_query;
use tl_domain::event::{Body, ClockState, Entry, EpochOpen, EpochReason, KeyRole};
use tl_ledger::{Envelope, Hash, Signer};
use tl_wire::device::PreviousEpoch;

use super::chain::Broken;
use super::*;
use crate::home::Home;

/// An enrolled directory that is gone after the test.
pub(crate) fn enrolled() -> (tempfile::TempDir, Home) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let home = Home::new(directory.path());
    let snapshot_key = Signer::from_seed(&[9; 32]).public();
    home.event_key(true).expect("a key");
    home.write_identity(&Identity {
        device: "edge-1".parse().expect("an id"),
        party: "plant-a".parse().expect("an id"),
        site: "site-a".parse().expect("an id"),
        role: KeyRole::Plant,
        epoch: 1,
        previous: None,
        device_url: "https://127.0.0.1:1".to_owned(),
        snapshot_key,
    })
    .expect("written");
    (directory, home)
}

/// A configuration without ballast.
pub(crate) fn small(quota_bytes: u64) -> OutboxConfig {
    OutboxConfig { quota_bytes, ballast_bytes: 0, keep_days: 90 }
}

/// An outbox in a directory.
pub(crate) fn open(home: &Home) -> (Outbox, Writer) {
    let clock = Arc::new(AgentClock::new(480));
    Outbox::open(home, &small(1 << 30), clock).expect("an outbox")
}

fn note(text: &str) -> Draft {
    let body =
        Body::Unknown { kind: "test.note".to_owned(), body: serde_json::json!({ "text": text }) };
    Draft::now(body, None, text)
}

fn entries(outbox: &Outbox) -> Vec<Entry> {
    let start = Mark { epoch: 0, through: 0 };
    let rows = outbox.read(|db| pending(db, start, 10_000)).expect("rows");
    rows.iter()
        .map(|row| {
            let bytes = row.envelope.as_deref().expect("not pruned");
            assert_eq!(Hash::leaf(bytes), row.leaf);
            let envelope = Envelope::parse(bytes).expect("an envelope");
            Entry::read(&envelope.payload).expect("an entry")
        })
        .collect()
}

fn tail(outbox: &Outbox) -> Result<Option<i64>, Broken> {
    let key = outbox.shared().signer.public();
    outbox.read(|db| check_links(db, &key, None, TAIL_LINKS)).expect("readable")
}

#[test]
fn numbers_have_no_gaps_and_links_hold_over_threads_and_restarts() {
    let (_directory, home) = enrolled();
    for round in 0..3 {
        let (outbox, writer) = open(&home);
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let outbox = outbox.clone();
                std::thread::spawn(move || {
                    for n in 0..25 {
                        let text = format!("{round} {thread} {n}");
                        outbox.write(move |tx| tx.append(note(&text))).expect("appended");
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        assert_eq!(tail(&outbox), Ok(None));
        drop(outbox);
        writer.join();
    }
    let (outbox, _writer) = open(&home);
    let entries = entries(&outbox);
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.head.dseq).collect();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
    let ids: HashSet<_> = entries.iter().map(|entry| entry.head.id).collect();
    assert_eq!(ids.len(), 300);
    assert_eq!(entries[0].head.prev, Hash::ZERO);
}

#[test]
fn a_refused_job_leaves_no_trace_and_the_group_goes_on() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    outbox.write(|tx| tx.append(note("one"))).expect("appended");
    let refused: Result<(), _> = outbox.write(|tx| {
        tx.append(note("never"))?;
        Err(WriteError::Refused(Words::new("不行", "no")))
    });
    assert!(matches!(refused, Err(WriteError::Refused(_))));
    let two = outbox.write(|tx| tx.append(note("two"))).expect("appended");
    assert_eq!(two.dseq, 2);
    assert_eq!(entries(&outbox).len(), 2);
}

#[test]
fn what_was_not_committed_is_not_there_after_a_crash() {
    let (_directory, home) = enrolled();
    let (outbox, writer) = open(&home);
    outbox.write(|tx| tx.append(note("kept"))).expect("appended");
    drop(outbox);
    writer.join();
    // A process that dies in the middle of its transaction: the connection goes without a commit.
    let mut connection = open_writer(&home.database()).expect("opened");
    sql_query("BEGIN IMMEDIATE").execute(&mut connection).expect("begun");
    sql_query("UPDATE stream SET dseq = 77").execute(&mut connection).expect("updated");
    drop(connection);
    let (outbox, _writer) = open(&home);
    let next = outbox.write(|tx| tx.append(note("next"))).expect("appended");
    assert_eq!(next.dseq, 2);
    assert_eq!(tail(&outbox), Ok(None));
}

#[test]
fn a_changed_byte_and_a_missing_row_are_found() {
    for (damage, dseq) in [
        (
            "UPDATE entry SET envelope = CAST(replace(CAST(envelope AS TEXT), 'a', 'b') AS BLOB) \
          WHERE dseq = 3",
            3,
        ),
        ("DELETE FROM entry WHERE dseq = 4", 5),
        ("DELETE FROM entry WHERE dseq >= 5", 4),
        ("UPDATE entry SET prev = zeroblob(32), leaf = leaf WHERE dseq = 2", 2),
    ] {
        let (_directory, home) = enrolled();
        let (outbox, _writer) = open(&home);
        for n in 0..6 {
            outbox.write(move |tx| tx.append(note(&n.to_string()))).expect("appended");
        }
        assert_eq!(tail(&outbox), Ok(None));
        outbox
            .write(move |tx| Ok(sql_query(damage).execute(tx.connection)?))
            .expect("the damage is done");
        let broken = tail(&outbox).expect_err(damage);
        assert_eq!((broken.epoch, broken.dseq), (1, dseq), "{damage}: {broken}");
    }
}

#[test]
fn the_chain_can_be_checked_in_stretches() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    for n in 0..10 {
        outbox.write(move |tx| tx.append(note(&n.to_string()))).expect("appended");
    }
    let key = outbox.shared().signer.public();
    let mut before = None;
    let mut stretches = 0;
    loop {
        let checked = outbox.read(|db| check_links(db, &key, before, 4)).expect("readable");
        before = checked.expect("all links hold");
        stretches += 1;
        if before.is_none() {
            break;
        }
    }
    assert!((3..=4).contains(&stretches), "{stretches}");
}

#[test]
fn a_full_quota_refuses_captures_and_still_takes_marks() {
    let (_directory, home) = enrolled();
    let clock = Arc::new(AgentClock::new(480));
    let (outbox, _writer) = Outbox::open(&home, &small(400_000), clock).expect("an outbox");
    let text = "x".repeat(20_000);
    let mut appended = 0_u64;
    let refusal = loop {
        let text = text.clone();
        match outbox.write(move |tx| tx.append(note(&text))) {
            Ok(_) => appended += 1,
            Err(error) => break error,
        }
        assert!(appended < 100, "the quota never bites");
    };
    assert!(matches!(refusal, WriteError::NoRoom { .. }), "{refusal}");
    assert!(refusal.words().zh.contains("存储空间"));
    assert_eq!(outbox.shared().room.state(), RoomState::Full);
    outbox
        .write(|tx| tx.set_acked(Mark { epoch: 1, through: 1 }))
        .expect("marks are written at a full store");
    assert_eq!(entries(&outbox).len(), usize::try_from(appended).expect("small"));
    assert_eq!(tail(&outbox), Ok(None));
}

#[test]
fn a_full_disk_refuses_frees_the_ballast_and_loses_nothing() {
    let (_directory, home) = enrolled();
    let config = OutboxConfig { ballast_bytes: 1 << 16, ..small(1 << 30) };
    let clock = Arc::new(AgentClock::new(480));
    let (outbox, _writer) = Outbox::open(&home, &config, clock).expect("an outbox");
    outbox.write(|tx| tx.append(note("before"))).expect("appended");
    assert!(home.file("ballast").exists());
    outbox
        .write(|tx| {
            let pages = "PRAGMA max_page_count = 1";
            Ok(sql_query(pages).execute(tx.connection)?)
        })
        .expect("the file may not grow any more");
    let text = "y".repeat(30_000);
    let refusal = loop {
        let text = text.clone();
        if let Err(error) = outbox.write(move |tx| tx.append(note(&text))) {
            break error;
        }
    };
    assert!(matches!(refusal, WriteError::DiskFull), "{refusal}");
    assert!(!home.file("ballast").exists());
    let again = outbox.write(|tx| tx.append(note("z"))).expect_err("still refused");
    assert!(matches!(again, WriteError::DiskFull), "{again}");
    assert_eq!(tail(&outbox), Ok(None));
}

#[test]
fn ids_never_go_back_and_a_clock_that_does_is_flagged() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    outbox.write(|tx| tx.append(note("one"))).expect("appended");
    let future = crate::clock::wall() + 3_600_000_000;
    outbox
        .write(move |tx| {
            tx.stream.last_micros = future;
            tx.append(note("two"))
        })
        .expect("appended");
    let entries = entries(&outbox);
    let flag = |n: usize| entries[n].head.clock.as_ref().map(|clock| clock.state);
    assert_eq!(flag(0), Some(ClockState::Unsynchronised));
    assert_eq!(flag(1), Some(ClockState::Backwards));
    let (seconds, _) = entries[1].head.id.0.get_timestamp().expect("a time in the id").to_unix();
    assert_eq!(i64::try_from(seconds).expect("small"), future / 1_000_000);
}

#[test]
fn a_new_epoch_writes_again_what_the_server_has_not() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    let mut leaves = Vec::new();
    for n in 0..4 {
        let appended = outbox.write(move |tx| tx.append(note(&n.to_string()))).expect("appended");
        leaves.push(appended.leaf);
    }
    let third = leaves[2];
    outbox.write(move |tx| tx.append(note(&format!("corrects {third}")))).expect("appended");
    let opening = EpochOpen {
        old_epoch: 1,
        old_dseq: 9,
        old_head: Hash::of(b"the server's"),
        reason: EpochReason::Restored,
    };
    let again = outbox
        .write(move |tx| tx.open_epoch(2, opening, Mark { epoch: 1, through: 2 }))
        .expect("opened");
    assert_eq!(again, 3);
    let all = entries(&outbox);
    let numbers: Vec<_> = all.iter().map(|it| (it.head.epoch, it.head.dseq)).collect();
    assert_eq!(numbers, [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (2, 4)]);
    assert_eq!(all[2].body.kind(), "epoch.open");
    assert_eq!(all[2].head.prev, Hash::ZERO);
    let rows = outbox.read(|db| pending(db, Mark { epoch: 2, through: 1 }, 10)).expect("rows");
    let body = all[5].body.to_value();
    let text = body["text"].as_str().expect("text");
    assert_eq!(text, format!("corrects {}", rows[0].leaf), "references follow");
    assert_eq!(tail(&outbox), Ok(None));
}

/// With each entry read again for every other one, a few thousand of them took
/// minutes.
#[test]
fn thousands_of_entries_are_written_again_with_their_references() {
    const COUNT: usize = 2000;
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    let opening = EpochOpen {
        old_epoch: 1,
        old_dseq: 9,
        old_head: Hash::of(b"the server's"),
        reason: EpochReason::Restored,
    };
    outbox
        .write(move |tx| {
            let mut last = Hash::ZERO;
            for _ in 0..COUNT {
                last = tx.append(note(&format!("after {last}, {last}")))?.leaf;
            }
            tx.open_epoch(2, opening, Mark { epoch: 1, through: 0 })
        })
        .expect("opened");
    let rows = outbox.read(|db| pending(db, Mark { epoch: 2, through: 1 }, 10_000)).expect("rows");
    assert_eq!(rows.len(), COUNT);
    let texts = entries(&outbox).into_iter().filter(|it| it.body.kind() == "test.note");
    let texts: Vec<_> = texts.map(|it| it.body.to_value()["text"].clone()).collect();
    for (before, text) in rows.iter().zip(&texts[1..]) {
        assert_eq!(*text, format!("after {0}, {0}", before.leaf));
    }
}

#[test]
fn a_replaced_box_begins_by_naming_where_the_old_one_ended() {
    let previous = PreviousEpoch { epoch: 3, dseq: 41, head: Hash::of(b"the old box's last") };
    for previous in [Some(previous), None] {
        let (_directory, home) = enrolled();
        let identity = home.identity().expect("enrolled");
        let identity = Identity { epoch: 4, previous: previous.clone(), ..identity };
        home.write_identity(&identity).expect("written");
        let (outbox, writer) = open(&home);
        let refused: Result<(), _> = outbox.write(|tx| {
            tx.append(note("never"))?;
            Err(WriteError::Refused(Words::new("不行", "no")))
        });
        assert!(refused.is_err());
        outbox.write(|tx| tx.append(note("one"))).expect("appended");
        drop(outbox);
        writer.join();
        let (outbox, _writer) = open(&home);
        outbox.write(|tx| tx.append(note("two"))).expect("appended");
        let all = entries(&outbox);
        let numbers: Vec<_> = all.iter().map(|it| (it.head.epoch, it.head.dseq)).collect();
        assert_eq!(numbers, [(4, 1), (4, 2), (4, 3)]);
        let (old_dseq, old_head) =
            previous.map_or((0, Hash::ZERO), |previous| (previous.dseq, previous.head));
        let reason = EpochReason::Replaced;
        let opening = EpochOpen { old_epoch: 3, old_dseq, old_head, reason };
        assert_eq!(all[0].body, Body::EpochOpen(opening));
        assert_eq!(all[0].head.prev, Hash::ZERO);
        assert_eq!((all[1].body.kind(), all[2].body.kind()), ("test.note", "test.note"));
        assert_eq!(tail(&outbox), Ok(None));
    }
}
