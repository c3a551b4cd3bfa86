//! Why a flow sheet has no answer: a code for programs, a place and a sentence for people.
//!
//! Invariant: every refusal names the unit, stream or key it is about. Texts are English; screens
//! translate by code.

use thiserror::Error;

/// Reason code of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A stream, stock, relation or group names a unit or stream that does not exist.
    UnknownName,
    /// Two things have the same name.
    DuplicateId,
    /// A stream has neither a unit it comes from nor one it goes to.
    NowhereToNowhere,
    /// A standard deviation is below zero.
    NegativeSd,
    /// A value has no standard deviation, or the other way round.
    MissingSd,
    /// A number is not finite, or is no number.
    NotFinite,
    /// A unit of measurement is unknown, or does not fit what it stands at.
    Unit,
    /// A period or a time lies outside the case's periods.
    Period,
    /// An option or a value has no meaning here.
    Value,
    /// A correlation is outside −1 to 1, or a set of them is not positive definite.
    Correlation,
    /// Larger than the limits of this crate.
    TooLarge,
    /// Exact values, or limits, contradict the balances.
    Inconsistent,
    /// The iteration did not settle; nothing is reported.
    NotConverged,
}

impl Code {
    /// The code as programs read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Code::UnknownName => "unknown_name",
            Code::DuplicateId => "duplicate_id",
            Code::NowhereToNowhere => "nowhere_to_nowhere",
            Code::NegativeSd => "negative_sd",
            Code::MissingSd => "missing_sd",
            Code::NotFinite => "not_finite",
            Code::Unit => "unit",
            Code::Period => "period",
            Code::Value => "value",
            Code::Correlation => "correlation",
            Code::TooLarge => "too_large",
            Code::Inconsistent => "inconsistent",
            Code::NotConverged => "not_converged",
        }
    }
}

/// A flow sheet without an answer.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{place}: {text}")]
pub struct Refusal {
    /// Reason.
    pub code: Code,
    /// What it is about, for example `stream S7 mass`.
    pub place: String,
    /// A sentence: what was found and what is wanted.
    pub text: String,
    /// Units whose balances cannot be met, in the order of the flow sheet.
    pub nodes: Vec<String>,
    /// The same as balances, `UNIT@PERIOD:layer`.
    pub balances: Vec<String>,
    /// Rows of the problem, until they have names.
    pub(crate) rows: Box<[usize]>,
}

impl Refusal {
    /// A refusal about one place.
    pub(crate) fn new(code: Code, place: impl Into<String>, text: impl Into<String>) -> Self {
        Refusal {
            code,
            place: place.into(),
            text: text.into(),
            nodes: Vec::new(),
            balances: Vec::new(),
            rows: Box::default(),
        }
    }
}
