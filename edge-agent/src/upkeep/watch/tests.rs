//! What counts as well, and when nobody is in the middle of something.

use super::*;
use crate::outbox::tests::{enrolled, open};

#[test]
fn a_writer_or_an_uplink_that_hangs_is_not_well() {
    assert!(judge(true, None) && judge(true, Some(UPLINK_MAX)));
    assert!(!judge(false, None) && !judge(false, Some(Duration::ZERO)));
    assert!(!judge(true, Some(UPLINK_MAX + Duration::from_secs(1))));
}

/// A real writer that is held up inside a job, and goes on afterwards.
#[test]
fn a_writer_that_hangs_in_a_job_does_not_answer() {
    let (_directory, home) = enrolled();
    let (outbox, writer) = open(&home);
    assert!(outbox.answers_within(WRITER_MAX));
    let (held, hold) = std::sync::mpsc::channel::<()>();
    let (entered, enter) = std::sync::mpsc::channel();
    let other = outbox.clone();
    let job = std::thread::spawn(move || {
        other.write(move |_| {
            entered.send(()).expect("the test waits");
            // Until the test lets go.
            let _ = hold.recv();
            Ok(())
        })
    });
    enter.recv().expect("the job runs");
    assert!(!outbox.answers_within(Duration::from_millis(50)), "the writer hangs");
    drop(held);
    job.join().expect("no panic").expect("written");
    assert!(outbox.answers_within(WRITER_MAX), "it goes on");
    drop(outbox);
    writer.join();
}

#[test]
fn a_restart_waits_until_nothing_is_recorded_for_a_while() {
    let begin = Instant::now();
    let mut recorded = Recorded::new(begin);
    let at = |seconds| begin + Duration::from_secs(seconds);
    assert!(!recorded.is_quiet((1, 5), at(0)));
    assert!(!recorded.is_quiet((1, 5), at(QUIET.as_secs() - 1)));
    assert!(!recorded.is_quiet((1, 6), at(QUIET.as_secs())), "one more entry");
    assert!(recorded.is_quiet((1, 6), at(2 * QUIET.as_secs())));
}
