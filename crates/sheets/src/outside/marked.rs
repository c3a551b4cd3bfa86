//! The user's own file with a first column that says what became of each row.
//!
//! All sheets and cells come back as they were read, numbers as numbers; formats do not. Because a
//! mapping goes by headings, the file can be corrected and brought again as it is.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::Report;
use crate::book::{Book, CellKind};

/// Width of the column that was put in front, in characters.
const WIDTH: f64 = 48.0;

/// A file that could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file could not be written: {0}")]
pub struct MarkError(String);

impl From<XlsxError> for MarkError {
    fn from(error: XlsxError) -> Self {
        Self(error.to_string())
    }
}

/// A workbook with what became of each row in front; `said` by row number, under `heading`.
///
/// # Errors
/// The workbook can't be written.
pub fn marked(
    book: &Book,
    report: &Report,
    heading: &str,
    said: &BTreeMap<usize, String>,
) -> Result<Vec<u8>, MarkError> {
    let mut out = Workbook::new();
    // A fixed day: the same file gives the same bytes.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    out.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let noted = Format::new().set_background_color(Color::RGB(0x00FF_F4DC)).set_text_wrap();
    for sheet in &book.sheets {
        let page = out.add_worksheet();
        if !sheet.name.is_empty() {
            page.set_name(&sheet.name)?;
        }
        let front = u16::from(sheet.name == report.sheet);
        if front == 1 {
            page.set_column_width(0, WIDTH)?;
        }
        for row in &sheet.rows {
            let number = u32::try_from(row.number.saturating_sub(1)).unwrap_or(u32::MAX);
            let note = match (front, row.number == report.header_row) {
                (0, _) => None,
                (_, true) => Some(heading),
                (_, false) => said.get(&row.number).map(String::as_str),
            };
            if let Some(note) = note {
                page.write_string_with_format(number, 0, note, &noted)?;
            }
            for (column, cell) in (front..).zip(&row.cells) {
                // The text came from such a number and reads back as the same one.
                match (cell.kind, cell.text.parse::<f64>()) {
                    (CellKind::Number, Ok(figure)) => page.write_number(number, column, figure)?,
                    _ if cell.text.is_empty() => continue,
                    _ => page.write_string(number, column, &cell.text)?,
                };
            }
        }
    }
    Ok(out.save_to_buffer()?)
}
