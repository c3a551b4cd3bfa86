//! Qualified results: value, `<x`, ND, detected below LOQ, not measured.
//!
//! Blank ≠ 0 ≠ ND ≠ `<x`: each is a variant of its own and none turns into another. In a balance a
//! censored result stands for an interval (DESIGN §5): `<x` counts as 0, x/2, x; ND with x = LOD;
//! detected below LOQ from LOD to LOQ; u = half-width/√3.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::DecimalText;

/// What a laboratory reports for one determination.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reading {
    /// A number.
    Value {
        /// As printed.
        value: DecimalText,
    },
    /// `<x` with the limit that was printed.
    Below {
        /// The limit x.
        limit: DecimalText,
    },
    /// 未检出, ND: with its limit, the detection limit by default.
    NotDetected {
        /// Detection limit.
        lod: DecimalText,
    },
    /// Detected, but below the limit of quantification.
    DetectedBelowLoq {
        /// Detection limit.
        lod: DecimalText,
        /// Limit of quantification.
        loq: DecimalText,
    },
    /// Nobody measured; never a zero.
    NotMeasured,
}

/// Interval that a result stands for, and the figure taken from it; same unit as the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Lowest value.
    pub low: Decimal,
    /// The figure used: the value itself, or the middle of the interval.
    pub middle: Decimal,
    /// Highest value.
    pub high: Decimal,
    /// Whether the figure is the middle of an interval rather than a measured number.
    pub censored: bool,
}

impl Reading {
    /// The interval the result stands for; `None` when nothing was measured.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        let between = |low: Decimal, high: Decimal| {
            let middle = low.saturating_add(high) / Decimal::TWO;
            Some(Bounds { low, middle, high, censored: true })
        };
        match self {
            Self::Value { value } => {
                let value = value.value();
                Some(Bounds { low: value, middle: value, high: value, censored: false })
            }
            Self::Below { limit } => between(Decimal::ZERO, limit.value()),
            Self::NotDetected { lod } => between(Decimal::ZERO, lod.value()),
            Self::DetectedBelowLoq { lod, loq } => between(lod.value(), loq.value()),
            Self::NotMeasured => None,
        }
    }

    /// How the result is printed: `12.30`, `<0.02`, `ND(0.02)`, `0.02~0.06`, `—`.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Value { value } => value.to_string(),
            Self::Below { limit } => format!("<{limit}"),
            Self::NotDetected { lod } => format!("ND({lod})"),
            Self::DetectedBelowLoq { lod, loq } => format!("{lod}~{loq}"),
            Self::NotMeasured => "—".to_owned(),
        }
    }
}
