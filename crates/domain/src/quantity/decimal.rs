//! A decimal number together with the text it was written as.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest text of a decimal.
const CHARS_MAX: usize = 30;

/// A decimal as written: `1.20` and `1.2` are equal in value and different as text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DecimalText {
    text: String,
    value: Decimal,
}

/// Text that is no plain decimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a decimal number like 12, -0.5 or 1.20")]
pub struct DecimalError(String);

impl DecimalText {
    /// The value, exact.
    #[must_use]
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<Decimal> for DecimalText {
    fn from(value: Decimal) -> Self {
        Self { text: value.to_string(), value }
    }
}

impl FromStr for DecimalText {
    type Err = DecimalError;

    /// `-?digits(.digits)?`: no exponent, no plus sign, no bare point, no `-0`, no leading zeros.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let wrong = || DecimalError(text.chars().take(40).collect());
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let padded = whole.len() > 1 && whole.starts_with('0');
        if text.len() > CHARS_MAX || !plain(whole) || !plain(fraction) || padded {
            return Err(wrong());
        }
        let value = Decimal::from_str_exact(text).map_err(|_| wrong())?;
        if value.is_zero() && text.starts_with('-') {
            return Err(wrong());
        }
        Ok(Self { text: text.to_owned(), value })
    }
}

impl fmt::Display for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)
    }
}

impl Serialize for DecimalText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DecimalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
