//! Typed reading of a case's inputs.
//!
//! Invariant: whatever is missing, of another type, no number, negative or too large is a fault
//! with the full path of the field. Numbers may be JSON numbers or decimal text.

use serde_json::Value;

use super::shortened;
use crate::fault::Fault;
use crate::limits;
use crate::period::check_figure;

/// A value of the case and where it stands.
pub(super) struct Input<'a> {
    value: &'a Value,
    path: String,
}

/// What kind of JSON value it is, for people.
pub(super) fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl<'a> Input<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: "inputs".into() }
    }

    pub(super) fn path(&self) -> String {
        self.path.clone()
    }

    fn wrong(&self, wanted: &'static str) -> Fault {
        let found = match self.value {
            Value::String(text) => format!("the text {:?}", shortened(text)),
            other => described(other).to_owned(),
        };
        Fault::WrongType { place: self.path(), found, wanted }
    }

    /// A field that may be missing; null counts as missing.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Input<'a>>, Fault> {
        let object = self.value.as_object().ok_or_else(|| self.wrong("an object"))?;
        let field = object.get(name).filter(|value| !value.is_null());
        Ok(field.map(|value| Input { value, path: format!("{}.{name}", self.path) }))
    }

    /// A field that must be there.
    pub(super) fn field(&self, name: &str) -> Result<Input<'a>, Fault> {
        let missing = || Fault::Missing { place: format!("{}.{name}", self.path) };
        self.optional(name)?.ok_or_else(missing)
    }

    /// The elements of a list of at most `most`.
    pub(super) fn list_of(&self, most: usize) -> Result<Vec<Input<'a>>, Fault> {
        let list = self.value.as_array().ok_or_else(|| self.wrong("a list"))?;
        if list.len() > most {
            return Err(Fault::TooMany { place: self.path(), found: list.len(), most });
        }
        let element =
            |(n, value): (usize, &'a Value)| Input { value, path: format!("{}[{n}]", self.path) };
        Ok(list.iter().enumerate().map(element).collect())
    }

    /// The rows of a case that asks several questions.
    pub(super) fn rows(&self) -> Result<Vec<Input<'a>>, Fault> {
        self.list_of(limits::ROWS)
    }

    pub(super) fn text(&self) -> Result<&'a str, Fault> {
        self.value.as_str().ok_or_else(|| self.wrong("a text"))
    }

    /// A finite number of a magnitude that can be squared.
    pub(super) fn number(&self) -> Result<f64, Fault> {
        let number = match self.value {
            Value::Number(number) => number.as_f64().ok_or_else(|| self.wrong("a number"))?,
            Value::String(text) => text.trim().parse().map_err(|_| self.wrong("a number"))?,
            _ => return Err(self.wrong("a number")),
        };
        check_figure(number, || self.path())?;
        Ok(number)
    }

    /// A number that is not below 0.
    pub(super) fn not_negative(&self) -> Result<f64, Fault> {
        let found = self.number()?;
        if found < 0.0 {
            return Err(Fault::Negative { place: self.path(), found });
        }
        Ok(found)
    }

    /// A whole number that is not below 0.
    pub(super) fn count(&self) -> Result<u64, Fault> {
        const MOST: f64 = 9_007_199_254_740_992.0;
        let found = self.not_negative()?;
        if found.fract() != 0.0 || found > MOST {
            let wanted = "a whole number up to 2^53";
            return Err(Fault::OutOfRange { place: self.path(), found, wanted });
        }
        Ok(found as u64)
    }

    /// A count that fits memory; bounds are checked where it is used.
    pub(super) fn size(&self) -> Result<usize, Fault> {
        let found = self.count()?;
        let wanted = "a whole number that fits this machine";
        let place = || self.path();
        usize::try_from(found).map_err(|_| Fault::OutOfRange {
            place: place(),
            found: found as f64,
            wanted,
        })
    }

    /// A whole number of either sign.
    pub(super) fn whole(&self) -> Result<i64, Fault> {
        let found = self.number()?;
        if found.fract() != 0.0 || found.abs() > 9.0e15 {
            let wanted = "a whole number";
            return Err(Fault::OutOfRange { place: self.path(), found, wanted });
        }
        Ok(found as i64)
    }

    /// A list of numbers.
    pub(super) fn numbers(&self) -> Result<Vec<f64>, Fault> {
        self.list_of(limits::FIGURES)?.iter().map(Input::number).collect()
    }

    /// A number with what stands for it when it is missing.
    pub(super) fn number_or(&self, name: &str, missing: f64) -> Result<f64, Fault> {
        self.optional(name)?.map_or(Ok(missing), |field| field.number())
    }

    /// A number, not negative, with what stands for it when it is missing.
    pub(super) fn not_negative_or(&self, name: &str, missing: f64) -> Result<f64, Fault> {
        self.optional(name)?.map_or(Ok(missing), |field| field.not_negative())
    }
}

/// A fault of an inner part, with the path of the part before its place.
pub(super) fn at(fault: Fault, path: &str) -> Fault {
    let under = |place: String| format!("{path}.{place}");
    match fault {
        Fault::NotSymmetric { place } => Fault::NotSymmetric { place: under(place) },
        Fault::Missing { place } => Fault::Missing { place: under(place) },
        Fault::WrongType { place, found, wanted } => {
            Fault::WrongType { place: under(place), found, wanted }
        }
        Fault::NotANumber { place, found } => Fault::NotANumber { place: under(place), found },
        Fault::Negative { place, found } => Fault::Negative { place: under(place), found },
        Fault::OutOfRange { place, found, wanted } => {
            Fault::OutOfRange { place: under(place), found, wanted }
        }
        Fault::Length { place, found, wanted } => {
            Fault::Length { place: under(place), found, wanted }
        }
        Fault::TooMany { place, found, most } => {
            Fault::TooMany { place: under(place), found, most }
        }
        Fault::TooFew { place, found, least } => {
            Fault::TooFew { place: under(place), found, least }
        }
        Fault::Unknown { place, found, known } => {
            Fault::Unknown { place: under(place), found, known }
        }
        Fault::Repeated { place, found } => Fault::Repeated { place: under(place), found },
        Fault::SelfTransfer { place, node } => Fault::SelfTransfer { place: under(place), node },
        Fault::NoDeviation { place } => Fault::NoDeviation { place: under(place) },
        whole @ Fault::NotPositiveDefinite { .. } => whole,
    }
}
