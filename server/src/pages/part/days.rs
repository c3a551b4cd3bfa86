//! Bars per day: what a stream carried. A day without a report is a gap and is said to be one.

use std::collections::BTreeMap;

use askama::Template;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::super::format;

/// One day's bar on a drawing of 100 × 100.
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
    title: String,
}

/// Bars per day with their scale.
#[derive(Template)]
#[template(path = "part/days.html")]
pub(crate) struct DayBars {
    title: String,
    unit: &'static str,
    from: NaiveDate,
    until: NaiveDate,
    largest: String,
    bars: Vec<Bar>,
}

impl DayBars {
    /// Bars of counts of the days given.
    pub(crate) fn counts(
        title: String,
        unit: &'static str,
        from: NaiveDate,
        until: NaiveDate,
        days: &BTreeMap<NaiveDate, Decimal>,
    ) -> Self {
        Self::with_places(title, (unit, 0), from, until, days)
    }

    /// Bars of the days given, over the days from–until.
    pub(crate) fn new(
        title: String,
        unit: &'static str,
        from: NaiveDate,
        until: NaiveDate,
        days: &BTreeMap<NaiveDate, Decimal>,
    ) -> Self {
        Self::with_places(title, (unit, 3), from, until, days)
    }

    fn with_places(
        title: String,
        (unit, places): (&'static str, u32),
        from: NaiveDate,
        until: NaiveDate,
        days: &BTreeMap<NaiveDate, Decimal>,
    ) -> Self {
        let largest = days.values().copied().max().unwrap_or_default();
        let scale = largest.to_f64().filter(|value| *value > 0.0).unwrap_or(1.0);
        let count = f64::from(u32::try_from((until - from).num_days() + 1).unwrap_or(1).max(1));
        let width = 100.0 / count;
        let bars = days
            .iter()
            .map(|(day, amount)| {
                let index = f64::from(i32::try_from((*day - from).num_days()).unwrap_or(0));
                let height = (amount.to_f64().unwrap_or(0.0) / scale * 100.0).clamp(0.0, 100.0);
                Bar {
                    x: format!("{:.3}", index * width + width * 0.1),
                    y: format!("{:.3}", 100.0 - height),
                    width: format!("{:.3}", width * 0.8),
                    height: format!("{height:.3}"),
                    title: format!("{day}: {} {unit}", format::rounded(*amount, places)),
                }
            })
            .collect();
        Self { title, unit, from, until, largest: format::rounded(largest, places), bars }
    }
}
