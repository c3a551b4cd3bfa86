//! A systematic difference, and the long-term error that follows from it.
//!
//! Invariant: the uncertainty holds the scatter of the mean and that of the reference; the latter
//! does not shrink with more results. A bias that nobody corrects is part of the long-term error:
//! √(b² + u²), as Nordtest TR 537 has it.

use tl_statistics::{normal, student};

use super::anova::OneWay;
use super::{Estimate, Evidence, Interval, TAIL};

/// A mean relative deviation with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bias {
    /// Fraction; positive reads high.
    pub value: f64,
    /// Its standard uncertainty, the reference's included.
    pub uncertainty: f64,
    /// The reference's part of it.
    pub by_reference: f64,
    /// Effective degrees of freedom; infinite where only the reference is uncertain.
    pub dof: f64,
    /// Where it lies with 95 % confidence.
    pub interval: Interval,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Bias {
    pub(super) fn of(one_way: &OneWay, by_reference: f64, evidence: Evidence) -> Self {
        let of_mean = one_way.of_mean.value.max(0.0);
        let uncertainty = of_mean.sqrt().hypot(by_reference);
        let dof = if of_mean == 0.0 {
            f64::INFINITY
        } else {
            one_way.of_mean.dof * (uncertainty.powi(2) / of_mean).powi(2)
        };
        let reach = uncertainty * quantile(dof);
        let value = one_way.mean;
        let interval = Interval { low: value - reach, high: value + reach };
        Self { value, uncertainty, by_reference, dof, interval, evidence }
    }

    /// Whether it can be told from none.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.interval.low > 0.0 || self.interval.high < 0.0
    }

    /// The long-term error while nobody corrects the bias.
    #[must_use]
    pub fn long_term(&self) -> Estimate {
        let reach = self.interval.high - self.value;
        Estimate {
            value: self.value.hypot(self.uncertainty),
            interval: Interval {
                low: (self.value.abs() - reach).max(0.0),
                high: self.value.abs() + reach,
            },
            dof: self.dof,
            was_negative: false,
            evidence: self.evidence,
        }
    }

    /// The long-term error once the bias has been corrected for: what is not known of it.
    #[must_use]
    pub fn long_term_corrected(&self) -> Estimate {
        let reach = self.interval.high - self.value;
        Estimate {
            value: self.uncertainty,
            interval: Interval { low: self.by_reference, high: reach },
            dof: self.dof,
            was_negative: false,
            evidence: self.evidence,
        }
    }
}

/// Student's quantile; the normal one where degrees of freedom no longer matter.
fn quantile(dof: f64) -> f64 {
    const AS_GOOD_AS_NORMAL: f64 = 1e9;
    if dof < AS_GOOD_AS_NORMAL {
        student::upper_quantile(TAIL, dof)
    } else {
        normal::upper_quantile(TAIL)
    }
}
