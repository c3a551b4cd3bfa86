//! When shifts begin: the moments at which a totaliser's span is cut.
//!
//! Times of day are the plant's; its offset comes with each question, because masters may change
//! it. Times are microseconds since 1970.

use serde::Deserialize;

use crate::limits::{SHIFTS_MAX, quoted};

const MINUTE_US: i64 = 60_000_000;
const DAY_MINUTES: i64 = 24 * 60;

/// Beginnings of shifts as minutes of the day, in order, each once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Shifts(Vec<u16>);

/// Beginnings that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShiftError {
    /// No time of day.
    #[error("{0:?} is no time of day like 08:00")]
    Time(String),
    /// None, too many, or the same again.
    #[error("shifts are 1 to {SHIFTS_MAX} different times of day")]
    Count,
}

impl Shifts {
    /// Reads times of day like `08:00`.
    pub fn parse(times: &[String]) -> Result<Self, ShiftError> {
        let mut minutes = times.iter().map(|text| minute(text)).collect::<Result<Vec<_>, _>>()?;
        minutes.sort_unstable();
        minutes.dedup();
        if minutes.len() != times.len() || minutes.is_empty() || minutes.len() > SHIFTS_MAX {
            return Err(ShiftError::Count);
        }
        Ok(Self(minutes))
    }

    /// The first beginning after a moment, at a plant so many minutes east of UTC.
    pub fn next_after(&self, at_us: i64, offset_minutes: i32) -> i64 {
        let local_minutes = at_us.div_euclid(MINUTE_US) + i64::from(offset_minutes);
        let (day, now) =
            (local_minutes.div_euclid(DAY_MINUTES), local_minutes.rem_euclid(DAY_MINUTES));
        let today = self.0.iter().map(|minute| i64::from(*minute)).find(|minute| *minute > now);
        let first = self.0.first().copied().map_or(0, i64::from);
        let minutes = day * DAY_MINUTES + today.unwrap_or(first + DAY_MINUTES);
        (minutes - i64::from(offset_minutes)) * MINUTE_US
    }
}

impl TryFrom<Vec<String>> for Shifts {
    type Error = ShiftError;

    fn try_from(times: Vec<String>) -> Result<Self, ShiftError> {
        Self::parse(&times)
    }
}

fn minute(text: &str) -> Result<u16, ShiftError> {
    let wrong = || ShiftError::Time(quoted(text));
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let plain = |part: &str| part.len() == 2 && part.bytes().all(|it| it.is_ascii_digit());
    if !plain(hour) || !plain(minute) {
        return Err(wrong());
    }
    match (hour.parse::<u16>(), minute.parse::<u16>()) {
        (Ok(hour @ 0..=23), Ok(minute @ 0..=59)) => Ok(hour * 60 + minute),
        _ => Err(wrong()),
    }
}
