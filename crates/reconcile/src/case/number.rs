//! Numbers in case files: JSON numbers, numbers as text, null, and what people's tools write.
//!
//! Invariant: nothing is guessed: what is no finite number keeps its text and is refused with it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use crate::refusal::{Code, Refusal};

/// A number as it stood in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Number {
    /// Absent or null.
    #[default]
    None,
    /// A number.
    Value(f64),
    /// Text that is no number.
    Text(String),
}

impl Number {
    /// The value, absent where there is none.
    pub(super) fn value(&self, place: &str) -> Result<Option<f64>, Refusal> {
        match self {
            Number::None => Ok(None),
            Number::Value(value) if value.is_finite() => Ok(Some(*value)),
            Number::Value(value) => Err(not_finite(place, &value.to_string())),
            Number::Text(text) => Err(not_finite(place, text)),
        }
    }

    /// A whole number, or `default` where there is none.
    pub(super) fn whole(&self, place: &str, default: u32) -> Result<u32, Refusal> {
        let Some(value) = self.value(place)? else { return Ok(default) };
        let text = format!("{value}");
        text.parse().map_err(|_| {
            Refusal::new(Code::Period, place, format!("{text} is no whole number from 0 on"))
        })
    }
}

fn not_finite(place: &str, text: &str) -> Refusal {
    Refusal::new(Code::NotFinite, place, format!("{text:?} is no finite number"))
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number, text or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Number, E> {
        Ok(Number::None)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
        Ok(Number::Value(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
        match u32::try_from(value) {
            Ok(small) => Ok(Number::Value(f64::from(small))),
            Err(_) => self.visit_str(&value.to_string()),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        Ok(match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Number::Value(value),
            _ => Number::Text(text.to_owned()),
        })
    }
}

/// Puts quotes around what some programs write as numbers and JSON has not: NaN, Infinity, and
/// figures beyond the range.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut inside = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if inside {
            let length = match first {
                '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                _ => first.len_utf8(),
            };
            inside = first != '"';
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .unwrap_or(rest.len());
        if length == 0 {
            inside = first == '"';
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let word = &rest[..length];
        let strange = word.parse::<f64>().is_ok_and(|value| !value.is_finite());
        match strange {
            true => out.extend(["\"", word, "\""]),
            false => out.push_str(word),
        }
        rest = &rest[length..];
    }
    out
}
