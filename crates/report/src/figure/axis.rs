//! Axes: round tick values, numbers and dates as people write them. Invariants: ticks rise, enclose
//! nothing outside their range, and are multiples of 1, 2 or 5 times a power of ten; time ticks
//! fall on whole hours, days, or months of the site's own clock. No drawing.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use super::svg::count;

const MICROS: i64 = 1_000_000;
/// Decimals beyond which a tick is written as it is.
const MAX_DECIMALS: usize = 12;

/// Ticks of an amount.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ticks {
    pub(crate) values: Vec<f64>,
    decimals: usize,
}

impl Ticks {
    /// About `wanted` round values from `low` to `high`.
    pub(crate) fn between(low: f64, high: f64, wanted: usize) -> Self {
        let span = high - low;
        if !(span.is_finite() && span > 0.0) {
            return Self { values: vec![low], decimals: 0 };
        }
        let rough = span / count(wanted.max(1));
        let power = rough.log10().floor();
        let base = 10_f64.powf(power);
        let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * base >= rough * 0.999);
        let step = factor.unwrap_or(10.0) * base;
        let exponent = step.log10().floor() + 1e-9;
        let decimals = if exponent < 0.0 { (-exponent.floor()) as usize } else { 0 };
        let first = (low / step - 1e-9).ceil();
        let last = (high / step + 1e-9).floor();
        if last < first {
            // No multiple lies inside: the range is shorter than the step.
            return Self::between(low, high, wanted + 1);
        }
        let steps = (last - first) as usize;
        let values = (0..=steps).map(|index| (first + count(index)) * step).collect();
        Self { values, decimals: decimals.min(MAX_DECIMALS) }
    }

    /// A tick as text, all with the same decimals.
    pub(crate) fn text(&self, value: f64) -> String {
        grouped(value, self.decimals)
    }
}

/// A number with thousands separated by commas.
fn grouped(value: f64, decimals: usize) -> String {
    let plain = format!("{:.*}", decimals, value.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut text = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let nonzero = plain.chars().any(|c| c.is_ascii_digit() && c != '0');
    let sign = if value < 0.0 && nonzero { "−" } else { "" };
    format!("{sign}{text}{rest}")
}

/// Ticks of a span of time: (µs since the epoch, text), at most about `wanted`.
pub(crate) fn time_ticks(
    from: i64,
    to: i64,
    offset: FixedOffset,
    wanted: usize,
) -> Vec<(i64, String)> {
    let Some((start, end)) = local(from, offset).zip(local(to, offset)) else {
        return Vec::new();
    };
    let hours = (to - from) / MICROS / 3600;
    let wanted = i64::try_from(wanted.max(2)).unwrap_or(2);
    let ticks = if hours / 24 > 45 * wanted / 4 {
        months(start, end, wanted)
    } else if hours >= 2 * wanted.max(24) {
        days(start, end, wanted)
    } else {
        clock_hours(start, end, wanted)
    };
    ticks
        .into_iter()
        .filter_map(|(at, text)| {
            let micros = at.and_local_timezone(offset).single()?.timestamp_micros();
            (from..=to).contains(&micros).then_some((micros, text))
        })
        .collect()
}

fn local(micros: i64, offset: FixedOffset) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(micros).map(|at| at.with_timezone(&offset).naive_local())
}

fn months(start: NaiveDateTime, end: NaiveDateTime, wanted: i64) -> Vec<(NaiveDateTime, String)> {
    let number = |at: NaiveDateTime| i64::from(at.year()) * 12 + i64::from(at.month0());
    let (first, last) = (number(start), number(end));
    let step = [1, 2, 3, 6, 12, 24, 60, 120]
        .into_iter()
        .find(|step| (last - first) / step < wanted)
        .unwrap_or(120);
    let mut ticks = Vec::new();
    let mut month = first.div_euclid(step) * step;
    while month <= last {
        let year = i32::try_from(month.div_euclid(12)).unwrap_or_default();
        let of_year = u32::try_from(month.rem_euclid(12)).unwrap_or_default() + 1;
        if let Some(day) = NaiveDate::from_ymd_opt(year, of_year, 1) {
            ticks.push((day.and_time(chrono::NaiveTime::MIN), day.format("%Y-%m").to_string()));
        }
        month += step;
    }
    ticks
}

fn days(start: NaiveDateTime, end: NaiveDateTime, wanted: i64) -> Vec<(NaiveDateTime, String)> {
    let span = (end - start).num_days();
    let step = [1, 2, 5, 7, 10, 14, 30].into_iter().find(|step| span / step < wanted).unwrap_or(60);
    let mut ticks = Vec::new();
    let mut day = start.date();
    while day.and_time(chrono::NaiveTime::MIN) <= end {
        ticks.push((day.and_time(chrono::NaiveTime::MIN), day.format("%m-%d").to_string()));
        match day.checked_add_signed(TimeDelta::days(step)) {
            Some(next) => day = next,
            None => break,
        }
    }
    ticks
}

fn clock_hours(
    start: NaiveDateTime,
    end: NaiveDateTime,
    wanted: i64,
) -> Vec<(NaiveDateTime, String)> {
    let span = (end - start).num_hours();
    let step = [1, 2, 3, 6, 12].into_iter().find(|step| span / step < wanted).unwrap_or(24);
    let mut ticks = Vec::new();
    let mut at = start.date().and_time(chrono::NaiveTime::MIN);
    while at <= end {
        let pattern = if at.hour() == 0 { "%m-%d" } else { "%H:%M" };
        ticks.push((at, at.format(pattern).to_string()));
        match at.checked_add_signed(TimeDelta::hours(step)) {
            Some(next) => at = next,
            None => break,
        }
    }
    ticks
}

#[cfg(test)]
mod tests;
