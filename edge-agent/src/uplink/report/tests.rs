//! What is told of a box, and when.

use super::super::tests::Bench;
use super::*;
use crate::outbox::lock;

#[test]
fn the_server_hears_how_many_entries_wait_before_they_are_sent_and_again_after_a_while() {
    let bench = Bench::new();
    bench.append(7);
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    let told = lock(&bench.server.0).told.clone();
    assert_eq!(told.len(), 1, "once a minute at most: {told:?}");
    assert_eq!(
        (told[0].queue, told[0].version),
        (7, Programs::of(&bench.home).journal().expect("none").version())
    );
    assert_eq!(told[0].target, tl_wire::update::target());
    assert!(told[0].disk_quota_bytes > 0 && told[0].refused.is_empty());
    let later = Instant::now() + LEAST;
    uplink.report(later);
    assert_eq!(lock(&bench.server.0).told.last().map(|it| it.queue), Some(0), "nothing waits");
    uplink.report(later + LEAST);
    assert_eq!(lock(&bench.server.0).told.len(), 2, "nothing has changed");
    uplink.report(later + EVERY);
    assert_eq!(lock(&bench.server.0).told.len(), 3, "a sign of life");
}

#[test]
fn a_server_that_does_not_know_reports_is_left_in_peace() {
    let bench = Bench::new();
    lock(&bench.server.0).knows_no_reports = true;
    let mut uplink = bench.uplink();
    let now = Instant::now();
    for minute in 0..30 {
        uplink.report(now + LEAST * minute);
    }
    assert_eq!(lock(&bench.server.0).told.len(), 1);
    uplink.report(now + UNKNOWN_THERE + LEAST);
    assert_eq!(lock(&bench.server.0).told.len(), 2, "it may have been replaced");
}

#[test]
fn an_alarm_and_an_unsure_clock_are_told_also_while_the_uplink_stands() {
    let bench = Bench::new();
    let text = "第 3 号记录与服务器不一致".to_owned();
    bench.outbox.write(move |tx| tx.set_alarm(Some(&text))).expect("an alarm");
    let mut uplink = bench.uplink();
    bench.drain(&mut uplink);
    let told = lock(&bench.server.0).told.clone();
    let codes: Vec<&str> = told[0].alarms.iter().map(|alarm| alarm.code.as_str()).collect();
    assert_eq!(codes, [UPLINK_STOPPED, CLOCK_UNSURE], "{told:?}");
    assert!(told[0].alarms[0].detail.contains("不一致"));
}
