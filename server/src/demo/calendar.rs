//! The demonstration's days: the last six full months before the start date, then the running
//! month up to yesterday, so that the dashboard is always current.

use chrono::{Datelike as _, Days, NaiveDate};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, Micros};

use crate::clock::CHINA_OFFSET_SECONDS;

/// Full months of history.
pub(super) const MONTHS: u32 = 6;
/// One minute in microseconds.
pub(super) const MINUTE_MICROS: Micros = HOUR_MICROS / 60;

/// A day of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// Number from 0.
    pub(super) index: usize,
    /// Date in China.
    pub(super) date: NaiveDate,
    /// Midnight at its beginning, microseconds since 1970.
    pub(super) start: Micros,
    /// Whether a composite period ends with it (7th, 15th, 23rd, last of the month).
    pub(super) cut: bool,
    /// Whether large streams are sampled in the middle of a composite period.
    pub(super) half: bool,
    /// Whether the month ends with it.
    pub(super) last_of_month: bool,
}

impl Day {
    /// A moment of the day.
    pub(super) fn at(self, hour: i64, minute: i64) -> Micros {
        self.start + hour * HOUR_MICROS + minute * MINUTE_MICROS
    }

    /// Midnight at its end.
    pub(super) fn end(self) -> Micros {
        self.start + DAY_MICROS
    }

    /// Whether a month begins with it.
    pub(super) fn first_of_month(self) -> bool {
        self.date.day() == 1
    }
}

/// All days and the moment behind which nothing has happened yet.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// The days in order.
    pub(super) days: Vec<Day>,
    /// Nothing is received at or after this moment.
    pub(super) now: Micros,
}

impl Calendar {
    /// The calendar of a start date; it ends with yesterday.
    pub(super) fn of(today: NaiveDate) -> Self {
        let month = today.year() * 12 + today.month0() as i32;
        let first = first_of(month - MONTHS as i32);
        let dates = first.iter_days().take_while(|date| *date < today);
        let days = dates.enumerate().map(|(index, date)| day(index, date)).collect();
        Self { days, now: day(0, today).start }
    }

    /// Beginnings of the full months and, from its second day on, of the running one.
    pub(super) fn month_starts(&self) -> Vec<Micros> {
        self.days.iter().filter(|day| day.first_of_month()).map(|day| day.start).collect()
    }

    /// Index of the first day of the last full month.
    pub(super) fn last_month(&self) -> usize {
        let starts = self.month_starts();
        let start = starts.get(MONTHS as usize - 1).copied().unwrap_or_default();
        self.days.iter().position(|day| day.start == start).unwrap_or(0)
    }
}

fn first_of(month: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
        .expect("a month near today has a first day")
}

fn day(index: usize, date: NaiveDate) -> Day {
    let midnight = date.and_hms_opt(0, 0, 0).expect("midnight exists").and_utc();
    let start = midnight.timestamp_micros() - i64::from(CHINA_OFFSET_SECONDS) * 1_000_000;
    let last_of_month =
        date.checked_add_days(Days::new(1)).is_some_and(|next| next.month() != date.month());
    let cut = matches!(date.day(), 7 | 15 | 23) || last_of_month;
    let half = matches!(date.day(), 4 | 11 | 19 | 27);
    Day { index, date, start, cut, half, last_of_month }
}
