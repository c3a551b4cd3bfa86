//! Mean squares: their intervals, and the difference of two of them.
//!
//! Invariant: a mean square with ν degrees of freedom is θχ²/ν of what it estimates; intervals of a
//! single one are exact. A difference has the interval of Ting et al. (1990; Burdick & Graybill
//! 1992, 3.3), which keeps its confidence also near and below zero, where Satterthwaite's fails.

use tl_statistics::{chi_squared, fisher};

use super::{Estimate, Evidence, Interval, TAIL};

/// A variance with its degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MeanSquare {
    /// The variance.
    pub(super) value: f64,
    /// Above 0.
    pub(super) dof: f64,
}

impl MeanSquare {
    /// The same times a known factor.
    pub(super) fn scaled(self, factor: f64) -> Self {
        Self { value: self.value * factor, ..self }
    }

    /// Where the variance lies.
    fn interval(self) -> Interval {
        let scaled = self.value * self.dof;
        Interval {
            low: scaled / chi_squared::upper_quantile(TAIL, self.dof),
            high: scaled / chi_squared::quantile(TAIL, self.dof),
        }
    }

    /// The standard deviation as an estimate.
    pub(super) fn estimate(self, evidence: Evidence) -> Estimate {
        let interval = self.interval();
        Estimate {
            value: self.value.sqrt(),
            interval: Interval { low: interval.low.sqrt(), high: interval.high.sqrt() },
            dof: self.dof,
            was_negative: false,
            evidence,
        }
    }
}

/// The square root of `larger` − `smaller` as an estimate; both were estimated independently.
pub(super) fn difference(larger: MeanSquare, smaller: MeanSquare, evidence: Evidence) -> Estimate {
    let variance = larger.value - smaller.value;
    let interval = difference_interval(larger, smaller);
    let root = |variance: f64| variance.max(0.0).sqrt();
    Estimate {
        value: root(variance),
        interval: Interval { low: root(interval.low), high: root(interval.high) },
        dof: satterthwaite(larger, smaller),
        was_negative: variance < 0.0,
        evidence,
    }
}

fn satterthwaite(larger: MeanSquare, smaller: MeanSquare) -> f64 {
    let share = |square: MeanSquare| square.value.powi(2) / square.dof;
    let spread = share(larger) + share(smaller);
    if spread == 0.0 {
        return larger.dof.min(smaller.dof);
    }
    (larger.value - smaller.value).powi(2) / spread
}

/// The modified large-sample interval of θ₁ − θ₂; ends may be negative.
fn difference_interval(larger: MeanSquare, smaller: MeanSquare) -> Interval {
    let (a, b) = (larger.value, smaller.value);
    let (above, below) = (larger.dof, smaller.dof);
    // How far each mean square may have over- and underestimated, as shares of it.
    let over = |dof: f64| 1.0 - dof / chi_squared::upper_quantile(TAIL, dof);
    let under = |dof: f64| dof / chi_squared::quantile(TAIL, dof) - 1.0;
    let (g1, h1) = (over(above), under(above));
    let (g2, h2) = (over(below), under(below));
    let f_high = fisher::upper_quantile(TAIL, above, below);
    let f_low = fisher::quantile(TAIL, above, below);
    let g12 = ((f_high - 1.0).powi(2) - (g1 * f_high).powi(2) - h2 * h2) / f_high;
    let h12 = ((1.0 - f_low).powi(2) - (h1 * f_low).powi(2) - g2 * g2) / f_low;
    let down = (g1 * a).powi(2) + (h2 * b).powi(2) + g12 * a * b;
    let up = (h1 * a).powi(2) + (g2 * b).powi(2) + h12 * a * b;
    Interval { low: a - b - down.max(0.0).sqrt(), high: a - b + up.max(0.0).sqrt() }
}

#[cfg(test)]
mod tests;
