//! Balances from measured figures alone: the regulator's number, with every shared error counted.
//!
//! Sums are exact decimals, and their uncertainty is the one of the domain's balance: errors are
//! added by their source before they are squared. Nothing reconciled enters here. A line without a
//! figure leaves the balance without a difference, and is named.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use tl_domain::balance::Unit as AmountUnit;
use tl_domain::quantity::DecimalText;
use tl_reconcile::Layer;

use super::errors::Errors;
use super::line::{Course, Line, Place};
use super::sheet::Sheet;

/// Sums of a unit, a site or more from measured figures; tonnes, or kilograms of the substance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Raw {
    /// Stock at the beginning, of what has a figure.
    pub opening: DecimalText,
    /// What came in, of what has a figure.
    pub input: DecimalText,
    /// What went out, of what has a figure.
    pub output: DecimalText,
    /// Stock at the end, of what has a figure.
    pub closing: DecimalText,
    /// opening + input − output − closing; absent where something has no figure.
    pub unaccounted: Option<DecimalText>,
    /// Its standard deviation.
    pub sd: Option<f64>,
    /// Their ratio.
    pub z: Option<f64>,
    /// Lines without a figure.
    pub missing: Vec<String>,
}

/// Lines without a figure that one sum names.
const MISSING_NAMED_MAX: usize = 50;

#[derive(Clone, Copy)]
enum Side {
    Opening,
    Input,
    Output,
    Closing,
}

/// The sums of some units over periods `first` to `last`.
pub(super) fn raw(
    sheet: &Sheet,
    units: &BTreeSet<Place>,
    (first, last): (u32, u32),
    layer: Layer,
) -> Raw {
    let mut sums = [Decimal::ZERO; 4];
    let mut shared: BTreeMap<u32, f64> = BTreeMap::new();
    let mut own = 0.0;
    let mut missing = Vec::new();
    for (line, name) in sheet.lines.iter().zip(&sheet.names) {
        // A stock that opens and closes the span, as in a period of no length, is both.
        for side in sides(line, units, (first, last)).into_iter().flatten() {
            let Some((value, errors)) = figure(line, layer) else {
                missing.push(name.clone());
                continue;
            };
            sums[side as usize] = sums[side as usize].saturating_add(value);
            own += errors.own;
            let sign = match side {
                Side::Opening | Side::Input => 1.0,
                Side::Output | Side::Closing => -1.0,
            };
            for (number, size) in &errors.shared {
                *shared.entry(*number).or_default() += sign * size;
            }
        }
    }
    let [opening, input, output, closing] = sums;
    let whole = missing.is_empty();
    let difference = opening.saturating_add(input).saturating_sub(output).saturating_sub(closing);
    let variance = own + shared.values().map(|size| size * size).sum::<f64>();
    let sd = whole.then(|| variance.sqrt());
    missing.truncate(MISSING_NAMED_MAX);
    Raw {
        opening: text(opening),
        input: text(input),
        output: text(output),
        closing: text(closing),
        unaccounted: whole.then(|| text(difference)),
        sd,
        z: sd.filter(|sd| *sd > 0.0).and_then(|sd| Some(difference.to_f64()? / sd)),
        missing,
    }
}

fn sides(line: &Line, units: &BTreeSet<Place>, (first, last): (u32, u32)) -> [Option<Side>; 2] {
    let period = line.key.period;
    match &line.key.course {
        Course::Flow { from, to } => {
            let within = (first..=last).contains(&period);
            let side = match (units.contains(from), units.contains(to)) {
                (false, true) => Some(Side::Input),
                (true, false) => Some(Side::Output),
                _ => None,
            };
            [side.filter(|_| within), None]
        }
        Course::Stock(at) => {
            let here = units.contains(at);
            [
                (here && period + 1 == first).then_some(Side::Opening),
                (here && period == last).then_some(Side::Closing),
            ]
        }
    }
}

fn figure(line: &Line, layer: Layer) -> Option<(Decimal, &Errors)> {
    match layer {
        Layer::Mass => match line.amount? {
            (AmountUnit::Dry, grams) => Some((tonnes(grams), &line.amount_errors)),
            _ => None,
        },
        Layer::Substance => Some((kilograms(line.grams?), &line.substance_errors)),
    }
}

/// Grams as tonnes.
pub(super) fn tonnes(grams: Decimal) -> Decimal {
    grams.checked_div(Decimal::from(1_000_000)).unwrap_or(Decimal::ZERO)
}

/// Grams as kilograms.
pub(super) fn kilograms(grams: Decimal) -> Decimal {
    grams.checked_div(Decimal::ONE_THOUSAND).unwrap_or(Decimal::ZERO)
}

/// A figure as text; no zeros behind, and never "-0".
pub(super) fn text(value: Decimal) -> DecimalText {
    if value.is_zero() { Decimal::ZERO.into() } else { value.normalize().into() }
}
