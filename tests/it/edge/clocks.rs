//! Wrong clocks: capture goes on, what was recorded under a wrong clock says so, and the link comes
//! back with the clock.

use anyhow::{Result, ensure};
use tl_domain::event::ClockState;
use tl_testkit::code;
use tl_tests::clock::{DAY_MICROS, ShownClock};
use tl_tests::{plant, wait};

use super::{Outpost, codes};

const YEAR_MICROS: i64 = 365 * DAY_MICROS;

/// The agent starts under a wrong clock, records, and has the right one later.
fn under(ahead: i64, year: &str) -> Result<()> {
    let clock = ShownClock::new()?;
    let mut post = Outpost::new(|_| Ok(()))?;
    clock.give(post.agent.environment());
    clock.set_ahead(ahead)?;
    post.agent.start()?;
    post.scan(&codes(1..=10))?;
    // Whether the server is believed under this clock or not: it has been asked.
    wait::until("a first try to reach the server", || {
        Ok((post.agent.status_value()?["link"] != "idle").then_some(()))
    })?;
    post.scan(&codes(11..=20))?;
    clock.set_ahead(0)?;
    post.all_acknowledged()?;
    post.scan(&[code(21)])?;
    post.all_acknowledged()?;
    let log = post.log_with(&codes(1..=21))?;
    let registers: Vec<_> =
        log.entries.iter().filter(|entry| entry.body.kind() == "batch.register").collect();
    for entry in &registers[..20] {
        let at = entry.head.observed_at.to_string();
        ensure!(at.starts_with(year), "{at} instead of {year}");
        let state = entry.head.clock.as_ref().map(|clock| clock.state);
        ensure!(
            state.is_some(),
            "number {} does not say that its clock is unsure",
            entry.head.dseq
        );
    }
    let last = registers[20].head.clock.as_ref().map(|clock| clock.state);
    ensure!(last != Some(ClockState::Unsynchronised), "the right clock is known again");
    post.close()
}

#[test]
fn a_clock_that_begins_in_1970_stops_nothing() -> Result<()> {
    under(-plant::now().micros(), "1970")
}

#[test]
fn a_clock_ten_years_ahead_stops_nothing() -> Result<()> {
    let ahead = 10 * YEAR_MICROS;
    let then = plant::now().micros() + ahead;
    let shown = tl_domain::time::Moment::from_micros(then, 8 * 3600).expect("a year to come");
    under(ahead, &shown.to_string()[..4])
}

/// A clock that jumps while the agent runs and the link is down: nothing tells the agent but its
/// own sense of time.
#[test]
fn a_clock_that_jumps_in_the_middle_of_a_cut_is_noticed() -> Result<()> {
    let clock = ShownClock::new()?;
    let mut post = Outpost::new(|_| Ok(()))?;
    clock.give(post.agent.environment());
    post.agent.start()?;
    // The server's clock is known from here on.
    post.all_acknowledged()?;
    post.scan(&codes(1..=3))?;
    post.all_acknowledged()?;
    post.link.set(tl_tests::proxy::Link::Cut);
    clock.set_ahead(3 * YEAR_MICROS)?;
    post.scan(&codes(4..=6))?;
    clock.set_ahead(0)?;
    post.scan(&codes(7..=9))?;
    post.link.set(tl_tests::proxy::Link::Up);
    post.all_acknowledged()?;
    let log = post.log_with(&codes(1..=9))?;
    let flags: Vec<bool> = log
        .entries
        .iter()
        .filter(|entry| entry.body.kind() == "batch.register")
        .map(|entry| entry.head.clock.is_some())
        .collect();
    ensure!(!flags[..3].contains(&true), "the first entries had a good clock");
    ensure!(!flags[3..6].contains(&false), "the jump was not noticed: {flags:?}");
    post.close()
}
