//! Whether the data can say anything, and the mark that follows.
//!
//! Invariant: a wide uncertainty never buys green. "Consistent" needs a detectable amount within
//! the allowed share of throughput; without it the mark is "undecidable", a state of its own.

use tl_statistics::correction;

use crate::Language;
use crate::alarm::{Alarm, Level};
use crate::evaluation::Evaluation;
use crate::period::{Line, Series};
use crate::power;

/// What is asked of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualityRule {
    /// Periods looked back over.
    pub periods: usize,
    /// Allowed detectable amount, as a share of throughput.
    pub share: f64,
    /// False-alarm rate of the test that the amount refers to.
    pub alpha: f64,
    /// Chance of missing that amount.
    pub beta: f64,
}

impl Default for QualityRule {
    fn default() -> Self {
        Self { periods: 12, share: 0.10, alpha: 0.05, beta: 0.05 }
    }
}

/// Whether the data suffice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quality {
    /// The detectable amount is a small enough share of throughput.
    Sufficient {
        /// That share.
        share: f64,
    },
    /// It is not: the data are too poor to judge.
    Insufficient {
        /// That share.
        share: f64,
    },
    /// Nothing went through, or the errors are not known.
    Unknown,
}

impl Quality {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sufficient { .. } => "sufficient",
            Self::Insufficient { .. } => "insufficient",
            Self::Unknown => "unknown",
        }
    }
}

/// The mark of the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// 相符
    Consistent,
    /// 关注
    Watch,
    /// 异常
    Abnormal,
    /// 不可判
    Undecidable,
}

impl Mark {
    /// What people call it.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::Consistent => language.pick("相符", "consistent"),
            Self::Watch => language.pick("关注", "watch"),
            Self::Abnormal => language.pick("异常", "abnormal"),
            Self::Undecidable => language.pick("不可判", "undecidable"),
        }
    }
}

/// Detectable amount of the total over a span, mass units.
#[must_use]
pub fn detectable(evaluation: &Evaluation, first: usize, last: usize, rule: &QualityRule) -> f64 {
    let sigma = evaluation.covariance.sigma_cumulative(first)[last];
    power::detectable(sigma, rule.alpha, rule.beta)
}

/// Quality of the data at the close of `period` (from 1), looking back as far as the rule says.
#[must_use]
pub fn of(series: &Series, evaluation: &Evaluation, period: usize, rule: &QualityRule) -> Quality {
    let first = period.saturating_sub(rule.periods);
    let span = &series.periods()[first..period];
    let throughput: f64 = span.iter().map(|period| period.total(Line::Increase)).sum();
    if span.is_empty() || throughput <= 0.0 || evaluation.standardised.is_err() {
        return Quality::Unknown;
    }
    let share = detectable(evaluation, first, period - 1, rule) / throughput;
    if share <= rule.share {
        Quality::Sufficient { share }
    } else {
        Quality::Insufficient { share }
    }
}

/// The mark at the close of `period` (from 1).
#[must_use]
pub fn mark(alarms: &[Alarm], period: usize, quality: Quality) -> Mark {
    let worst = alarms.iter().filter(|a| a.period == period).map(|a| a.level).max();
    match (worst, quality) {
        (Some(Level::Investigate | Level::Report), _) => Mark::Abnormal,
        (Some(Level::Warning), _) => Mark::Watch,
        (None, Quality::Sufficient { .. }) => Mark::Consistent,
        (None, Quality::Insufficient { .. } | Quality::Unknown) => Mark::Undecidable,
    }
}

/// The false-alarm rate of one enterprise over `quarters`, when a city of `enterprises` accepts
/// `per_quarter` false marks a quarter; NaN without enterprises.
#[must_use]
pub fn city_share(per_quarter: f64, enterprises: usize, quarters: usize) -> f64 {
    let rate = (per_quarter / enterprises as f64).min(1.0);
    if enterprises == 0 || per_quarter < 0.0 {
        return f64::NAN;
    }
    correction::family_rate(rate, quarters)
}
