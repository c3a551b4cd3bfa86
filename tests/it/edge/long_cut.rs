//! Three days without a link, one after the other, with short-lived certificates that are renewed
//! in between: nothing lost, none doubled, the order kept.
//!
//! Days pass on a clock that both programs are shown. The device was enrolled so long ago on it
//! that its certificate has two days left when the first cut begins: without a renewal between the
//! cuts the third day could not be sent. `TL_SOAK_ENTRIES` says how much a day has.

use std::fs;

use anyhow::{Result, ensure};
use tl_tests::clock::{DAY_MICROS, ShownClock};
use tl_tests::proxy::Link;
use tl_tests::{station, wait};

use super::{Outpost, codes, number_of};

/// Says how many entries a day has.
const ENTRIES_VARIABLE: &str = "TL_SOAK_ENTRIES";
const ENTRIES_BY_DEFAULT: u64 = 100;
const DAYS: u64 = 3;
const HALF_DAY_MICROS: i64 = DAY_MICROS / 2;
/// When the device was enrolled: its 400 days end three and a half days after the test's begin, the
/// server's own 397 half a day after it.
const ENROLLED_MICROS: i64 = -793 * HALF_DAY_MICROS;
/// When the first cut begins: two days before the certificate ends.
const FIRST_CUT_MICROS: i64 = 3 * HALF_DAY_MICROS;
/// Entries between two moves of the clock.
const ENTRIES_PER_MOVE: u64 = 25;

/// One day without a link, its entries spread over its hours.
fn day(post: &mut Outpost, clock: &ShownClock, day: u64, entries: u64) -> Result<()> {
    let begin = FIRST_CUT_MICROS + i64::try_from(day)? * DAY_MICROS;
    let mut scanner = post.scanner()?;
    for number in 0..entries {
        if number % ENTRIES_PER_MOVE == 0 {
            let share = i128::from(number) * i128::from(DAY_MICROS) / i128::from(entries);
            clock.set_ahead(begin + i64::try_from(share)?)?;
        }
        let code = tl_testkit::code(day * entries + number + 1);
        let answer = scanner.scan(&code)?;
        ensure!(answer == station::DONE, "entry {number} of day {day} was refused");
    }
    clock.set_ahead(begin + DAY_MICROS)
}

#[test]
fn three_days_without_a_link_with_certificates_renewed_between() -> Result<()> {
    let entries = number_of(ENTRIES_VARIABLE, ENTRIES_BY_DEFAULT);
    let clock = ShownClock::new()?;
    clock.set_ahead(ENROLLED_MICROS)?;
    let mut post = Outpost::new(|installation| {
        clock.give(installation.environment());
        Ok(())
    })?;
    clock.set_ahead(0)?;
    post.installation.stop()?;
    post.installation.start()?;
    clock.set_ahead(FIRST_CUT_MICROS)?;
    clock.give(post.agent.environment());
    let daily = "[uplink]\nrenew_permille = 999";
    post.agent.configure(&station::CONFIGURATION.replace("[uplink]", daily))?;
    post.link.set(Link::Cut);
    post.agent.start()?;
    let certificate = post.agent.directory().join("tls.pem");
    for number in 0..DAYS {
        let before = fs::read(&certificate)?;
        day(&mut post, &clock, number, entries)?;
        post.link.set(Link::Up);
        post.all_acknowledged()?;
        wait::until("a renewed certificate", || {
            Ok((fs::read(&certificate)? != before).then_some(()))
        })?;
        post.link.set(if number + 1 == DAYS { Link::Up } else { Link::Cut });
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
