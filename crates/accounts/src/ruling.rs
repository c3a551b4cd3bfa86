//! What bureaus settle for an area, and which of their records counts for a city.
//!
//! The record of the narrowest area wins, figure by figure; what nobody settled is the program's
//! default. A bureau settles only for its own area and what lies in it. Which record a figure came
//! from stays with it, so that an enterprise can be told who moved a limit. Deliberately not here:
//! who may write such a record.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;
use tl_domain::event::PolicyRecord;
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::quantity::DecimalText;

use crate::policy::Policy;

/// Digits of an area code that name a city (GB/T 2260).
pub const CITY_DIGITS: usize = 4;
/// Digits that name a province or autonomous region.
const REGION_DIGITS: usize = 2;
/// False marks of a quarter above which a policy says nothing any more.
const FALSE_MARKS_MAX: u32 = 20;
/// A quarter's working days: a longer time to explain than the period itself.
const EXPLANATION_DAYS_MAX: u32 = 60;
/// Grams: 100 t.
const SIGNIFICANT_GRAMS_MAX: u32 = 100_000_000;
/// Longest reason, characters.
const REASON_MAX: usize = 2_000;

/// A bureau's record as its log has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    /// The bureau.
    pub bureau: PartyId,
    /// Its own area code.
    pub bureau_area: String,
    /// What it settled.
    pub record: PolicyRecord,
    /// The entry that says so.
    pub entry: EntryId,
}

/// Where a figure of a policy comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Area whose record settles it.
    pub area: String,
    /// The bureau that settled it.
    pub bureau: PartyId,
    /// The entry in its log.
    pub entry: EntryId,
}

/// The policy of a city with the source of each figure; `None` is the program's default.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The policy.
    pub policy: Policy,
    /// Who settled the rate of false marks.
    pub false_marks_per_quarter: Option<Source>,
    /// Who settled the amount that matters.
    pub significant_grams: Option<Source>,
    /// Who settled the largest detectable share.
    pub detectable_percent_max: Option<Source>,
    /// Who settled the time to explain.
    pub explanation_days: Option<Source>,
}

/// The city of an area code; the whole code when it is shorter.
#[must_use]
pub fn city(area: &str) -> &str {
    area.get(..CITY_DIGITS).unwrap_or(area)
}

/// The policy of a city that has so many enterprises. Records with a figure that can't be are
/// passed over for that figure: a log may hold what this program would not have signed.
#[must_use]
pub fn chosen(city: &str, enterprises: usize, rulings: &[Ruling]) -> Chosen {
    let mut counting: Vec<&Ruling> = rulings
        .iter()
        .filter(|ruling| city.starts_with(ruling.record.id.as_str()))
        .filter(|ruling| may_settle(&ruling.bureau_area, ruling.record.id.as_str()))
        .collect();
    counting.sort_by(|a, b| {
        let nearness = |ruling: &Ruling| {
            (ruling.record.id.as_str().len(), significant(&ruling.bureau_area).len())
        };
        nearness(b).cmp(&nearness(a)).then_with(|| a.bureau.cmp(&b.bureau))
    });
    let default = Policy::default();
    let (false_marks, false_marks_source) =
        figure(&counting, FALSE_MARKS_MAX, |record| record.false_marks_per_quarter.as_ref());
    let (grams, grams_source) =
        figure(&counting, SIGNIFICANT_GRAMS_MAX, |record| record.significant_grams.as_ref());
    let (percent, percent_source) =
        figure(&counting, 100, |record| record.detectable_percent_max.as_ref());
    let days = counting.iter().find_map(|ruling| {
        let days = ruling.record.explanation_days?;
        (1..=EXPLANATION_DAYS_MAX).contains(&days).then(|| (days, source(ruling)))
    });
    let (days, days_source) = days.unzip();
    Chosen {
        policy: Policy {
            enterprises,
            false_marks_per_quarter: false_marks.unwrap_or(default.false_marks_per_quarter),
            significant_grams: grams.unwrap_or(default.significant_grams),
            detectable_percent_max: percent.unwrap_or(default.detectable_percent_max),
            explanation_days: days.unwrap_or(default.explanation_days),
            ..default
        },
        false_marks_per_quarter: false_marks_source,
        significant_grams: grams_source,
        detectable_percent_max: percent_source,
        explanation_days: days_source,
    }
}

/// Whether a bureau of one area settles for another: its own, or one that lies in it.
#[must_use]
pub fn may_settle(bureau_area: &str, area: &str) -> bool {
    let own = significant(bureau_area);
    !own.is_empty() && area.starts_with(own)
}

/// The digits of an area code that say something: `451200` and `4512` name the same city.
#[must_use]
pub fn significant(area: &str) -> &str {
    let mut digits = area;
    while let Some(rest) = digits.strip_suffix("00").filter(|rest| rest.len() >= REGION_DIGITS) {
        digits = rest;
    }
    digits
}

/// What is wrong with a record that a bureau wants to sign: field, and what is accepted there.
#[must_use]
pub fn faults(bureau_area: &str, record: &PolicyRecord) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let area = record.id.as_str();
    let digits = area.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !matches!(area.len(), REGION_DIGITS | CITY_DIGITS) {
        found.push(("id", format!("area code of a city (4 digits) or region (2), not {area:?}")));
    } else if !may_settle(bureau_area, area) {
        found.push(("id", format!("area {area} is not in the bureau's area {bureau_area}")));
    }
    let mut number = |field, text: Option<&DecimalText>, most: u32| {
        if let Some(text) = text
            && checked(text, most).is_none()
        {
            found.push((field, format!("above 0 and at most {most}, not {text}")));
        }
    };
    let marks = record.false_marks_per_quarter.as_ref();
    number("false_marks_per_quarter", marks, FALSE_MARKS_MAX);
    number("significant_grams", record.significant_grams.as_ref(), SIGNIFICANT_GRAMS_MAX);
    number("detectable_percent_max", record.detectable_percent_max.as_ref(), 100);
    if let Some(days) = record.explanation_days
        && !(1..=EXPLANATION_DAYS_MAX).contains(&days)
    {
        found.push(("explanation_days", format!("1 to {EXPLANATION_DAYS_MAX}, not {days}")));
    }
    if record.reason.trim().is_empty() || record.reason.chars().count() > REASON_MAX {
        found.push(("reason", format!("why, in 1 to {REASON_MAX} characters")));
    }
    found
}

fn figure<'a>(
    counting: &[&'a Ruling],
    most: u32,
    of: impl Fn(&'a PolicyRecord) -> Option<&'a DecimalText>,
) -> (Option<f64>, Option<Source>) {
    let found = counting.iter().find_map(|ruling| {
        let value = checked(of(&ruling.record)?, most)?;
        Some((value, source(ruling)))
    });
    found.unzip()
}

fn checked(text: &DecimalText, most: u32) -> Option<f64> {
    let value = text.value();
    (value > Decimal::ZERO && value <= Decimal::from(most)).then(|| value.to_f64()).flatten()
}

fn source(ruling: &Ruling) -> Source {
    Source {
        area: ruling.record.id.as_str().to_owned(),
        bureau: ruling.bureau.clone(),
        entry: ruling.entry,
    }
}

#[cfg(test)]
mod tests;
