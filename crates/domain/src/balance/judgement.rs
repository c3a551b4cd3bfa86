//! What a difference lets one say, and what it does not.
//!
//! A wide uncertainty must not buy green: a balance closes only when its difference lies within its
//! band *and* the band is narrow enough to have shown a loss that matters. Without a stock take at
//! both ends the difference is the books' own and says nothing. The tests over several periods are
//! another matter; this is the reading of one.

use rust_decimal::Decimal;
use serde::Serialize;

use super::Balance;
use crate::quantity::SubstanceMass;

/// Widest band (2 σ) in per cent of the turnover within which a balance may be called closed.
pub const BAND_PERCENT_MAX: u32 = 10;

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Terms without a figure.
    Figures,
    /// No stock take at an end of the span.
    StockTake,
    /// The band is wider than `BAND_PERCENT_MAX` of the turnover.
    Precision,
}

/// What the difference of one period says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "judgement", content = "lack", rename_all = "snake_case")]
pub enum Judgement {
    /// There are no terms at all.
    NoData,
    /// 不可判.
    NotJudged(Lack),
    /// 相符: within a band that is narrow enough.
    Closes,
    /// Beyond the band: apparent loss, or bias.
    Loss,
    /// Beyond the band: more found than came in, or bias.
    Gain,
}

impl Balance {
    /// Expanded uncertainty of the difference in grams (k = 2).
    #[must_use]
    pub fn band_grams(&self) -> Decimal {
        Decimal::try_from(2.0 * self.sigma_grams).unwrap_or(Decimal::MAX)
    }

    /// What went through in grams: the larger of what came in and what went out.
    #[must_use]
    pub fn turnover(&self) -> SubstanceMass {
        self.grams.input.max(self.grams.output + self.grams.discharge)
    }

    /// What the difference of this period says.
    #[must_use]
    pub fn judgement(&self) -> Judgement {
        let difference = self.grams.unaccounted;
        let beyond = difference.0.abs() > self.band_grams();
        if self.terms.is_empty() {
            Judgement::NoData
        } else if self.coverage.missing > 0 {
            Judgement::NotJudged(Lack::Figures)
        } else if !self.stock_measured {
            Judgement::NotJudged(Lack::StockTake)
        } else if beyond && difference > SubstanceMass::ZERO {
            Judgement::Loss
        } else if beyond {
            Judgement::Gain
        } else if self.band_grams().saturating_mul(Decimal::ONE_HUNDRED)
            > self.turnover().0.saturating_mul(Decimal::from(BAND_PERCENT_MAX))
        {
            Judgement::NotJudged(Lack::Precision)
        } else {
            Judgement::Closes
        }
    }
}
