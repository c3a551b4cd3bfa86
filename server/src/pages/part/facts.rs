//! A list of facts about one object: name and value.

use askama::Template;

use super::Cell;

/// Facts in the order shown.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/facts.html")]
pub(crate) struct Facts {
    /// Name and value.
    pub(crate) items: Vec<(String, Cell)>,
}

impl Facts {
    /// Adds a fact.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: Cell) {
        self.items.push((name.into(), value));
    }
}
