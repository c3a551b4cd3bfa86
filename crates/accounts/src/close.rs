//! A closed period: the figures that its report signs, and how it reads after later entries.
//!
//! Invariant: what was closed stays as it was issued (结账版); later entries restate the period they
//! belong to (重算版), and the difference is 以前期间调整: reported beside the next period, never
//! part of its MUF (DESIGN §6). Figures are grams as text, rounded to a milligram.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use tl_domain::project::PeriodRow;
use tl_domain::quantity::DecimalText;

use crate::evaluate::PeriodResult;
use crate::period::Figures;

/// Decimals of grams in a report.
const DECIMALS: u32 = 3;
/// Name of the standard uncertainty among the figures.
pub const SIGMA: &str = "sigma";

/// A figure that was closed with another value than the books give now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Name of the figure.
    pub name: String,
    /// As closed, grams.
    pub closed: DecimalText,
    /// As the books stand now, grams.
    pub restated: DecimalText,
    /// Restated minus closed, grams.
    pub difference: DecimalText,
}

/// Names and figures of a period in the order of the material balance report.
#[must_use]
pub fn figures(period: &PeriodResult) -> Vec<(String, DecimalText)> {
    let Figures { opening, input, output, discharge, book, closing, unaccounted } = period.figures;
    let sums = [
        ("opening", opening),
        ("input", input),
        ("output", output),
        ("discharge", discharge),
        ("book", book),
        ("closing", closing),
        ("unaccounted", unaccounted),
    ];
    let mut named: Vec<_> =
        sums.into_iter().map(|(name, grams)| (name.to_owned(), rounded(grams.0))).collect();
    let sigma = Decimal::try_from(period.sigma).unwrap_or(Decimal::MAX);
    named.push((SIGMA.to_owned(), rounded(sigma)));
    named
}

/// What the books say otherwise now: figures whose rounded text differs from the closed one.
///
/// The uncertainty is an estimate: it is restated too, but is no adjustment of the books.
#[must_use]
pub fn adjustments(closed: &PeriodRow, now: &PeriodResult) -> Vec<Adjustment> {
    let restated = figures(now);
    let one = |(name, restated): (String, DecimalText)| {
        let (_, closed) = closed.figures.iter().find(|(known, _)| *known == name)?;
        let difference = restated.value() - closed.value();
        (!difference.is_zero() && name != SIGMA).then(|| Adjustment {
            name,
            closed: closed.clone(),
            difference: rounded(difference),
            restated,
        })
    };
    restated.into_iter().filter_map(one).collect()
}

fn rounded(grams: Decimal) -> DecimalText {
    let rounded = grams.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointNearestEven);
    // No "-0": text that is signed has one form for nothing.
    let rounded = if rounded.is_zero() { Decimal::ZERO } else { rounded };
    rounded.normalize().into()
}
