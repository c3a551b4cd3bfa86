//! Three days without a link, one after the other, with short-lived certificates that are renewed
//! in between: nothing lost, none doubled, the order kept.
//!
//! Days pass on a clock that both programs are shown. `TL_SOAK_ENTRIES` says how much is recorded
//! on each.

use std::fs;

use anyhow::{Result, ensure};
use tl_tests::clock::{DAY_MICROS, ShownClock};
use tl_tests::proxy::Link;
use tl_tests::wait;

use super::{Outpost, codes, number_of};

/// Says how many entries a day has.
const ENTRIES_VARIABLE: &str = "TL_SOAK_ENTRIES";
const ENTRIES_BY_DEFAULT: u64 = 100;
const DAYS: u64 = 3;
/// Entries between two moves of the clock.
const ENTRIES_PER_MOVE: u64 = 25;

/// One day without a link, its entries spread over its hours.
fn day(post: &mut Outpost, clock: &ShownClock, day: u64, entries: u64) -> Result<()> {
    post.link.set(Link::Cut);
    let begin = i64::try_from(day)? * DAY_MICROS;
    let mut scanner = post.scanner()?;
    for number in 0..entries {
        if number % ENTRIES_PER_MOVE == 0 {
            let share = i128::from(number) * i128::from(DAY_MICROS) / i128::from(entries);
            clock.set_ahead(begin + i64::try_from(share)?)?;
        }
        let code = tl_testkit::code(day * entries + number + 1);
        let answer = scanner.scan(&code)?;
        ensure!(answer == tl_tests::station::DONE, "entry {number} of day {day} was refused");
    }
    clock.set_ahead(begin + DAY_MICROS)
}

#[test]
fn three_days_without_a_link_with_certificates_renewed_between() -> Result<()> {
    let entries = number_of(ENTRIES_VARIABLE, ENTRIES_BY_DEFAULT);
    let clock = ShownClock::new()?;
    let mut post = Outpost::new(|installation| {
        clock.give(installation.environment());
        Ok(())
    })?;
    clock.give(post.agent.environment());
    post.agent.start()?;
    post.all_acknowledged()?;
    let certificate = post.agent.directory().join("tls.pem");
    for number in 0..DAYS {
        let before = fs::read(&certificate)?;
        day(&mut post, &clock, number, entries)?;
        post.link.set(Link::Up);
        post.all_acknowledged()?;
        wait::until("a renewed certificate", || {
            Ok((fs::read(&certificate)? != before).then_some(()))
        })?;
    }
    let log = post.log_with(&codes(1..=DAYS * entries))?;
    let times: Vec<i64> = log
        .entries
        .iter()
        .filter(|entry| entry.head.device.as_str() == "gate-1")
        .map(|entry| entry.head.observed_at.micros())
        .collect();
    ensure!(times.is_sorted(), "times follow the order");
    let span = times.last().zip(times.first()).map_or(0, |(last, first)| last - first);
    ensure!(span > 2 * DAY_MICROS, "the entries span {span} µs");
    println!("long_cut: {DAYS} days of {entries} entries, each there once");
    post.close()
}
