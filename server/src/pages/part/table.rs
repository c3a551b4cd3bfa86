//! A table of records: sortable head, rows, sums, paging, or one sentence when there is nothing.
//!
//! On a narrow screen each row becomes a block with its column names; roles are written out so
//! that it stays a table for screen readers.

use askama::Template;

use super::{Cell, Paging, Query};
use crate::i18n::Words;

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words, to the left.
    Text,
    /// Figures, to the right.
    Number,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) label: String,
    /// How it is set.
    pub(crate) align: Align,
    /// Link that sorts by it.
    pub(crate) sort: Option<String>,
    /// `ascending`, `descending` or `none`, for sortable columns.
    pub(crate) order: &'static str,
}

impl Column {
    /// A column of words.
    pub(crate) fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::Text, sort: None, order: "none" }
    }

    /// A column of figures.
    pub(crate) fn number(label: impl Into<String>) -> Self {
        Self { align: Align::Number, ..Self::text(label) }
    }

    /// The same, sortable under a key; a second click turns the order round.
    pub(crate) fn sorted(mut self, query: &Query, key: &str) -> Self {
        let down = format!("-{key}");
        let (next, order) = match query.value("sort") {
            Some(sort) if sort == key => (down.as_str(), "ascending"),
            Some(sort) if sort == down => (key, "descending"),
            _ => (key, "none"),
        };
        self.sort = Some(query.with("sort", next).without("page").href());
        self.order = order;
        self
    }

    /// CSS class.
    pub(crate) fn class(&self) -> &'static str {
        match self.align {
            Align::Text => "",
            Align::Number => "num",
        }
    }
}

/// What stands in place of an empty table: why, and one thing to do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Empty {
    /// Why there is nothing.
    pub(crate) why: String,
    /// The one action: words and target.
    pub(crate) action: Option<(String, String)>,
}

impl Empty {
    /// A sentence without an action.
    pub(crate) fn why(why: impl Into<String>) -> Self {
        Self { why: why.into(), action: None }
    }

    /// The same with the one action.
    pub(crate) fn act(mut self, words: impl Into<String>, href: impl Into<String>) -> Self {
        self.action = Some((words.into(), href.into()));
        self
    }
}

/// A table of records.
#[derive(Debug, Clone, Template)]
#[template(path = "part/table.html")]
pub(crate) struct Table {
    /// Words.
    pub(crate) t: Words,
    /// Accessible name.
    pub(crate) caption: String,
    /// Columns.
    pub(crate) columns: Vec<Column>,
    /// Rows of as many cells as columns.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Sums, as many cells as columns, or none.
    pub(crate) foot: Vec<Cell>,
    /// Shown when there are no rows.
    pub(crate) empty: Empty,
    /// Which part of the whole is shown.
    pub(crate) paging: Option<Paging>,
}

impl Table {
    /// An empty table with its columns.
    pub(crate) fn new(t: Words, caption: impl Into<String>, columns: Vec<Column>) -> Self {
        let empty = Empty::why(t.none());
        let caption = caption.into();
        Self { t, caption, columns, rows: Vec::new(), foot: Vec::new(), empty, paging: None }
    }

    /// Cells with their columns.
    fn paired<'a>(&'a self, cells: &'a [Cell]) -> impl Iterator<Item = (&'a Column, &'a Cell)> {
        debug_assert_eq!(cells.len(), self.columns.len(), "{}", self.caption);
        self.columns.iter().zip(cells)
    }
}
