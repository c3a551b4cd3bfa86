//! A plant's own measurement errors, from its duplicates, reference materials, partners and
//! proficiency rounds.
//!
//! Invariant: figures are offered beside the class data and applied by nobody here; each comes with
//! how many data it rests on, its degrees of freedom, a 95 % interval and the span of its data.
//! What stands out is named and stays in. A variance that comes out negative reads 0 and says so.
//! Relative errors are fractions (1σ), times µs since 1970. Deliberately no choice of which figure
//! counts, and no drift over time.

mod anova;
mod bias;
pub mod control;
mod offer;
mod outlier;
pub mod partners;
pub mod replicates;
pub mod rounds;
mod variance;

pub use anova::Scatter;
pub use bias::Bias;
pub use offer::{Offer, Verdict};
pub use outlier::Outlier;

use crate::fault::Fault;
use crate::limits;
use crate::period::check_figure;

/// Confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;
/// The share on either side of an interval.
const TAIL: f64 = (1.0 - CONFIDENCE) / 2.0;

/// From what to what a figure may lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// First and last moment of the data, µs since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First.
    pub first: i64,
    /// Last.
    pub last: i64,
}

impl Span {
    /// The span of moments; `None` for none.
    #[must_use]
    pub fn of(moments: impl IntoIterator<Item = i64>) -> Option<Self> {
        let mut moments = moments.into_iter();
        let start = moments.next()?;
        let widened =
            |span: Self, at: i64| Self { first: span.first.min(at), last: span.last.max(at) };
        Some(moments.fold(Self { first: start, last: start }, widened))
    }
}

/// What an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Pairs, results, lines or rounds.
    pub count: usize,
    /// How many it should be.
    pub wanted: usize,
    /// When they were measured.
    pub span: Span,
}

/// An estimated relative standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Fraction, 1σ.
    pub value: f64,
    /// Where it lies with 95 % confidence.
    pub interval: Interval,
    /// Degrees of freedom, by Welch and Satterthwaite where variances were combined.
    pub dof: f64,
    /// The variance came out below zero and is stated as 0: too small to be seen in these data.
    pub was_negative: bool,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Estimate {
    /// Whether it rests on fewer data than it should.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        self.evidence.count < self.evidence.wanted
    }

    /// Whether what was to be subtracted is larger beyond chance: the data were not taken as they
    /// claim, for instance "duplicates" that share a preparation, and nothing follows from them.
    #[must_use]
    pub fn is_contradicted(&self) -> bool {
        self.was_negative && self.interval.high == 0.0
    }
}

/// A measured figure that a ratio is taken of: finite and above 0.
fn check_positive(figure: f64, place: impl Fn() -> String) -> Result<(), Fault> {
    check_figure(figure, &place)?;
    if figure > 0.0 {
        return Ok(());
    }
    let wanted = "a figure above 0; results below a limit tell nothing about relative errors";
    Err(Fault::OutOfRange { place: place(), found: figure, wanted })
}

/// Neither fewer than `least` nor more than is taken in.
fn check_count(found: usize, least: usize, place: &str) -> Result<(), Fault> {
    if found < least {
        return Err(Fault::TooFew { place: place.into(), found, least });
    }
    if found > limits::ROWS {
        return Err(Fault::TooMany { place: place.into(), found, most: limits::ROWS });
    }
    Ok(())
}
