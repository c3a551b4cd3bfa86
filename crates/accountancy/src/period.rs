//! A period's material balance as terms, and the series of periods.
//!
//! Invariant: MUF is the signed sum of the terms. A closing stock and the next opening stock are
//! the same measurement: same figure, same error keys; a difference is a continuity break, named
//! and never smoothed. Periods are half-open, so a movement belongs to exactly one.

use std::collections::BTreeMap;

use tl_statistics::sum;

use crate::fault::Fault;
use crate::limits;
use crate::source::{ErrorPart, Sources};

/// Figures that differ by less than this, relatively, are one decimal read twice.
const SAME_FIGURE: f64 = 1e-14;

/// The line of the material balance report that a term belongs to, in the report's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// Opening stock (PB).
    Opening,
    /// Receipts, found material.
    Increase,
    /// Shipments, discards, booked losses.
    Decrease,
    /// Shipper's minus receiver's value on receipts booked at the shipper's value.
    ShipperReceiver,
    /// Closing stock (PE).
    Closing,
}

impl Line {
    /// The sign with which it enters MUF.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Opening | Self::Increase => 1.0,
            Self::Decrease | Self::ShipperReceiver | Self::Closing => -1.0,
        }
    }
}

/// One quantity of a balance, with its errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Where it stands.
    pub line: Line,
    /// Stream, stratum or stock.
    pub name: String,
    /// The measured amount, in mass units; negative only as a correction.
    pub amount: f64,
    /// Its errors.
    pub errors: Vec<ErrorPart>,
    /// The node at the other end, when there is one; roll-up nets what stays inside.
    pub counterpart: Option<String>,
}

impl Term {
    /// A term without errors and without a node at the other end.
    #[must_use]
    pub fn exact(line: Line, name: impl Into<String>, amount: f64) -> Self {
        Self { line, name: name.into(), amount, errors: Vec::new(), counterpart: None }
    }
}

/// The terms of one balance period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Period {
    /// What people call it, such as 2026-03.
    pub label: String,
    /// Its terms, in any order.
    pub terms: Vec<Term>,
}

impl Period {
    /// Sum of the amounts on a line.
    #[must_use]
    pub fn total(&self, line: Line) -> f64 {
        sum::of(self.terms.iter().filter(|term| term.line == line).map(|term| term.amount))
    }

    /// Book minus physical, in mass units; positive is an apparent loss.
    #[must_use]
    pub fn muf(&self) -> f64 {
        sum::of(self.terms.iter().map(|term| term.line.sign() * term.amount))
    }
}

/// A stock that opens differently from how it closed.
#[derive(Clone, Debug, PartialEq)]
pub struct ContinuityBreak {
    /// The period that opens differently, from 1.
    pub period: usize,
    /// Which stock.
    pub name: String,
    /// Opening minus the closing before, mass units.
    pub difference: f64,
}

/// Whether two figures are the same measurement, up to the rounding of binary numbers.
#[must_use]
pub fn is_same_figure(left: f64, right: f64) -> bool {
    (left - right).abs() <= SAME_FIGURE * left.abs().max(right.abs())
}

/// Consecutive balance periods of one material balance area.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    periods: Vec<Period>,
}

impl Series {
    /// Takes the periods in their order; every figure must be finite.
    pub fn new(periods: Vec<Period>) -> Result<Self, Fault> {
        if periods.len() > limits::PERIODS {
            let (found, most) = (periods.len(), limits::PERIODS);
            return Err(Fault::TooMany { place: "periods".into(), found, most });
        }
        for (t, period) in periods.iter().enumerate() {
            for term in &period.terms {
                let sizes = term.errors.iter().map(|part| part.size);
                for figure in std::iter::once(term.amount).chain(sizes) {
                    check_figure(figure, || format!("period {}, {}", t + 1, term.name))?;
                }
            }
        }
        Ok(Self { periods })
    }

    /// The periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// Gives the periods back, to change them.
    #[must_use]
    pub fn into_periods(self) -> Vec<Period> {
        self.periods
    }

    /// MUF of each period.
    #[must_use]
    pub fn muf(&self) -> Vec<f64> {
        self.periods.iter().map(Period::muf).collect()
    }

    /// What each error does to each period.
    #[must_use]
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::new(self.periods.len());
        for (t, period) in self.periods.iter().enumerate() {
            for term in &period.terms {
                for part in &term.errors {
                    sources.add(&part.key, t, term.line.sign() * part.size);
                }
            }
        }
        sources
    }

    /// Stocks that open differently from how they closed; one that only one side knows counts 0 on
    /// the other.
    #[must_use]
    pub fn continuity_breaks(&self) -> Vec<ContinuityBreak> {
        let mut breaks = Vec::new();
        for (t, pair) in self.periods.windows(2).enumerate() {
            let mut stocks: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
            for term in pair[0].terms.iter().filter(|term| term.line == Line::Closing) {
                stocks.entry(&term.name).or_default().0 += term.amount;
            }
            for term in pair[1].terms.iter().filter(|term| term.line == Line::Opening) {
                stocks.entry(&term.name).or_default().1 += term.amount;
            }
            for (name, (closing, opening)) in stocks {
                if !is_same_figure(closing, opening) {
                    breaks.push(ContinuityBreak {
                        period: t + 2,
                        name: name.to_owned(),
                        difference: opening - closing,
                    });
                }
            }
        }
        breaks
    }
}

/// Refuses what is no finite number, or beyond all masses.
pub(crate) fn check_figure(figure: f64, place: impl Fn() -> String) -> Result<(), Fault> {
    if !figure.is_finite() {
        return Err(Fault::NotANumber { place: place(), found: figure.to_string() });
    }
    if figure.abs() > limits::MAGNITUDE {
        let wanted = "a magnitude of at most 1e30";
        return Err(Fault::OutOfRange { place: place(), found: figure, wanted });
    }
    Ok(())
}
