//! Building answer objects.
//!
//! Invariant: keys are those of the case description; a figure that does not exist is null, never
//! a stand-in number.

use serde_json::{Map, Value};

/// An answer under construction.
#[derive(Default)]
pub(super) struct Answer(Map<String, Value>);

impl Answer {
    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// A list with one value per row.
    pub(super) fn list<T, V: Into<Value>>(
        self,
        key: &str,
        rows: &[T],
        value: impl Fn(&T) -> V,
    ) -> Self {
        let values: Vec<Value> = rows.iter().map(|row| value(row).into()).collect();
        self.with(key, values)
    }

    pub(super) fn numbers(self, key: &str, numbers: &[f64]) -> Self {
        self.with(key, numbers.to_vec())
    }

    pub(super) fn done(self) -> Map<String, Value> {
        self.0
    }
}
