//! Cells of concentrations: a number, or `<` and a limit. Everything else is no value.
//! "Not detected", "over range" and empty cells are never turned into zero.

use rust_decimal::Decimal;

use super::unit::Concentration;
use crate::decimal::DecimalText;
use crate::limits::quoted;
use crate::reading::{Reason, Refusal};

/// A value or an upper limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// True for "less than".
    pub below: bool,
    /// The number.
    pub number: DecimalText,
}

const EXPONENT_MAX: i32 = 20;

impl Measured {
    /// Reads a cell written with the declared decimal sign.
    pub fn parse(cell: &str, decimal: char) -> Result<Self, Refusal> {
        let (below, text) = match cell.trim().strip_prefix('<') {
            Some(rest) => (true, rest.trim()),
            None => (false, cell.trim()),
        };
        if text.is_empty() {
            return Err(Refusal::new(Reason::BadValue, "the cell is empty: not measured"));
        }
        let foreign = if decimal == ',' { '.' } else { ',' };
        if text.contains(foreign) {
            let detail = format!(
                "{:?} holds {foreign:?} while the declared decimal sign is {decimal:?}: it could \
                 be read in two ways; declare `decimal` and export without thousands separators",
                quoted(text)
            );
            return Err(Refusal::new(Reason::AmbiguousNumber, detail));
        }
        let plain = text.replace(decimal, ".");
        let number = number(&plain).map_err(|why| {
            Refusal::new(Reason::BadValue, format!("{:?} is no value: {why}", quoted(cell)))
        })?;
        if below && number.is_negative() {
            return Err(Refusal::new(Reason::BadValue, "a limit below zero"));
        }
        Ok(Self { below, number })
    }

    /// The same quantity in another unit.
    pub fn convert(&self, from: &Concentration, to: &Concentration) -> Result<Self, Refusal> {
        let number = from
            .convert(&self.number, to)
            .map_err(|error| Refusal::new(Reason::BadValue, error.to_string()))?;
        Ok(Self { below: self.below, number })
    }

    /// The value as text, `<` included.
    pub fn text(&self) -> String {
        format!("{}{}", if self.below { "<" } else { "" }, self.number)
    }

    /// True where the other isotope agrees within `limit_pct` percent of this value. A limit
    /// agrees with every value that it allows.
    pub fn agrees(&self, other: &Self, limit_pct: Decimal) -> bool {
        let (own, its) = (self.number.to_decimal(), other.number.to_decimal());
        let slack = own.abs().checked_mul(limit_pct).map(|it| it / Decimal::ONE_HUNDRED);
        let (Some(slack), Some(difference)) = (slack, its.checked_sub(own)) else { return false };
        match (self.below, other.below) {
            (true, true) => true,
            (false, false) => difference.abs() <= slack,
            (true, false) => difference <= slack,
            (false, true) => -difference <= slack,
        }
    }
}

/// A plain number, or one with an exponent written out exactly.
fn number(text: &str) -> Result<DecimalText, String> {
    let parse = |text: &str| DecimalText::parse(text).map_err(|error| error.why.to_owned());
    match text.split_once(['e', 'E']) {
        None => parse(text),
        Some((mantissa, exponent)) => {
            let places: i32 =
                exponent.parse().map_err(|_| "the exponent is no whole number".to_owned())?;
            if places.abs() > EXPONENT_MAX {
                return Err("the exponent is out of range".to_owned());
            }
            parse(mantissa)?.shifted(places).map_err(|error| error.why.to_owned())
        }
    }
}
