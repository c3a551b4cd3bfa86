//! Which days a page is about: a month of the site's own calendar, or days from–to.
//!
//! A production day begins at the site's hour (such as 08:00); a month closes on the site's day.
//! With close day 1 a month is the calendar month; with 26 October ends on 26 October.

use chrono::{DateTime, Datelike, FixedOffset, Months, NaiveDate, NaiveTime, TimeZone, Utc};
use tl_domain::event::SiteRecord;
use tl_domain::time::{Micros, MicrosSpan};

use super::format::DEFAULT_OFFSET_MINUTES;
use super::part::Query;

/// Longest span that a page computes, in days.
pub(crate) const SPAN_DAYS_MAX: i64 = 366;
/// Months offered for choosing.
pub(crate) const MONTHS_OFFERED: u32 = 13;

/// A site's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calendar {
    offset: FixedOffset,
    day_start: NaiveTime,
    close_day: u32,
}

/// A span and how it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Half-open span.
    pub(crate) span: MicrosSpan,
    /// `2026-10` when it is a month of the calendar.
    pub(crate) month: Option<String>,
    /// First day.
    pub(crate) from: NaiveDate,
    /// Last day, inclusive.
    pub(crate) until: NaiveDate,
    /// What was asked for could not be read, or is too long: the text of it.
    pub(crate) refused: Option<String>,
}

impl Calendar {
    /// The calendar of a site; without one, calendar months at UTC+8.
    pub(crate) fn of(site: Option<&SiteRecord>) -> Self {
        let minutes = site.map_or(DEFAULT_OFFSET_MINUTES, |site| site.offset_minutes);
        let utc = FixedOffset::east_opt(0).expect("zero is an offset");
        let hour = site.map_or(0, |site| site.day_start_hour);
        Self {
            offset: FixedOffset::east_opt(minutes.saturating_mul(60)).unwrap_or(utc),
            day_start: NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN),
            close_day: site.map_or(1, |site| site.close_day).clamp(1, 28),
        }
    }

    fn begin(&self, day: NaiveDate) -> Micros {
        let local = day.and_time(self.day_start);
        self.offset
            .from_local_datetime(&local)
            .single()
            .map_or(0, |at| at.with_timezone(&Utc).timestamp_micros())
    }

    /// The production day that a moment belongs to.
    pub(crate) fn day_of(&self, at: Micros) -> NaiveDate {
        let moment = DateTime::<Utc>::from_timestamp_micros(at).unwrap_or_default();
        let local = moment.with_timezone(&self.offset).naive_local();
        let day = local.date();
        if local.time() < self.day_start { day.pred_opt().unwrap_or(day) } else { day }
    }

    /// Days from–until (inclusive) as a half-open span.
    pub(crate) fn days(&self, from: NaiveDate, until: NaiveDate) -> MicrosSpan {
        let after = until.succ_opt().unwrap_or(until);
        MicrosSpan { from: self.begin(from), to: self.begin(after) }
    }

    /// First and last day of a month of this calendar.
    pub(crate) fn month(&self, year: i32, month: u32) -> Option<(NaiveDate, NaiveDate)> {
        let close = NaiveDate::from_ymd_opt(year, month, self.close_day)?;
        let (first, after) = if self.close_day == 1 {
            (close, close.checked_add_months(Months::new(1))?)
        } else {
            (close.checked_sub_months(Months::new(1))?, close)
        };
        Some((first, after.pred_opt()?))
    }

    /// The month of this calendar that a day belongs to.
    pub(crate) fn month_of(&self, day: NaiveDate) -> (i32, u32) {
        let next = self.close_day > 1 && day.day() >= self.close_day;
        let at = if next { day.checked_add_months(Months::new(1)).unwrap_or(day) } else { day };
        (at.year(), at.month())
    }

    /// `2026-10` and the months before it, newest first, down from the month of `now`.
    pub(crate) fn months(&self, now: Micros) -> Vec<String> {
        let (year, month) = self.month_of(self.day_of(now));
        let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) else { return Vec::new() };
        (0..MONTHS_OFFERED)
            .filter_map(|back| first.checked_sub_months(Months::new(back)))
            .map(|day| day.format("%Y-%m").to_string())
            .collect()
    }

    /// The span that a query asks for: `month=2026-10`, or `from=` and `to=` (inclusive days), else
    /// the month before the current one, or the current one when `running`.
    pub(crate) fn chosen(&self, query: &Query, now: Micros, running: bool) -> Chosen {
        let day = |name| query.value(name).map(|text| (text, text.parse::<NaiveDate>()));
        let mut refused = None;
        if let (Some((from_text, from)), Some((to_text, to))) = (day("from"), day("to")) {
            match (from, to) {
                (Ok(from), Ok(to)) if from <= to && (to - from).num_days() < SPAN_DAYS_MAX => {
                    return Chosen {
                        span: self.days(from, to),
                        month: None,
                        from,
                        until: to,
                        refused,
                    };
                }
                _ => refused = Some(format!("{from_text} – {to_text}")),
            }
        }
        let asked = query.value("month");
        let read = asked.and_then(|text| format!("{text}-01").parse::<NaiveDate>().ok());
        if asked.is_some() && read.is_none() {
            refused = asked.map(|text| text.chars().take(40).collect());
        }
        let (mut year, mut month) = self.month_of(self.day_of(now));
        if !running && let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) {
            let before = first.pred_opt().unwrap_or(first);
            (year, month) = (before.year(), before.month());
        }
        if let Some(read) = read {
            (year, month) = (read.year(), read.month());
        }
        let today = self.day_of(now);
        let (from, until) = self.month(year, month).unwrap_or((today, today));
        Chosen {
            span: self.days(from, until),
            month: Some(format!("{year:04}-{month:02}")),
            from,
            until,
            refused,
        }
    }
}

#[cfg(test)]
mod tests;
