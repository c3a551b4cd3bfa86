//! Decimal text: a measured value exactly as the device wrote it, decimals included.
//!
//! `20.00` stays `20.00`; only what carries no information is dropped (a plus sign, leading
//! zeros, the sign of zero). Never a binary float. Arithmetic is done on `rust_decimal` by the
//! caller; the only operation here is moving the point, which is how units are converted.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits::{DECIMAL_DIGITS_MAX, quoted};

/// A decimal number as canonical text: `-?digits(.digits)?`, at most 28 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DecimalText(String);

/// Text that is no plain decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a plain decimal number: {why}")]
pub struct DecimalError {
    /// What was read, cut to a printable length.
    pub found: String,
    /// Which rule it breaks.
    pub why: &'static str,
}

impl DecimalText {
    /// Reads `[+-]digits[.digits]`; no spaces, no thousands separators, no exponent.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let fail = |why| DecimalError { found: quoted(text), why };
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match rest.split_once('.') {
            Some((_, "")) => return Err(fail("digits are missing after the point")),
            Some((whole, fraction)) => (whole, fraction),
            None => (rest, ""),
        };
        if whole.is_empty() {
            return Err(fail("digits are missing before the point"));
        }
        Self::from_digits(negative, &format!("{whole}{fraction}"), fraction.len())
            .map_err(|error| fail(error.why))
    }

    /// Builds a value from its sign, its digits (high first) and the number of decimals.
    pub fn from_digits(negative: bool, digits: &str, scale: usize) -> Result<Self, DecimalError> {
        let fail = |why| DecimalError { found: quoted(digits), why };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fail("only digits, one point and a sign are allowed"));
        }
        if digits.len() > DECIMAL_DIGITS_MAX || scale > DECIMAL_DIGITS_MAX {
            return Err(fail("more than 28 digits"));
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let whole = match whole.trim_start_matches('0') {
            "" => "0",
            trimmed => trimmed,
        };
        let mut text = String::with_capacity(padded.len() + 2);
        if negative && padded.bytes().any(|byte| byte != b'0') {
            text.push('-');
        }
        text.push_str(whole);
        if scale > 0 {
            text.push('.');
            text.push_str(fraction);
        }
        Ok(Self(text))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The exact value for arithmetic.
    pub fn to_decimal(&self) -> Decimal {
        self.0.parse().expect("canonical text of at most 28 digits is an exact decimal")
    }

    /// True for values below zero (minus zero does not exist).
    pub fn is_negative(&self) -> bool {
        self.0.starts_with('-')
    }

    /// True for zero, with any number of decimals.
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|byte| matches!(byte, b'0' | b'.'))
    }

    /// Multiplies by ten to the power `places` by moving the point; significant digits are kept.
    pub fn shifted(&self, places: i32) -> Result<Self, DecimalError> {
        let fail = |why| DecimalError { found: quoted(&self.0), why };
        let unsigned = self.0.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let mut digits = format!("{whole}{fraction}");
        let scale = i32::try_from(fraction.len()).map_err(|_| fail("too many decimals"))?;
        let moved = scale.checked_sub(places).ok_or_else(|| fail("the shift is too large"))?;
        let limit = i32::try_from(DECIMAL_DIGITS_MAX).expect("28 fits");
        if !(-limit..=limit).contains(&moved) {
            return Err(fail("more than 28 digits"));
        }
        for _ in moved..0 {
            digits.push('0');
        }
        let scale = usize::try_from(moved.max(0)).expect("not negative");
        let digits = digits.trim_start_matches('0');
        Self::from_digits(self.is_negative(), if digits.is_empty() { "0" } else { digits }, scale)
    }
}

impl fmt::Display for DecimalText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for DecimalText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DecimalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
