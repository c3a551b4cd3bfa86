//! The plant's calendar: its stops, and the shifts, weeks, months and quarters that samples are due
//! in.
//!
//! Days begin at the site's production hour; months and quarters are calendar cuts, as legal
//! reports are (practice §1.7). Spans are half-open microseconds; a site's clock has one offset.

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, Timelike};

use super::plan::Frequency;
use crate::event::{Master, OpenRecord, SiteRecord};
use crate::ids::SiteId;
use crate::time::{HOUR_MICROS, Micros, MicrosSpan, Moment};

/// How a site counts time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Minutes east of UTC.
    pub offset_minutes: i32,
    /// Hour at which the production day begins.
    pub day_start_hour: u32,
}

impl Clock {
    /// The clock of a site.
    #[must_use]
    pub fn of(site: &SiteRecord) -> Self {
        Self { offset_minutes: site.offset_minutes, day_start_hour: site.day_start_hour }
    }

    fn offset(self) -> Option<FixedOffset> {
        FixedOffset::east_opt(self.offset_minutes.checked_mul(60)?)
    }

    fn at(self, day: NaiveDate, hour: u32) -> Option<Micros> {
        let time = NaiveTime::from_hms_opt(hour, 0, 0)?;
        let local = day.and_time(time).and_local_timezone(self.offset()?).single()?;
        Some(local.timestamp_micros())
    }

    fn local(self, at: Micros) -> Option<DateTime<FixedOffset>> {
        Some(DateTime::from_timestamp_micros(at)?.with_timezone(&self.offset()?))
    }

    /// The first day whose production day holds a moment.
    fn production_day(self, at: Micros) -> Option<NaiveDate> {
        let local = self.local(at)?;
        let before = local.hour() < self.day_start_hour;
        let back = if before { Days::new(1) } else { Days::new(0) };
        local.date_naive().checked_sub_days(back)
    }

    /// The period of a frequency that holds a moment; `None` for each batch, and beyond the years
    /// that a calendar knows.
    #[must_use]
    pub fn period(self, frequency: Frequency, shift_hours: u32, at: Micros) -> Option<MicrosSpan> {
        let (from, to) = match frequency {
            Frequency::EachBatch => return None,
            Frequency::EachShift => {
                let day = self.at(self.production_day(at)?, self.day_start_hour)?;
                let shift = Micros::from(shift_hours.clamp(1, 24)).checked_mul(HOUR_MICROS)?;
                let from = day + (at - day) / shift * shift;
                let day_ends = day + 24 * HOUR_MICROS;
                return Some(MicrosSpan { from, to: (from + shift).min(day_ends) });
            }
            Frequency::WeeklyComposite => {
                let day = self.production_day(at)?;
                let back = Days::new(u64::from(day.weekday().num_days_from_monday()));
                let monday = day.checked_sub_days(back)?;
                let hour = self.day_start_hour;
                let next = monday.checked_add_days(Days::new(7))?;
                return Some(MicrosSpan { from: self.at(monday, hour)?, to: self.at(next, hour)? });
            }
            Frequency::Monthly => {
                let first = self.local(at)?.date_naive().with_day(1)?;
                (first, first.checked_add_months(Months::new(1))?)
            }
            Frequency::Quarterly => {
                let day = self.local(at)?.date_naive().with_day(1)?;
                let first = day.with_month0(day.month0() / 3 * 3)?;
                (first, first.checked_add_months(Months::new(3))?)
            }
        };
        Some(MicrosSpan { from: self.at(from, 0)?, to: self.at(to, 0)? })
    }
}

/// A stop, repair or declared outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The site that stands still; all sites when absent.
    pub site: Option<SiteId>,
    /// When (half-open).
    pub span: MicrosSpan,
}

/// Stops among the masters. A record that does not read is none: it excuses nothing.
#[must_use]
pub fn stops<'a>(masters: impl IntoIterator<Item = &'a Master>) -> Vec<Stop> {
    let calendars = masters.into_iter().filter_map(|master| match master {
        Master::Calendar(record) => stop(record),
        _ => None,
    });
    calendars.collect()
}

fn stop(record: &OpenRecord) -> Option<Stop> {
    let text = |name: &str| record.fields.get(name)?.as_str();
    let moment = |name: &str| Some(text(name)?.parse::<Moment>().ok()?.micros());
    if !matches!(text("kind")?, "stop" | "repair" | "outage") {
        return None;
    }
    let site = match record.fields.get("site") {
        None => None,
        Some(site) => Some(site.as_str()?.parse().ok()?),
    };
    let span = MicrosSpan { from: moment("from")?, to: moment("to")? };
    (span.from < span.to).then_some(Stop { site, span })
}

/// The times at which a site stood still, in order.
fn still(stops: &[Stop], site: Option<&SiteId>) -> Vec<MicrosSpan> {
    let of_site = |stop: &&Stop| stop.site.is_none() || stop.site.as_ref() == site;
    let mut spans: Vec<MicrosSpan> = stops.iter().filter(of_site).map(|stop| stop.span).collect();
    spans.sort_unstable();
    spans
}

/// Time within a span at which a site stood still; overlapping stops count once.
#[must_use]
pub fn stopped(stops: &[Stop], site: Option<&SiteId>, within: MicrosSpan) -> Micros {
    let (mut sum, mut reached) = (0, within.from);
    for span in still(stops, site) {
        let from = span.from.max(reached);
        let to = span.to.min(within.to);
        sum += (to - from).max(0);
        reached = reached.max(to);
    }
    sum
}

/// The end of a term after a moment; while the site stands still the term does not run: stops
/// delay, they do not make overdue.
#[must_use]
pub fn deadline(stops: &[Stop], site: Option<&SiteId>, from: Micros, term: Micros) -> Micros {
    let (mut reached, mut left) = (from, term);
    for span in still(stops, site) {
        let runs = (span.from - reached).max(0);
        if runs >= left {
            break;
        }
        left -= runs;
        reached = reached.max(span.to);
    }
    reached.saturating_add(left)
}
