//! Reading the cells of one row: text, weight, time, direction. One cell, one error with its place.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

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
        let format = &self.mapping.date_format;
        let local = NaiveDateTime::parse_from_str(text, format).or_else(|error| {
            let has_time = ["%H", "%I", "%T", "%R", "%M"].iter().any(|mark| format.contains(mark));
            match NaiveDate::parse_from_str(text, format) {
                Ok(day) if !has_time => Ok(day.and_time(NaiveTime::MIN)),
                _ => Err(error),
            }
        });
        let offset = FixedOffset::east_opt(self.mapping.utc_offset_minutes.saturating_mul(60));
        let time = local
            .ok()
            .zip(offset)
            .and_then(|(local, offset)| local.and_local_timezone(offset).single());
        time.map(Some).ok_or_else(|| {
            let mut error = self.error(field, RowProblem::BadTime);
            error.expected = Some(format.clone());
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
