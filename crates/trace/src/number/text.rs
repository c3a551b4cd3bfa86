//! Numbers as cases write them: decimals with or without exponent, or fractions such as `12/100`.
//!
//! Nothing is rounded. A text longer than a bound is refused before any digit is read, so that
//! `1e999999999` costs nothing.

use num_bigint::BigInt;
use num_traits::{Pow, Zero};

use super::Ratio;

/// Digits and magnitude of exponent that a number may have.
const DIGITS_MAX: usize = 4_000;

/// A text is no number, or one beyond the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number: a decimal or a fraction such as 12/100 is wanted")]
pub struct NotANumber;

/// Reads a decimal or a fraction exactly.
pub fn parse(text: &str) -> Result<Ratio, NotANumber> {
    let text = text.trim();
    if text.len() > DIGITS_MAX {
        return Err(NotANumber);
    }
    match text.split_once('/') {
        Some((above, below)) => {
            let below = whole(below)?;
            if below.is_zero() {
                return Err(NotANumber);
            }
            Ok(Ratio::new(signed(above)?, below))
        }
        None => decimal(text),
    }
}

/// The text of a number: a whole number or a fraction in lowest terms.
pub fn plain(ratio: &Ratio) -> String {
    ratio.to_string()
}

fn decimal(text: &str) -> Result<Ratio, NotANumber> {
    let (digits, exponent) = match text.find(['e', 'E']) {
        Some(at) => {
            let (digits, exponent) = text.split_at(at);
            let exponent: i64 = exponent.get(1..).unwrap_or("").parse().map_err(|_| NotANumber)?;
            (digits, exponent)
        }
        None => (text, 0),
    };
    let (sign, digits) = match digits.strip_prefix(['+', '-']) {
        Some(rest) => (digits.starts_with('-'), rest),
        None => (false, digits),
    };
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{before}{after}");
    let shift = exponent - i64::try_from(after.len()).map_err(|_| NotANumber)?;
    let bound = i64::try_from(DIGITS_MAX).map_err(|_| NotANumber)?;
    if shift.abs() > bound {
        return Err(NotANumber);
    }
    let number = whole(&all)?;
    let number = if sign { -number } else { number };
    let power = BigInt::from(10).pow(shift.unsigned_abs());
    Ok(if shift < 0 { Ratio::new(number, power) } else { Ratio::from(number * power) })
}

fn signed(text: &str) -> Result<BigInt, NotANumber> {
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(rest) => Ok(-whole(rest)?),
        None => whole(text.strip_prefix('+').unwrap_or(text)),
    }
}

fn whole(text: &str) -> Result<BigInt, NotANumber> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotANumber);
    }
    text.parse().map_err(|_| NotANumber)
}
