//! Moments and spans as entries hold them.
//!
//! A moment is RFC 3339 text with its offset, kept as it was written; rules compare microseconds
//! since 1970 (UTC). There is no `now` here: the shells read the clock and pass it in.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// One hour in microseconds.
pub const HOUR_MICROS: Micros = 3_600_000_000;
/// One day in microseconds.
pub const DAY_MICROS: Micros = 24 * HOUR_MICROS;

/// A moment with its offset, as written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Moment {
    text: String,
    at: DateTime<FixedOffset>,
}

/// Text that is no RFC 3339 moment with an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("time {0:?}: expected RFC 3339 with an offset, like 2026-11-23T08:41:00.000+08:00")]
pub struct MomentError(String);

impl Moment {
    /// A moment from the shell's clock, written with milliseconds.
    #[must_use]
    pub fn new(at: DateTime<FixedOffset>) -> Self {
        let text = at.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string();
        let at = DateTime::parse_from_rfc3339(&text).expect("chrono reads what it wrote");
        Self { text, at }
    }

    /// A moment from microseconds, written with the offset given in seconds east.
    ///
    /// # Errors
    /// `None` outside the range of years 1 to 9999 or for an offset of a day or more.
    #[must_use]
    pub fn from_micros(micros: Micros, offset_seconds: i32) -> Option<Self> {
        let offset = FixedOffset::east_opt(offset_seconds)?;
        Some(Self::new(DateTime::from_timestamp_micros(micros)?.with_timezone(&offset)))
    }

    /// Microseconds since 1970, for comparing and sorting.
    #[must_use]
    pub fn micros(&self) -> Micros {
        self.at.timestamp_micros()
    }

    /// The moment with its offset, for printing.
    #[must_use]
    pub fn at(&self) -> DateTime<FixedOffset> {
        self.at
    }

    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moment({})", self.text)
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let at = DateTime::parse_from_rfc3339(text)
            .map_err(|_| MomentError(text.chars().take(60).collect()))?;
        Ok(Self { text: text.to_owned(), at })
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A half-open span of time: `from` belongs to it, `to` does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First moment that belongs to the span.
    pub from: Moment,
    /// First moment after the span.
    pub to: Moment,
}

impl Span {
    /// The span in microseconds.
    #[must_use]
    pub fn micros(&self) -> MicrosSpan {
        MicrosSpan { from: self.from.micros(), to: self.to.micros() }
    }
}

/// A half-open span in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MicrosSpan {
    /// First microsecond of the span.
    pub from: Micros,
    /// First microsecond after it.
    pub to: Micros,
}

impl MicrosSpan {
    /// Whether a moment lies in the span.
    #[must_use]
    pub fn holds(&self, at: Micros) -> bool {
        self.from <= at && at < self.to
    }

    /// Length in microseconds; 0 for a span that ends before it begins.
    #[must_use]
    pub fn length(&self) -> Micros {
        (self.to - self.from).max(0)
    }

    /// Microseconds that two spans share.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Micros {
        (self.to.min(other.to) - self.from.max(other.from)).max(0)
    }
}
