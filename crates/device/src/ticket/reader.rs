//! Rows to tickets. A file whose headers do not fit is refused as a whole; then each row stands
//! for itself, so that one bad ticket does not hold up the others. Blank rows, sums at the end
//! and exact repeats are left out and counted.

use std::collections::HashMap;

use serde::Serialize;

use super::fields::Cells;
use super::mapping::{MappingError, REQUIRED, TicketField, TicketMapping};
use super::problem::{RowError, RowProblem};
use super::suggest::plain_header;
use super::weights::Weights;
use super::{Direction, Ticket};
use crate::limits::{RAW_BYTES_MAX, TABLE_ROWS_MAX, TICKET_FILE_BYTES_MAX, quoted};
use crate::table::encoding::decode_text;
use crate::table::{EncodingError, TableError, read_rows};

/// What a file gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFile {
    /// A ticket or an error for each row of data, in order.
    pub rows: Vec<Result<Ticket, RowError>>,
    /// Rows left out on purpose.
    pub skipped: Vec<SkippedRow>,
}

/// A row left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedRow {
    /// The row's number in the file, from 1.
    pub row: usize,
    /// Why, as a stable code: `sum` or `repeat`.
    pub why: &'static str,
}

/// A file that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketFileError {
    /// The mapping cannot work with any file.
    #[error("the column mapping cannot be used: {0}")]
    Mapping(#[from] MappingError),
    /// The bytes are no text.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The text is no table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// More than is read at once.
    #[error("the file has {found} {what}, at most {limit} are read; split it by date")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// There is no header row.
    #[error("the file has {rows} rows, but the header is declared in row {header_row}")]
    NoHeader {
        /// Rows of the file.
        rows: usize,
        /// The declared row.
        header_row: usize,
    },
    /// Mapped columns are not in the file.
    #[error("row {header_row} lacks the columns {missing}; found are {found}")]
    ColumnsMissing {
        /// The declared header row.
        header_row: usize,
        /// Headers that were not found.
        missing: String,
        /// Headers of the file.
        found: String,
    },
    /// A mapped header stands there more than once.
    #[error("header {0:?} stands in the file twice; rename one")]
    HeaderTwice(String),
}

/// One row before it is understood.
struct SourceRow {
    number: usize,
    cells: Vec<String>,
    raw_line: String,
}

/// Reads tickets from the bytes of a CSV file.
pub fn read_csv(bytes: &[u8], mapping: &TicketMapping) -> Result<TicketFile, TicketFileError> {
    mapping.check()?;
    if bytes.len() > TICKET_FILE_BYTES_MAX {
        let (found, limit) = (bytes.len(), TICKET_FILE_BYTES_MAX);
        return Err(TicketFileError::TooLarge { what: "bytes", found, limit });
    }
    let decoded = decode_text(bytes, mapping.encoding)?;
    let text = decoded.text.as_str();
    let candidates = match mapping.delimiter {
        Some(delimiter) => vec![delimiter],
        None => vec![',', '\t', ';', '|'],
    };
    let mut first_error = None;
    for delimiter in candidates {
        let attempt = read_rows(text, delimiter).map_err(TicketFileError::from).and_then(|table| {
            let rows: Vec<SourceRow> = table
                .rows
                .into_iter()
                .map(|row| SourceRow {
                    number: row.number,
                    raw_line: bounded(text.get(row.span.clone()).unwrap_or_default()),
                    cells: row.cells,
                })
                .collect();
            let columns = Columns::find(&rows, mapping, true)?;
            Ok((rows, columns))
        });
        match attempt {
            Ok((rows, columns)) => return Ok(read(&rows, &columns, mapping)),
            // A comma is by far the most usual: its error is the one that helps.
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.expect("there is at least one delimiter to try"))
}

/// Reads tickets from cells, header rows included, as a workbook gives them.
pub fn read_cells(
    rows: &[Vec<String>],
    mapping: &TicketMapping,
) -> Result<TicketFile, TicketFileError> {
    mapping.check()?;
    if rows.len() > TABLE_ROWS_MAX {
        let (found, limit) = (rows.len(), TABLE_ROWS_MAX);
        return Err(TicketFileError::TooLarge { what: "rows", found, limit });
    }
    let rows: Vec<SourceRow> = rows
        .iter()
        .zip(1..)
        .map(|(cells, number)| SourceRow {
            number,
            raw_line: bounded(&cells.join("\t")),
            cells: cells.clone(),
        })
        .collect();
    let columns = Columns::find(&rows, mapping, false)?;
    Ok(read(&rows, &columns, mapping))
}

fn bounded(text: &str) -> String {
    let mut end = text.len().min(RAW_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// Where the mapped columns stand in this file.
pub(super) struct Columns {
    places: Vec<(TicketField, usize)>,
    /// Columns up to the last one with a header.
    count: usize,
    /// True where the rows were split at a delimiter.
    delimited: bool,
    stamp: Option<usize>,
}

impl Columns {
    pub(super) fn index(&self, field: TicketField) -> Option<usize> {
        self.places.iter().find(|(it, _)| *it == field).map(|(_, index)| *index)
    }

    /// Where the column stands that grows with each change.
    pub(super) fn stamp(&self) -> Option<usize> {
        self.stamp
    }

    /// The first mapped column a delimited row of this many cells does not reach: a cut row must
    /// not pass for a truck that is still to be weighed.
    fn cut_off(&self, cells: usize) -> Option<TicketField> {
        let missing = self.places.iter().filter(|(_, index)| self.delimited && *index >= cells);
        missing.min_by_key(|(_, index)| *index).map(|(field, _)| *field)
    }

    fn find(
        rows: &[SourceRow],
        mapping: &TicketMapping,
        delimited: bool,
    ) -> Result<Self, TicketFileError> {
        let header_row = mapping.header_row;
        let header = header_row.checked_sub(1).and_then(|index| rows.get(index));
        let header = header.ok_or(TicketFileError::NoHeader { rows: rows.len(), header_row })?;
        let found: Vec<String> = header.cells.iter().map(|cell| plain_header(cell)).collect();
        let mut places = Vec::new();
        let mut missing = Vec::new();
        for field in TicketField::ALL {
            let Some(name) = mapping.columns.header(*field) else { continue };
            let plain = plain_header(name);
            let mut hits = found.iter().enumerate().filter(|(_, it)| **it == plain);
            match (hits.next(), hits.next()) {
                (Some((index, _)), None) => places.push((*field, index)),
                (Some(_), Some(_)) => return Err(TicketFileError::HeaderTwice(name.to_owned())),
                (None, _) => missing.push(name),
            }
        }
        let stamp = mapping.stamp.as_deref().map(|name| (name, plain_header(name)));
        let stamp = match stamp {
            None => None,
            Some((name, plain)) => match found.iter().filter(|it| **it == plain).count() {
                1 => found.iter().position(|it| *it == plain),
                0 => {
                    missing.push(name);
                    None
                }
                _ => return Err(TicketFileError::HeaderTwice(name.to_owned())),
            },
        };
        if !missing.is_empty() {
            let found: Vec<&str> =
                found.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
            return Err(TicketFileError::ColumnsMissing {
                header_row,
                missing: quoted(&missing.join(", ")),
                found: quoted(&found.join(", ")),
            });
        }
        assert!(
            REQUIRED.iter().all(|field| places.iter().any(|(it, _)| it == field)),
            "a checked mapping has the required columns"
        );
        let last_named = found.iter().rposition(|it| !it.is_empty()).map_or(0, |it| it + 1);
        Ok(Self { places, count: last_named, delimited, stamp })
    }
}

fn read(rows: &[SourceRow], columns: &Columns, mapping: &TicketMapping) -> TicketFile {
    let mut file = TicketFile { rows: Vec::new(), skipped: Vec::new() };
    // Number to the content of its first row.
    let mut seen: HashMap<String, String> = HashMap::new();
    for row in rows.iter().skip(mapping.header_row) {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cells = Cells { mapping, columns, cells: &row.cells, row: row.number };
        if is_sum(&cells) {
            file.skipped.push(SkippedRow { row: row.number, why: "sum" });
            continue;
        }
        let result = ticket(&cells, &row.raw_line);
        if let Ok(ticket) = &result {
            let content = ticket.content_hash();
            match seen.get(&ticket.number) {
                Some(known) if *known == content => {
                    file.skipped.push(SkippedRow { row: row.number, why: "repeat" });
                    continue;
                }
                Some(_) => {
                    let error = cells.error(TicketField::Number, RowProblem::NumberTwice);
                    file.rows.push(Err(error));
                    continue;
                }
                None => {
                    seen.insert(ticket.number.clone(), content);
                }
            }
        }
        file.rows.push(result);
    }
    file
}

/// True for the row of sums many programs write at the end.
fn is_sum(cells: &Cells<'_>) -> bool {
    let first = cells.cells.iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty());
    first.is_some_and(|text| {
        let text: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        ["合计", "总计", "小计", "累计", "汇总"].iter().any(|word| text.starts_with(word))
    })
}

const NUMBER_CHARS_MAX: usize = 64;

fn ticket(cells: &Cells<'_>, raw_line: &str) -> Result<Ticket, RowError> {
    use TicketField as Field;
    let number = cells.text(Field::Number);
    if number.is_empty() {
        return Err(cells.error(Field::Number, RowProblem::NumberMissing));
    }
    if number.chars().count() > NUMBER_CHARS_MAX {
        return Err(cells.error(Field::Number, RowProblem::NumberTooLong));
    }
    let beyond = cells.cells.iter().skip(cells.columns.count);
    // In a workbook nothing can slip into another column; notes beside the table are common.
    if cells.columns.delimited
        && let Some(extra) = beyond.map(|cell| cell.trim()).find(|cell| !cell.is_empty())
    {
        let mut error = cells.error(Field::Number, RowProblem::TooManyCells);
        error.value = quoted(extra);
        return Err(error);
    }
    if let Some(field) = cells.columns.cut_off(cells.cells.len()) {
        return Err(cells.error(field, RowProblem::TooFewCells));
    }
    let weights = Weights::read(cells)?;
    let direction = cells.direction()?;
    let (sender, receiver) = (cells.optional(Field::Sender), cells.optional(Field::Receiver));
    Ok(Ticket {
        number: number.to_owned(),
        direction,
        state: weights.state,
        plate: cells.optional(Field::Plate),
        material_name: cells.optional(Field::Material),
        partner: match direction {
            Direction::In => sender.clone(),
            Direction::Out => receiver.clone(),
        },
        sender,
        receiver,
        gross: weights.gross,
        tare: weights.tare,
        net: weights.net,
        net_computed: weights.net_computed,
        unit: cells.mapping.unit,
        gross_at: cells.time(Field::GrossAt)?,
        tare_at: cells.time(Field::TareAt)?,
        weigher: cells.optional(Field::Weigher),
        stamp: cells.stamp(),
        row: cells.row,
        raw_line: raw_line.to_owned(),
    })
}
