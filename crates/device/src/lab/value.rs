//! Written results: a number, `<` and a limit, a limit with `L`, or a word for "not detected".
//!
//! They are kept apart: `<0.02` is less than any limit the laboratory chose, `0.00002L` names
//! the detection limit (HJ 91.1 and HJ 700 write it so), ND and 未检出 leave the limit to the
//! method's record. None of them is a zero, and an empty cell is no result.

use rust_decimal::Decimal;

use super::unit::Concentration;
use crate::decimal::DecimalText;
use crate::limits::quoted;
use crate::reading::{Reason, Refusal};

/// A result as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// A number.
    Value(DecimalText),
    /// `<` and a limit.
    Below(DecimalText),
    /// A detection limit marked by `L`: not detected above it.
    BelowDetection(DecimalText),
    /// Not detected, no limit written.
    NotDetected(NotDetected),
}

/// The word for "not detected".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDetected {
    /// `ND`, `N.D.` or `n.d.`
    Nd,
    /// `未检出`
    Weijianchu,
}

const EXPONENT_MAX: i32 = 20;
const NOT_DETECTED: &[(&str, NotDetected)] = &[
    ("ND", NotDetected::Nd),
    ("N.D.", NotDetected::Nd),
    ("nd", NotDetected::Nd),
    ("n.d.", NotDetected::Nd),
    ("未检出", NotDetected::Weijianchu),
];

impl Measured {
    /// Reads a result written with the declared decimal sign.
    pub fn parse(cell: &str, decimal: char) -> Result<Self, Refusal> {
        let cell = cell.trim();
        if let Some((_, word)) = NOT_DETECTED.iter().find(|(text, _)| *text == cell) {
            return Ok(Self::NotDetected(*word));
        }
        if let Some(limit) = cell.strip_prefix(['>', '＞']) {
            let detail = format!("more than {:?}: dilute and measure again", quoted(limit.trim()));
            return Err(Refusal::new(Reason::OverRange, detail));
        }
        if let Some(limit) = cell.strip_prefix(['<', '＜']) {
            return Ok(Self::Below(limit_of(limit.trim(), cell, decimal)?));
        }
        if let Some(limit) = cell.strip_suffix('L') {
            return Ok(Self::BelowDetection(limit_of(limit, cell, decimal)?));
        }
        number(cell, cell, decimal).map(Self::Value)
    }

    /// The number or limit, where one is written.
    pub fn number(&self) -> Option<&DecimalText> {
        match self {
            Self::Value(number) | Self::Below(number) | Self::BelowDetection(number) => {
                Some(number)
            }
            Self::NotDetected(_) => None,
        }
    }

    /// The same quantity in another unit.
    pub fn convert(&self, from: &Concentration, to: &Concentration) -> Result<Self, Refusal> {
        let convert = |number: &DecimalText| {
            from.convert(number, to)
                .map_err(|error| Refusal::new(Reason::BadValue, error.to_string()))
        };
        Ok(match self {
            Self::Value(number) => Self::Value(convert(number)?),
            Self::Below(number) => Self::Below(convert(number)?),
            Self::BelowDetection(number) => Self::BelowDetection(convert(number)?),
            Self::NotDetected(word) => Self::NotDetected(*word),
        })
    }

    /// The result as text: what the file says, with the number in plain form.
    pub fn text(&self) -> String {
        match self {
            Self::Value(number) => number.to_string(),
            Self::Below(limit) => format!("<{limit}"),
            Self::BelowDetection(limit) => format!("{limit}L"),
            Self::NotDetected(NotDetected::Nd) => "ND".to_owned(),
            Self::NotDetected(NotDetected::Weijianchu) => "未检出".to_owned(),
        }
    }

    /// True where the other isotope agrees within `limit_pct` percent of this value. A limit
    /// agrees with every value that it allows; "not detected" agrees with everything but a value.
    pub fn agrees(&self, other: &Self, limit_pct: Decimal) -> bool {
        let is_value = |it: &Self| matches!(it, Self::Value(_));
        let (Some(own), Some(its)) = (self.number(), other.number()) else {
            return !is_value(self) && !is_value(other);
        };
        let (own, its) = (own.to_decimal(), its.to_decimal());
        let slack = own.abs().checked_mul(limit_pct).map(|it| it / Decimal::ONE_HUNDRED);
        let (Some(slack), Some(difference)) = (slack, its.checked_sub(own)) else { return false };
        match (is_value(self), is_value(other)) {
            (false, false) => true,
            (true, true) => difference.abs() <= slack,
            (false, true) => difference <= slack,
            (true, false) => -difference <= slack,
        }
    }
}

/// A limit: a number that is not negative.
fn limit_of(text: &str, cell: &str, decimal: char) -> Result<DecimalText, Refusal> {
    let limit = number(text, cell, decimal)?;
    if limit.is_negative() {
        return Err(Refusal::new(Reason::BadValue, "a limit below zero"));
    }
    Ok(limit)
}

/// A number with the declared decimal sign, or one with an exponent written out exactly.
fn number(text: &str, cell: &str, decimal: char) -> Result<DecimalText, Refusal> {
    if text.is_empty() {
        return Err(Refusal::new(Reason::BadValue, "the cell is empty: not measured"));
    }
    let foreign = if decimal == ',' { '.' } else { ',' };
    if text.contains(foreign) {
        let detail = format!(
            "{:?} holds {foreign:?} while the declared decimal sign is {decimal:?}: it could \
             be read in two ways; declare `decimal` and export without thousands separators",
            quoted(cell)
        );
        return Err(Refusal::new(Reason::AmbiguousNumber, detail));
    }
    plain(&text.replace(decimal, ".")).map_err(|why| {
        Refusal::new(Reason::BadValue, format!("{:?} is no value: {why}", quoted(cell)))
    })
}

fn plain(text: &str) -> Result<DecimalText, String> {
    let parse = |text: &str| DecimalText::parse(text).map_err(|error| error.why.to_owned());
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return parse(text) };
    let places: i32 = exponent.parse().map_err(|_| "the exponent is no whole number".to_owned())?;
    if places.abs() > EXPONENT_MAX {
        return Err("the exponent is out of range".to_owned());
    }
    parse(mantissa)?.shifted(places).map_err(|error| error.why.to_owned())
}
