//! Resolutions of alarms, and what they do to the figures.
//!
//! Invariant: a resolution never changes a measurement in place: it makes a new series beside the
//! one that was closed, and both stay. A booked loss leaves MUF; a bias found is taken out of all
//! that carry its key, with what remains of its uncertainty; a restart sets cumulative tests to 0
//! without touching earlier figures.

use crate::Language;
use crate::fault::Fault;
use crate::period::{Line, Period, Series, Term};
use crate::source::{ErrorClass, ErrorKey, ErrorPart};

/// What showed a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Test weights on the scale.
    ScaleCheck,
    /// A certified reference material through the laboratory.
    ReferenceMaterial,
    /// Another laboratory's result on the same sample.
    Reassay,
}

/// How an alarm was resolved. Periods count from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// A loss (or found material, negative) with known cause and estimate.
    BookedLoss {
        /// The period it belongs to.
        period: usize,
        /// What happened.
        name: String,
        /// Mass units.
        amount: f64,
        /// Its standard uncertainty, mass units.
        sigma: f64,
    },
    /// A figure was wrong; relative errors stay what they were.
    Correction {
        /// The period it belongs to; a closing stock takes the next opening with it.
        period: usize,
        /// The line.
        line: Line,
        /// The term.
        name: String,
        /// The right figure, mass units.
        amount: f64,
    },
    /// A systematic error was measured: figures read high by `relative`.
    BiasFound {
        /// What showed it.
        evidence: Evidence,
        /// Short-term or long-term.
        class: ErrorClass,
        /// Instrument, laboratory or method.
        name: String,
        /// First period concerned.
        from: usize,
        /// Last period concerned.
        to: usize,
        /// The bias, relative; 0.015 reads 1.5 % high.
        relative: f64,
        /// What stays uncertain of it, relative, 1σ.
        remaining: f64,
    },
    /// Checked and found in order: the figures stay.
    NothingFound {
        /// The period that had alarmed.
        period: usize,
        /// What was checked.
        evidence: Evidence,
    },
    /// Cumulative tests start anew.
    Restart {
        /// The agreed first period.
        period: usize,
    },
}

impl Evidence {
    /// What people call it.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::ScaleCheck => language.pick("衡器核查", "scale check"),
            Self::ReferenceMaterial => language.pick("标准物质核查", "reference material"),
            Self::Reassay => language.pick("复检", "re-assay"),
        }
    }
}

/// A series after its resolutions, and where cumulative tests start.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The series to evaluate.
    pub series: Series,
    /// Period (from 0) from which cumulative tests run.
    pub start: usize,
}

/// Applies resolutions in their order to a copy of the series.
pub fn apply(series: &Series, resolutions: &[Resolution]) -> Result<Resolved, Fault> {
    let mut periods = series.clone().into_periods();
    let mut start = 0;
    for (n, resolution) in resolutions.iter().enumerate() {
        let place = format!("resolutions[{n}]");
        match resolution {
            Resolution::BookedLoss { period, name, amount, sigma } => {
                let index = checked(*period, periods.len(), &place)?;
                if *sigma < 0.0 {
                    return Err(Fault::Negative { place, found: *sigma });
                }
                periods[index].terms.push(booked(name, *amount, *sigma, n));
            }
            Resolution::Correction { period, line, name, amount } => {
                let index = checked(*period, periods.len(), &place)?;
                correct(&mut periods, index, (*line, name), *amount, &place)?;
            }
            Resolution::BiasFound { class, name, from, to, relative, remaining, .. } => {
                let first = checked(*from, periods.len(), &place)?;
                let last = checked(*to, periods.len(), &place)?;
                check_bias(*relative, *remaining, &place)?;
                let known =
                    Known { class: *class, name, relative: *relative, remaining: *remaining };
                let found = take_out(&mut periods, first, last, &known);
                if !found {
                    let known = "the keys of the errors of these periods".to_owned();
                    return Err(Fault::Unknown { place, found: name.clone(), known });
                }
            }
            Resolution::NothingFound { period, .. } => {
                checked(*period, periods.len(), &place)?;
            }
            Resolution::Restart { period } => start = checked(*period, periods.len(), &place)?,
        }
    }
    Ok(Resolved { series: Series::new(periods)?, start })
}

fn checked(period: usize, periods: usize, place: &str) -> Result<usize, Fault> {
    if (1..=periods).contains(&period) {
        return Ok(period - 1);
    }
    let (place, found) = (format!("{place}.period"), period as f64);
    Err(Fault::OutOfRange { place, found, wanted: "a period of the series, from 1" })
}

fn check_bias(relative: f64, remaining: f64, place: &str) -> Result<(), Fault> {
    if !(relative > -1.0 && relative < 1.0) {
        let place = format!("{place}.relative");
        let wanted = "a relative bias between -1 and 1";
        return Err(Fault::OutOfRange { place, found: relative, wanted });
    }
    if remaining < 0.0 {
        let place = format!("{place}.remaining");
        return Err(Fault::Negative { place, found: remaining });
    }
    Ok(())
}

fn booked(name: &str, amount: f64, sigma: f64, number: usize) -> Term {
    let block = i64::try_from(number).expect("resolutions are fewer than 2^63");
    let key = ErrorKey { class: ErrorClass::Absolute, name: format!("booked {name}"), block };
    let line = if amount < 0.0 { Line::Increase } else { Line::Decrease };
    Term { errors: vec![ErrorPart { key, size: sigma }], ..Term::exact(line, name, amount.abs()) }
}

fn correct(
    periods: &mut [Period],
    index: usize,
    (line, name): (Line, &str),
    amount: f64,
    place: &str,
) -> Result<(), Fault> {
    let mut targets = vec![(index, line)];
    match line {
        Line::Closing if index + 1 < periods.len() => targets.push((index + 1, Line::Opening)),
        Line::Opening if index > 0 => targets.push((index - 1, Line::Closing)),
        _ => {}
    }
    let mut found = false;
    for (t, line) in targets {
        for term in &mut periods[t].terms {
            if term.line == line && term.name == name {
                found = true;
                rescale(term, amount);
            }
        }
    }
    if found {
        return Ok(());
    }
    let (place, known) = (format!("{place}.name"), "the terms of this line".to_owned());
    Err(Fault::Unknown { place, found: name.to_owned(), known })
}

/// Relative errors keep their relation to the amount; absolute ones stay.
fn rescale(term: &mut Term, amount: f64) {
    let factor = if term.amount == 0.0 { 1.0 } else { amount / term.amount };
    for part in &mut term.errors {
        if part.key.class != ErrorClass::Absolute {
            part.size *= factor;
        }
    }
    term.amount = amount;
}

struct Known<'a> {
    class: ErrorClass,
    name: &'a str,
    relative: f64,
    remaining: f64,
}

/// Takes a known bias out of all that carry it; the measurement of a stock is one, so the opening
/// after the last period goes with its closing, and that before the first stays.
fn take_out(periods: &mut [Period], first: usize, last: usize, known: &Known<'_>) -> bool {
    let mut found = false;
    let end = (last + 2).min(periods.len());
    for (t, period) in periods.iter_mut().enumerate().take(end).skip(first) {
        for term in &mut period.terms {
            let is_opening = term.line == Line::Opening;
            let measured_inside = if is_opening { t > first } else { t <= last };
            // The opening of the very first period has no closing before it.
            if !(measured_inside || is_opening && t == 0 && first == 0) {
                continue;
            }
            let carries = |key: &ErrorKey| key.class == known.class && key.name == known.name;
            if term.errors.iter().any(|part| carries(&part.key)) {
                found = true;
                rescale(term, term.amount / (1.0 + known.relative));
                let size = term.amount * known.remaining;
                for part in term.errors.iter_mut().filter(|part| carries(&part.key)) {
                    part.size = size;
                    part.key.name = format!("{} after check", known.name);
                }
            }
        }
    }
    found
}
