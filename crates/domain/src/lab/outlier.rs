//! Whether a figure is far from what the material usually has.
//!
//! A doubt is a question to the technician, never a refusal: the figure may be right. It compares
//! with the median, which a few wrong figures do not move.

use rust_decimal::Decimal;

use crate::quantity::ContentUnit;

/// Fewer earlier results than this say nothing about a material.
pub const HISTORY_MIN: usize = 5;
/// A figure so many times above or below the median is asked about.
pub const TIMES: u32 = 5;

/// A figure that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlier {
    /// The figure.
    pub value: Decimal,
    /// Unit of figure and median.
    pub unit: ContentUnit,
    /// Median of the material's earlier results.
    pub median: Decimal,
    /// How many times the median it is, rounded: below 1 for a small one.
    pub times: Decimal,
}

impl Outlier {
    /// In Chinese, as the page shows it with ▲.
    #[must_use]
    pub fn zh(&self) -> String {
        let Self { value, unit, times, .. } = self;
        format!("{value} {unit} 为该物料历史中位数的 {times} 倍,请确认")
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> String {
        let Self { value, unit, times, .. } = self;
        format!("{value} {unit} is {times} times the material's median, please confirm")
    }
}

/// Asks about a figure against earlier ones in the same unit.
#[must_use]
pub fn against_median(value: Decimal, unit: ContentUnit, earlier: &[Decimal]) -> Option<Outlier> {
    if earlier.len() < HISTORY_MIN {
        return None;
    }
    let median = median(earlier)?;
    let times = value.checked_div(median)?;
    let bound = Decimal::from(TIMES);
    let far = times >= bound || times.saturating_mul(bound) <= Decimal::ONE;
    let digits = if times >= Decimal::ONE { 0 } else { 2 };
    far.then(|| Outlier { value, unit, median, times: times.round_dp(digits).normalize() })
}

/// The median; `None` of nothing. The mean of the two middle ones of an even number.
#[must_use]
pub fn median(values: &[Decimal]) -> Option<Decimal> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(lower.saturating_add(upper) / Decimal::TWO)
}
