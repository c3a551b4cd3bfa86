//! Comma-separated rows by RFC 4180, read strictly.
//!
//! An open quote at the end of the file, text behind a closing quote, too many rows or columns:
//! errors, because each of them is how a damaged or foreign file looks. Blank rows are kept, so
//! that row numbers are those a spreadsheet shows.

use std::ops::Range;

use crate::limits::{TABLE_CELL_BYTES_MAX, TABLE_COLUMNS_MAX, TABLE_ROWS_MAX};

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The row's number, from 1, blank rows counted.
    pub number: usize,
    /// The cells without quotes.
    pub cells: Vec<String>,
    /// Where the row stands in the text, without its line end.
    pub span: Range<usize>,
}

impl Row {
    /// The cell of a column without surrounding blanks; empty where the row is shorter.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    /// True where no cell holds anything.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// All rows of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The rows in order.
    pub rows: Vec<Row>,
    /// False where the last row has no line end: the file may be cut.
    pub ends_with_newline: bool,
}

/// Text that is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A quote that never ends.
    #[error("row {row}: a quote is open until the end of the file; the file is cut or damaged")]
    OpenQuote {
        /// The row.
        row: usize,
    },
    /// Text between a closing quote and the delimiter.
    #[error("row {row}: text behind a closing quote; a quote inside a cell must be doubled")]
    StrayQuote {
        /// The row.
        row: usize,
    },
    /// A bound was hit.
    #[error("row {row}: {what} (at most {limit}); split the file")]
    TooLarge {
        /// The row.
        row: usize,
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
}

/// Reads all rows.
pub fn read_rows(text: &str, delimiter: char) -> Result<Table, TableError> {
    let mut reader = Reader { rows: Vec::new(), cells: Vec::new(), cell: String::new(), start: 0 };
    let mut place = Place::CellStart;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        place = match (place, character) {
            (Place::Quoted, '"') => Place::Closed,
            (Place::Quoted, other) => reader.add(other, Place::Quoted)?,
            (Place::Closed, '"') => reader.add('"', Place::Quoted)?,
            (Place::CellStart, '"') => Place::Quoted,
            (_, other) if other == delimiter => reader.end_cell()?,
            (_, '\r' | '\n') => {
                if character == '\r' && characters.peek().is_some_and(|next| next.1 == '\n') {
                    characters.next();
                }
                let next = characters.peek().map_or(text.len(), |next| next.0);
                reader.end_row(at, next)?
            }
            (Place::Closed, _) => return Err(TableError::StrayQuote { row: reader.row() }),
            (_, other) => reader.add(other, Place::Plain)?,
        };
    }
    if place == Place::Quoted {
        return Err(TableError::OpenQuote { row: reader.row() });
    }
    let ends_with_newline = reader.start == text.len();
    if !ends_with_newline {
        reader.end_row(text.len(), text.len())?;
    }
    Ok(Table { rows: reader.rows, ends_with_newline })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote that closed the cell, or the first of a doubled one.
    Closed,
}

struct Reader {
    rows: Vec<Row>,
    cells: Vec<String>,
    cell: String,
    start: usize,
}

impl Reader {
    fn row(&self) -> usize {
        self.rows.len() + 1
    }

    fn too_large(&self, what: &'static str, limit: usize) -> TableError {
        TableError::TooLarge { row: self.row(), what, limit }
    }

    fn add(&mut self, character: char, next: Place) -> Result<Place, TableError> {
        if self.cell.len() >= TABLE_CELL_BYTES_MAX {
            return Err(self.too_large("bytes in a cell", TABLE_CELL_BYTES_MAX));
        }
        self.cell.push(character);
        Ok(next)
    }

    fn end_cell(&mut self) -> Result<Place, TableError> {
        if self.cells.len() >= TABLE_COLUMNS_MAX {
            return Err(self.too_large("columns", TABLE_COLUMNS_MAX));
        }
        self.cells.push(std::mem::take(&mut self.cell));
        Ok(Place::CellStart)
    }

    fn end_row(&mut self, end: usize, next: usize) -> Result<Place, TableError> {
        if self.rows.len() >= TABLE_ROWS_MAX {
            return Err(self.too_large("rows", TABLE_ROWS_MAX));
        }
        self.end_cell()?;
        let cells = std::mem::take(&mut self.cells);
        let number = self.row();
        self.rows.push(Row { number, cells, span: self.start..end });
        self.start = next;
        Ok(Place::CellStart)
    }
}
