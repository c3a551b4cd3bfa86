//! What is believed of the clock, and how entries are flagged.

use tl_domain::event::ClockState;

use super::{AgentClock, TOLERANCE_MICROS, wall};

const DAY: i64 = 86_400_000_000;
const TEN_YEARS: i64 = 3_653 * DAY;

fn state(clock: &AgentClock, now: i64, last: i64) -> Option<ClockState> {
    clock.flag(now, last).map(|flag| flag.state)
}

#[test]
fn a_clock_is_trusted_only_while_it_goes_with_the_server() {
    let clock = AgentClock::new(480);
    let now = wall();
    assert!(!clock.is_trusted() && clock.ahead().is_none());
    assert_eq!(state(&clock, now, 0), Some(ClockState::Unsynchronised), "never compared");
    clock.compare(now);
    assert!(clock.is_trusted());
    assert_eq!(state(&clock, now, now - 1), None);
    // Ours stands in 1970 or ten years ahead: seen from us the server is.
    for off in [now - 5 * DAY, TEN_YEARS] {
        clock.compare(now - off);
        assert!(!clock.is_trusted(), "{off} apart");
        let ahead = clock.ahead().expect("compared");
        assert!((ahead - off).abs() < 60_000_000, "{ahead} instead of {off}");
        assert_eq!(state(&clock, now, 0), Some(ClockState::Unsynchronised));
    }
    clock.compare(now);
    assert!(clock.is_trusted(), "right again");
}

#[test]
fn an_hour_in_the_wrong_year_does_not_flag_the_years_after_it() {
    let clock = AgentClock::new(480);
    let now = wall();
    clock.compare(now);
    assert_eq!(state(&clock, now, now + TEN_YEARS), None, "the reading before was the wrong one");
    let little = TOLERANCE_MICROS / 2;
    assert_eq!(state(&clock, now, now + little), Some(ClockState::Backwards));
    let alone = AgentClock::new(480);
    assert_eq!(state(&alone, now, now + TEN_YEARS), Some(ClockState::Backwards));
}

#[test]
fn the_best_guess_is_never_before_what_a_server_said() {
    let clock = AgentClock::new(480);
    let now = wall();
    assert!(clock.best() >= now, "ours, while nothing else is known");
    clock.raise_floor(now + DAY);
    assert!(clock.best() >= now + DAY, "as with a clock that came up behind");
    clock.raise_floor(now - DAY);
    assert_eq!(clock.floor(), now + DAY, "a floor never sinks");
    clock.compare(now + 2 * DAY);
    assert!(clock.best() >= now + 2 * DAY && clock.floor() == now + 2 * DAY);
}
