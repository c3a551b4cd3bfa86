//! Bounds of the queue.

use tl_domain::event::LabelPrint;
use tl_domain::ids::PartyId;
use tl_testkit::{FakeClock, SeededIds, code};

use super::*;
use crate::Draft;

fn submissions(count: usize) -> Vec<Submission> {
    let clock = FakeClock::default();
    let party: PartyId = "p".parse().expect("a name");
    let mut ids = SeededIds::new(count);
    let draft = Draft {
        party,
        id: ids.entry(clock.micros()),
        body: LabelPrint::new(tl_domain::code::CodeKind::Batch, code(1), 1).into(),
        operator: None,
        observed_at: clock.now(),
        attest: None,
    };
    vec![Submission::Own(Box::new(draft), clock.micros()); count]
}

#[test]
fn jobs_are_taken_whole_in_order_and_up_to_a_batch() {
    let queue = Queue::default();
    let sizes = [300, 212, 1, 512, 5];
    let tickets: Vec<Ticket> =
        sizes.iter().map(|size| queue.put(submissions(*size)).expect("room")).collect();
    let mut taken = Vec::new();
    for _ in 0..4 {
        let jobs = queue.take().expect("open");
        taken.push(jobs.iter().map(|job| job.submissions.len()).collect::<Vec<_>>());
        jobs.into_iter().for_each(|job| job.answer(Ok(vec![])));
    }
    assert_eq!(taken, [vec![300, 212], vec![1], vec![512], vec![5]]);
    assert!(tickets.into_iter().all(|ticket| ticket.wait().is_ok()));
}

#[test]
fn a_full_queue_says_so_and_takes_again_when_there_is_room() {
    let queue = Queue::default();
    let tickets: Vec<_> = (0..8).map(|_| queue.put(submissions(512)).expect("room")).collect();
    let full = queue.put(submissions(1)).err();
    assert!(matches!(full, Some(StoreError::Busy { waiting: QUEUE_ENTRIES_MAX })), "{full:?}");
    drop(queue.take().expect("open"));
    queue.put(submissions(512)).expect("room again");
    drop(tickets);
}

#[test]
fn a_closed_queue_gives_what_waits_and_then_ends() {
    let queue = Queue::default();
    let ticket = queue.put(submissions(1)).expect("room");
    queue.close();
    assert!(matches!(queue.put(submissions(1)).err(), Some(StoreError::Closed)));
    assert_eq!(queue.take().expect("what waits").len(), 1);
    assert!(queue.take().is_none());
    assert!(matches!(ticket.wait(), Err(StoreError::Closed)), "nobody is left to answer");
}
