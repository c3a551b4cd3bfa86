//! Working days: Monday to Friday, less the days off that the city enters.
//!
//! The State Council moves days off by a notice each year, so they are data, and a weekend day
//! that is worked instead is not counted: a term gets longer by that, never shorter.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Weekday};
use tl_domain::time::{DAY_MICROS, Micros};

/// The moment `days` working days after a moment, at the same time of day.
#[must_use]
pub fn after(
    moment: Micros,
    days: u32,
    offset: FixedOffset,
    days_off: &BTreeSet<NaiveDate>,
) -> Micros {
    stepped(moment, days, DAY_MICROS, offset, days_off)
}

/// The moment `days` working days before a moment, at the same time of day.
#[must_use]
pub fn before(
    moment: Micros,
    days: u32,
    offset: FixedOffset,
    days_off: &BTreeSet<NaiveDate>,
) -> Micros {
    stepped(moment, days, -DAY_MICROS, offset, days_off)
}

fn stepped(
    moment: Micros,
    days: u32,
    step: Micros,
    offset: FixedOffset,
    days_off: &BTreeSet<NaiveDate>,
) -> Micros {
    let mut at = moment;
    let mut left = days;
    while left > 0 {
        at = at.saturating_add(step);
        let Some(local) = DateTime::from_timestamp_micros(at) else { return at };
        let date = local.with_timezone(&offset).date_naive();
        if !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !days_off.contains(&date) {
            left -= 1;
        }
    }
    at
}
