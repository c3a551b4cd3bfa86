//! Reading the cells of one row: text, weight, time, direction. One cell, one error with its place.

use chrono::{DateTime, FixedOffset};

use super::problem::{RowError, RowProblem};
use super::reader::Columns;
use super::{Direction, TicketField, TicketMapping};
use crate::decimal::DecimalText;
use crate::limits::quoted;

/// The cells of one row with the mapping that names them.
pub(super) struct Cells<'a> {
    pub(super) mapping: &'a TicketMapping,
    pub(super) columns: &'a Columns,
    pub(super) cells: &'a [String],
    pub(super) row: usize,
}

impl Cells<'_> {
    /// The cell of a field; empty where it is not mapped.
    pub(super) fn text(&self, field: TicketField) -> &str {
        let cell = self.columns.index(field).and_then(|index| self.cells.get(index));
        let text = cell.map_or("", |cell| cell.trim());
        // Exports that write ="0012" so that spreadsheets keep the zeros mean 0012.
        let kept = text.strip_prefix("=\"").and_then(|it| it.strip_suffix('"'));
        kept.map_or(text, str::trim)
    }

    /// What stands in the column that grows with each change.
    pub(super) fn stamp(&self) -> Option<String> {
        let cell = self.columns.stamp().and_then(|index| self.cells.get(index))?;
        let text = cell.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn optional(&self, field: TicketField) -> Option<String> {
        let text = self.text(field);
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn error(&self, field: TicketField, problem: RowProblem) -> RowError {
        let header = self.mapping.columns.header(field);
        RowError {
            row: self.row,
            column: header.unwrap_or(field.chinese()).to_owned(),
            value: quoted(self.text(field)),
            expected: None,
            problem,
            number: self.optional(TicketField::Number).map(|it| quoted(&it)),
        }
    }

    /// A weight; `None` for an empty cell.
    pub(super) fn weight(&self, field: TicketField) -> Result<Option<DecimalText>, RowError> {
        let text = self.text(field);
        if text.is_empty() {
            return Ok(None);
        }
        let value =
            DecimalText::parse(text).map_err(|_| self.error(field, RowProblem::NotANumber))?;
        if value.is_negative() {
            return Err(self.error(field, RowProblem::NegativeWeight));
        }
        Ok(Some(value))
    }

    /// A time in the declared format; a format without a time of day gives midnight.
    pub(super) fn time(
        &self,
        field: TicketField,
    ) -> Result<Option<DateTime<FixedOffset>>, RowError> {
        let text = self.text(field);
        if text.is_empty() {
            return Ok(None);
        }
        self.mapping.moment(text).map(Some).ok_or_else(|| {
            let mut error = self.error(field, RowProblem::BadTime);
            error.expected = Some(self.mapping.date_format.clone());
            error
        })
    }

    /// In or out, by the column's word or the default.
    pub(super) fn direction(&self) -> Result<Direction, RowError> {
        let field = TicketField::Direction;
        let word = self.text(field);
        let unknown = || self.error(field, RowProblem::UnknownDirection);
        if self.columns.index(field).is_none() || word.is_empty() {
            return self.mapping.default_direction.ok_or_else(unknown);
        }
        if self.mapping.in_words.iter().any(|it| it == word) {
            Ok(Direction::In)
        } else if self.mapping.out_words.iter().any(|it| it == word) {
            Ok(Direction::Out)
        } else {
            Err(unknown())
        }
    }
}
