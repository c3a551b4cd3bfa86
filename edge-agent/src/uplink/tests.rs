//! The uplink against servers that behave and misbehave.

mod server;

use std::sync::Arc;

use tl_domain::event::Body;
use tl_ledger::{Envelope, Hash};

pub(super) use server::Fake;

use super::*;
use crate::home::Home;
use crate::outbox::tests::{enrolled, open};
use crate::outbox::{Draft, Writer, lock, newest};

pub(super) struct Bench {
    _directory: tempfile::TempDir,
    pub(super) home: Home,
    pub(super) outbox: Outbox,
    writer: Option<Writer>,
    pub(super) server: Fake,
}

impl Bench {
    pub(super) fn new() -> Self {
        let (directory, home) = enrolled();
        let (outbox, writer) = open(&home);
        let server = Fake::default();
        Self { _directory: directory, home, outbox, writer: Some(writer), server }
    }

    pub(super) fn append(&self, count: usize) {
        for n in 0..count {
            let body =
                Body::Unknown { kind: "test.note".to_owned(), body: serde_json::json!({ "n": n }) };
            self.outbox
                .write(move |tx| tx.append(Draft::now(body, None, "note")))
                .expect("appended");
        }
    }

    pub(super) fn uplink(&self) -> Uplink<Fake> {
        Uplink::new(
            self.server.clone(),
            self.outbox.clone(),
            SharedSite::default(),
            UplinkConfig::default(),
            90,
            Arc::new(LinkStatus::new()),
        )
    }

    /// Rounds until nothing is left to do, trying again after failures.
    pub(super) fn drain(&self, uplink: &mut Uplink<Fake>) -> Round {
        for _ in 0..200 {
            match uplink.round() {
                Ok(Round::More) => {}
                Ok(end) => return end,
                Err(_) => uplink.head = None,
            }
        }
        panic!("the uplink does not come to rest");
    }

    fn states(&self) -> Vec<String> {
        let rows = self.outbox.read(|db| newest(db, 1000)).expect("rows");
        rows.into_iter().rev().map(|row| row.state).collect()
    }
}

#[test]
fn everything_arrives_once_in_order_and_verdicts_are_kept() {
    let bench = Bench::new();
    bench.append(250);
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    let stored = bench.server.stored(1);
    let numbers: Vec<u64> = stored.iter().map(|entry| entry.head.dseq).collect();
    assert_eq!(numbers, (1..=250).collect::<Vec<_>>());
    assert_eq!(lock(&bench.server.0).uploads, 3, "bundles of 100");
    let rows = bench.outbox.read(|db| newest(db, 1)).expect("rows");
    assert_eq!((rows[0].state.as_str(), rows[0].verdicts.as_deref()), ("stored", Some("late")));
}

#[test]
fn lost_answers_and_cut_lines_double_nothing() {
    let bench = Bench::new();
    bench.append(120);
    {
        let mut inner = lock(&bench.server.0);
        inner.lose_answers = 3;
        inner.down = 2;
    }
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.server.stored(1).len(), 120);
    assert!(bench.states().iter().all(|state| state == "stored"), "{:?}", bench.states());
}

#[test]
fn a_refused_entry_is_acknowledged_and_blocks_nobody() {
    let bench = Bench::new();
    bench.append(5);
    lock(&bench.server.0).refuse = vec![3];
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.states(), ["stored", "stored", "refused", "stored", "stored"]);
    let here = bench.outbox.read(standing).expect("readable");
    assert_eq!(here.acked, Mark { epoch: 1, through: 5 });
}

#[test]
fn a_server_that_came_back_older_gets_the_rest_again() {
    let bench = Bench::new();
    bench.append(10);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    lock(&bench.server.0).epochs.get_mut(&1).expect("a stream").truncate(4);
    uplink.head = None;
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.server.stored(1).len(), 10);
}

#[test]
fn a_restored_box_opens_an_epoch_and_loses_nothing() {
    let mut bench = Bench::new();
    bench.append(4);
    let saved = bench.home.file("saved.db");
    sql(&bench.outbox, &format!("VACUUM INTO '{}'", saved.display()));
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    bench.append(3);
    bench.drain(&mut uplink);
    assert_eq!(bench.server.stored(1).len(), 7);
    // The box comes back as it was after four entries, none of which it remembers as sent.
    drop(uplink);
    bench.restore(&saved);
    bench.append(2);
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.server.stored(1).len(), 7, "the old epoch is as it was");
    let second = bench.server.stored(2);
    let kinds: Vec<&str> = second.iter().map(|entry| entry.body.kind()).collect();
    assert_eq!(kinds, ["epoch.open", "test.note", "test.note"]);
    let Body::EpochOpen(opening) = &second[0].body else {
        panic!("{:?}", second[0].body);
    };
    assert_eq!((opening.old_epoch, opening.old_dseq), (1, 7));
    let expected = lock(&bench.server.0).epochs[&1].last().map(|entry| Hash::leaf(entry));
    assert_eq!(Some(opening.old_head), expected);
}

#[test]
fn a_second_box_under_the_same_name_stops_the_uplink() {
    let bench = Bench::new();
    bench.append(3);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    // The other box wrote entry 4.
    let other = bench.server.stored(1);
    let mut entry = other.last().cloned().expect("entries");
    entry.head.dseq = 4;
    let last = lock(&bench.server.0).epochs[&1].last().map(|entry| Hash::leaf(entry));
    entry.head.prev = last.expect("entries");
    let payload = entry.to_payload().expect("representable");
    let signed = Envelope::sign(payload, &bench.outbox.shared().signer).expect("signed");
    lock(&bench.server.0).epochs.get_mut(&1).expect("a stream").push(signed.to_bytes());
    bench.append(1);
    assert_eq!(bench.drain(&mut uplink), Round::Stopped);
    let alarm = bench.outbox.read(standing).expect("readable").alarm.expect("an alarm");
    assert!(alarm.contains("第 4 号"), "{alarm}");
    bench.append(1);
    assert_eq!(bench.states().len(), 5, "capture goes on");
}

#[test]
fn changed_bytes_are_never_sent() {
    let bench = Bench::new();
    bench.append(3);
    sql(
        &bench.outbox,
        "UPDATE entry SET envelope = CAST(replace(CAST(envelope AS TEXT), 'a', 'b') AS BLOB) \
         WHERE dseq = 2",
    );
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Stopped);
    assert!(bench.server.stored(1).is_empty());
}

#[test]
fn blobs_go_on_where_the_line_was_cut() {
    let bench = Bench::new();
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let sha256 = bench.blob(&bytes);
    lock(&bench.server.0).piece_limit = 300;
    lock(&bench.server.0).blobs.insert(sha256.to_string(), bytes[..100].to_vec());
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(lock(&bench.server.0).blobs[&sha256.to_string()], bytes);
    let left = bench.outbox.read(crate::outbox::counts).expect("counted").blobs;
    assert_eq!(left, 0);
}

/// A file that a disk error or a person cut short.
#[test]
fn a_damaged_file_holds_up_nothing_and_is_not_sent_all_the_time() {
    let bench = Bench::new();
    lock(&bench.server.0).piece_limit = 1000;
    let cut = bench.blob(&[1; 900]);
    let whole = bench.blob(&[2; 500]);
    std::fs::write(bench.home.blob(&cut.to_string()), [1; 400]).expect("cut");
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle, "the snapshot comes, though a file does not");
    let pieces = |sha256: Hash| lock(&bench.server.0).pieces.get(&sha256.to_string()).copied();
    assert_eq!((pieces(cut), pieces(whole)), (Some(1), Some(1)));
    let left = || bench.outbox.read(crate::outbox::counts).expect("counted").blobs;
    assert_eq!(left(), 1);
    std::fs::write(bench.home.blob(&cut.to_string()), [1; 900]).expect("mended");
    let start = Instant::now();
    uplink.upload_blobs(start).expect("asked");
    assert_eq!(left(), 1, "too soon");
    uplink.upload_blobs(start + Duration::from_secs(120)).expect("sent");
    assert_eq!((left(), pieces(cut)), (0, Some(2)));
}

#[test]
fn a_slow_line_gets_smaller_uploads() {
    let bench = Bench::new();
    bench.append(130);
    lock(&bench.server.0).carries = Some(20);
    let mut uplink = bench.uplink();
    assert_eq!(bench.drain(&mut uplink), Round::Idle);
    assert_eq!(bench.server.stored(1).len(), 130);
    assert_eq!(lock(&bench.server.0).sizes[..4], [100, 50, 25, 12]);
    lock(&bench.server.0).carries = None;
    bench.append(300);
    bench.drain(&mut uplink);
    assert!(lock(&bench.server.0).sizes.contains(&100), "and larger ones when it is fast again");
}

impl Bench {
    /// A file of the agent that is to be sent.
    pub(super) fn blob(&self, bytes: &[u8]) -> Hash {
        let sha256 = Hash::of(bytes);
        self.home.write_blob(&sha256.to_string(), bytes).expect("written");
        let reference = tl_domain::event::BlobRef {
            media: "text/csv".to_owned(),
            name: "a.csv".to_owned(),
            sha256,
            size: u64::try_from(bytes.len()).expect("small"),
        };
        self.outbox.write(move |tx| tx.note_blob(&reference)).expect("noted");
        sha256
    }

    fn restore(&mut self, saved: &std::path::Path) {
        self.reopen(|home| {
            std::fs::copy(saved, home.database()).expect("copied");
            for journal in ["outbox.db-wal", "outbox.db-shm"] {
                let _ = std::fs::remove_file(home.file(journal));
            }
        });
    }

    /// The program ends and starts again.
    pub(super) fn restart(&mut self) {
        self.reopen(|_| {});
    }

    fn reopen(&mut self, between: impl FnOnce(&Home)) {
        let (_other, scratch) = enrolled();
        let (outbox, writer) = open(&scratch);
        let old = std::mem::replace(&mut self.outbox, outbox);
        drop(old);
        if let Some(old) = self.writer.replace(writer) {
            old.join();
        }
        between(&self.home);
        let (outbox, writer) = open(&self.home);
        self.outbox = outbox;
        if let Some(scratch) = self.writer.replace(writer) {
            scratch.join();
        }
    }
}

/// Runs a statement outside of the writer's transaction.
pub(super) fn sql(outbox: &Outbox, statement: &str) {
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, SqliteConnection};
    let path = outbox.shared().home.database();
    let mut connection = SqliteConnection::establish(path.to_str().expect("text")).expect("opened");
    connection.batch_execute("PRAGMA busy_timeout=5000").expect("set");
    connection.batch_execute(statement).expect("done");
}
