//! Judging a series' checks by the limits of the method's record.
//!
//! Blank below the detection limit, duplicates (RPD), spike and reference recovery, correlation of
//! the curve, drift, internal standard. A check without a limit is not judged and not passed: it is
//! shown as such. A failed blank stops submission, any other failure needs a stated deviation
//! (偏离说明), which the bureau sees. No figure here is a limit.

use rust_decimal::Decimal;

use super::worksheet::check_word;
use crate::event::{Allowed, CheckKind, MethodRecord, QualityControl, Unjudged};
use crate::quantity::{ContentUnit, Reading};

/// Decimals of a percentage as printed.
const PERCENT_DECIMALS: u32 = 1;

/// What a check gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// A blank, worked out like a sample.
    Blank {
        /// The result.
        reading: Reading,
        /// Its unit.
        unit: ContentUnit,
    },
    /// Two results of one sample.
    Duplicate {
        /// The first.
        first: Decimal,
        /// The second.
        second: Decimal,
    },
    /// A sample with a known addition.
    Spike {
        /// The sample by itself.
        plain: Decimal,
        /// The sample with the addition.
        spiked: Decimal,
        /// The addition, in the same unit.
        added: Decimal,
    },
    /// A reference material.
    Reference {
        /// What was found.
        found: Decimal,
        /// What its certificate says.
        certified: Decimal,
    },
    /// Correlation coefficient of the calibration curve.
    Curve {
        /// r.
        r: Decimal,
    },
    /// A calibration check within the series.
    Drift {
        /// What was found.
        found: Decimal,
        /// What it should have been.
        expected: Decimal,
    },
    /// Signal of the internal standard, in per cent of that in the calibration.
    InternalStandard {
        /// Per cent.
        percent: Decimal,
    },
}

impl Measured {
    /// Which check it is.
    #[must_use]
    pub fn kind(&self) -> CheckKind {
        match self {
            Self::Blank { .. } => CheckKind::Blank,
            Self::Duplicate { .. } => CheckKind::Duplicate,
            Self::Spike { .. } => CheckKind::Spike,
            Self::Reference { .. } => CheckKind::Reference,
            Self::Curve { .. } => CheckKind::Curve,
            Self::Drift { .. } => CheckKind::Drift,
            Self::InternalStandard { .. } => CheckKind::InternalStandard,
        }
    }
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Within the limit.
    Passed,
    /// Outside.
    Failed,
    /// The method's record has no limit for it.
    NotJudged,
}

/// A check with its figure and the limit that it was judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The check.
    pub kind: CheckKind,
    /// The figure with its unit.
    pub figure: String,
    /// The limit with its unit, when the record has one.
    pub limit: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Why a check gives no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckError {
    /// A divisor that must be above zero: addition, certified or expected value.
    NotPositive(CheckKind),
    /// The blank's unit is not one of the method's limits.
    BlankUnit {
        /// The blank's.
        read: ContentUnit,
        /// The method's.
        method: ContentUnit,
    },
    /// The blank was not measured.
    BlankMissing,
}

impl CheckError {
    /// In Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::NotPositive(kind) => {
                format!("{}:加标量、标准值或期望值须大于零;请核对", kind_zh(*kind))
            }
            Self::BlankUnit { read, method } => {
                format!("空白的单位 {read} 与方法检出限的单位 {method} 不能换算;请按样品同样计算")
            }
            Self::BlankMissing => "空白未测;请先测空白".to_owned(),
        }
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::NotPositive(kind) => {
                format!("{}: the reference figure must be above zero", check_word(*kind))
            }
            Self::BlankUnit { read, method } => format!(
                "a blank in {read} can't be compared with limits in {method}: work it out first"
            ),
            Self::BlankMissing => "the blank was not measured".to_owned(),
        }
    }
}

/// Judges a check by the method's record.
///
/// # Errors
/// What is missing for a figure.
pub fn judge(method: &MethodRecord, measured: &Measured) -> Result<Judged, CheckError> {
    let kind = measured.kind();
    let limits = method.series.as_ref().map(|series| &series.limits);
    let most = |limit: Option<&crate::quantity::DecimalText>| {
        limit.map(|limit| (None, Some(limit.value()), format!("≤ {limit} %")))
    };
    let between = |allowed: Option<&Allowed>| {
        let Allowed { low, high } = allowed?;
        Some((Some(low.value()), Some(high.value()), format!("{low}–{high} %")))
    };
    let (figure, bounds) = match measured {
        Measured::Blank { reading, unit } => return blank(method, reading, *unit),
        Measured::Duplicate { first, second } => {
            (difference(*first, *second), most(limits.and_then(|l| l.duplicate_percent.as_ref())))
        }
        Measured::Spike { plain, spiked, added } => (
            percent_of(*spiked - *plain, *added, kind)?,
            between(limits.and_then(|l| l.spike_percent.as_ref())),
        ),
        Measured::Reference { found, certified } => (
            percent_of(*found, *certified, kind)?,
            between(limits.and_then(|l| l.reference_percent.as_ref())),
        ),
        Measured::Curve { r } => {
            let limit = limits.and_then(|l| l.curve_r.as_ref());
            let limit = limit.map(|limit| (Some(limit.value()), None, format!("≥ {limit}")));
            return Ok(judged(kind, r.normalize().to_string(), *r, limit));
        }
        Measured::Drift { found, expected } => (
            percent_of(*found - *expected, *expected, kind)?.abs(),
            most(limits.and_then(|l| l.drift_percent.as_ref())),
        ),
        Measured::InternalStandard { percent } => {
            (*percent, between(limits.and_then(|l| l.internal_standard_percent.as_ref())))
        }
    };
    // The figure is judged as it is, not as it is printed.
    let mut printed = figure.round_dp(PERCENT_DECIMALS);
    printed.rescale(PERCENT_DECIMALS);
    Ok(judged(kind, format!("{printed} %"), figure, bounds))
}

type Bounds = (Option<Decimal>, Option<Decimal>, String);

fn judged(kind: CheckKind, figure: String, value: Decimal, bounds: Option<Bounds>) -> Judged {
    let Some((low, high, limit)) = bounds else {
        return Judged { kind, figure, limit: None, outcome: Outcome::NotJudged };
    };
    let within = low.is_none_or(|low| value >= low) && high.is_none_or(|high| value <= high);
    let outcome = if within { Outcome::Passed } else { Outcome::Failed };
    Judged { kind, figure, limit: Some(limit), outcome }
}

/// A blank passes where all that it can stand for lies below the limit.
fn blank(
    method: &MethodRecord,
    reading: &Reading,
    unit: ContentUnit,
) -> Result<Judged, CheckError> {
    let bounds = reading.bounds().ok_or(CheckError::BlankMissing)?;
    let figure = format!("{} {unit}", reading.display());
    let declared = method.series.as_ref().and_then(|series| series.limits.blank_below.as_ref());
    let Some(limit) = declared.or(method.lod.as_ref()) else {
        let (kind, outcome) = (CheckKind::Blank, Outcome::NotJudged);
        return Ok(Judged { kind, figure, limit: None, outcome });
    };
    let factor =
        unit.times(method.unit).ok_or(CheckError::BlankUnit { read: unit, method: method.unit })?;
    let high = bounds.high.saturating_mul(factor);
    // `<x` and ND say "below": they may reach the limit itself, a measured figure may not.
    let below = if bounds.censored { high <= limit.value() } else { high < limit.value() };
    Ok(Judged {
        kind: CheckKind::Blank,
        figure,
        limit: Some(format!("< {limit} {}", method.unit)),
        outcome: if below { Outcome::Passed } else { Outcome::Failed },
    })
}

/// |a − b| ÷ ((a + b) ÷ 2) in per cent; 0 for two zeros.
fn difference(first: Decimal, second: Decimal) -> Decimal {
    let mean = first.saturating_add(second) / Decimal::TWO;
    let apart = (first - second).abs().saturating_mul(Decimal::ONE_HUNDRED);
    apart.checked_div(mean).unwrap_or_default()
}

fn percent_of(part: Decimal, whole: Decimal, kind: CheckKind) -> Result<Decimal, CheckError> {
    if whole <= Decimal::ZERO {
        return Err(CheckError::NotPositive(kind));
    }
    part.saturating_mul(Decimal::ONE_HUNDRED)
        .checked_div(whole)
        .ok_or(CheckError::NotPositive(kind))
}

/// Whether a series may be submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// As it is.
    Free,
    /// Not before the blank is in order.
    Stopped,
    /// After a deviation (偏离说明) was stated for these checks.
    NeedsDeviation(Vec<CheckKind>),
}

/// Whether a series may be submitted, given the stated deviation.
#[must_use]
pub fn submission(checks: &[Judged], deviation: Option<&str>) -> Submission {
    let failed = || checks.iter().filter(|check| check.outcome == Outcome::Failed);
    if failed().any(|check| check.kind == CheckKind::Blank) {
        return Submission::Stopped;
    }
    let stated = deviation.is_some_and(|words| !words.trim().is_empty());
    let mut kinds: Vec<CheckKind> = failed().map(|check| check.kind).collect();
    kinds.dedup();
    if kinds.is_empty() || stated { Submission::Free } else { Submission::NeedsDeviation(kinds) }
}

/// The checks as a report signs them: those that were judged, with the deviation where they failed,
/// and those that were not.
#[must_use]
pub fn signed(checks: &[Judged], deviation: Option<&str>) -> (Vec<QualityControl>, Vec<Unjudged>) {
    let (mut quality, mut unjudged) = (Vec::new(), Vec::new());
    for check in checks {
        let Some(limit) = &check.limit else {
            unjudged.push(Unjudged { check: check.kind, value: check.figure.clone() });
            continue;
        };
        let passed = check.outcome == Outcome::Passed;
        let stated = deviation.map(str::trim).filter(|words| !passed && !words.is_empty());
        quality.push(QualityControl {
            check: check_word(check.kind).to_owned(),
            passed,
            value: Some(format!("{} ({limit})", check.figure)),
            deviation: stated.map(str::to_owned),
        });
    }
    (quality, unjudged)
}

/// A check in Chinese.
#[must_use]
pub fn kind_zh(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Curve => "校准曲线",
        CheckKind::Blank => "空白",
        CheckKind::Duplicate => "平行样",
        CheckKind::Spike => "加标回收",
        CheckKind::Reference => "标准物质",
        CheckKind::Drift => "连续校准核查",
        CheckKind::InternalStandard => "内标",
    }
}
