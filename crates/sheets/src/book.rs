//! Files as sheets of cells: XLSX by its cells, CSV by its rows.
//!
//! Invariant: rows and columns are numbered as a spreadsheet shows them. Text stays as it was
//! written; a number of a workbook comes out with at most the 15 digits that spreadsheets keep, a
//! date as year-month-day. A packed file is bounded by what it unpacks to before it is read.

mod csv;
mod xlsx;

#[cfg(test)]
mod tests;

use crate::limits::FILE_BYTES_MAX;
use crate::problem::{Refused, Words};

/// All sheets of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// Sheets in order; a CSV without sections is one sheet without a name.
    pub sheets: Vec<Sheet>,
}

/// One sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Rows that hold anything.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Number, from 1.
    pub number: usize,
    /// Cells from column A on.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text without blanks around it.
    pub text: String,
    /// What the file holds there.
    pub kind: CellKind,
}

/// What a file holds in a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellKind {
    /// Text as written, or nothing.
    #[default]
    Text,
    /// A number of a workbook: a percent format multiplies what people see by 100.
    Number,
    /// A formula's error such as `#DIV/0!`.
    Error,
}

impl Row {
    /// The cell of a column; empty where the row is shorter.
    #[must_use]
    pub fn cell(&self, column: usize) -> &Cell {
        const EMPTY: &Cell = &Cell { text: String::new(), kind: CellKind::Text };
        self.cells.get(column).unwrap_or(EMPTY)
    }

    /// Whether no cell holds anything.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.is_empty())
    }
}

/// Reads a workbook or a CSV, told apart by its first bytes.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(bytes: &[u8]) -> Result<Book, Refused> {
    if bytes.len() > FILE_BYTES_MAX {
        let found = bytes.len();
        return Err(Refused::whole(Words::new(
            format!("文件有 {found} 字节，最多 {FILE_BYTES_MAX}；请拆分文件"),
            format!("the file has {found} bytes, at most {FILE_BYTES_MAX}; split it"),
        )));
    }
    if bytes.starts_with(b"PK\x03\x04") { xlsx::read(bytes) } else { csv::read(bytes) }
}
