//! XLSX as sheets of cells.
//!
//! A workbook is a packed file that may claim any size when opened: what it unpacks to and what its
//! cells span is bounded before it is held. Hidden formatting is not looked at.

use std::io::{self, Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use zip::ZipArchive;

use super::csv::{too_many_cells, too_many_sheets};
use super::{Book, Cell, CellKind, Row, Sheet};
use crate::limits::{CELLS_MAX, SHEETS_MAX, UNPACKED_BYTES_MAX};
use crate::problem::{Refused, Words};

/// Digits that spreadsheets keep of a number.
const DIGITS: usize = 15;

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

pub(super) fn read(bytes: &[u8]) -> Result<Book, Refused> {
    refuse_bomb(bytes)?;
    let mut workbook: Workbook<'_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| no_workbook(&error))?;
    let names = workbook.sheet_names();
    if names.len() > SHEETS_MAX {
        return Err(too_many_sheets());
    }
    let mut held = 0;
    let mut book = Book::default();
    for name in names {
        let rows = rows(&mut workbook, &name, &mut held)?;
        book.sheets.push(Sheet { name, rows });
    }
    Ok(book)
}

/// Unpacks everything once without keeping it: sizes that a packed file states can be wrong.
fn refuse_bomb(bytes: &[u8]) -> Result<(), Refused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| no_workbook(&error))?;
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| no_workbook(&error))?;
        let mut rest = part.take(UNPACKED_BYTES_MAX - unpacked + 1);
        unpacked += io::copy(&mut rest, &mut io::sink()).map_err(|error| no_workbook(&error))?;
        if unpacked > UNPACKED_BYTES_MAX {
            return Err(Refused::whole(Words::new(
                format!("工作簿解压后超过 {UNPACKED_BYTES_MAX} 字节；请只留要导入的工作表"),
                format!(
                    "the workbook unpacks to more than {UNPACKED_BYTES_MAX} bytes; \
                     keep the sheets to import"
                ),
            )));
        }
    }
    Ok(())
}

fn no_workbook(error: &dyn std::fmt::Display) -> Refused {
    Refused::whole(Words::new(
        format!("不是完好的 XLSX 工作簿：{error}；请重新另存"),
        format!("no sound XLSX workbook: {error}; save it again"),
    ))
}

fn rows(book: &mut Workbook<'_>, name: &str, held: &mut usize) -> Result<Vec<Row>, Refused> {
    // A chart sheet has no cells at all: that is no fault of the file.
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(Vec::new()) };
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|error| no_workbook(&error))? {
        let (row, column) = cell.get_position();
        let value = Data::from(cell.get_value().clone());
        if value == Data::Empty {
            continue;
        }
        let (number, column) = (row as usize + 1, column as usize);
        // Cells of a sound sheet come row by row; others are put where they belong.
        let place = match rows.binary_search_by_key(&number, |row| row.number) {
            Ok(place) => place,
            Err(place) => {
                rows.insert(place, Row { number, cells: Vec::new() });
                place
            }
        };
        let cells = &mut rows[place].cells;
        *held += (column + 1).saturating_sub(cells.len()) + 1;
        if *held > CELLS_MAX {
            return Err(too_many_cells());
        }
        if cells.len() <= column {
            cells.resize(column + 1, Cell::default());
        }
        cells[column] = cell_of(&value);
    }
    rows.retain(|row| !row.is_blank());
    Ok(rows)
}

fn cell_of(value: &Data) -> Cell {
    let text = |text: String| Cell { text: text.trim().to_owned(), kind: CellKind::Text };
    match value {
        Data::Empty => Cell::default(),
        Data::String(written) | Data::DateTimeIso(written) | Data::DurationIso(written) => {
            text(written.clone())
        }
        Data::Int(number) => Cell { text: number.to_string(), kind: CellKind::Number },
        Data::Float(number) => Cell { text: decimal(*number), kind: CellKind::Number },
        Data::Bool(value) => text(value.to_string()),
        Data::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            text(format!("{year:04}-{month:02}-{day:02}"))
        }
        Data::Error(error) => Cell { text: error.to_string(), kind: CellKind::Error },
    }
}

/// The number as a spreadsheet shows it in full: the shortest text that reads back, unless a sum of
/// floats has left dust beyond the fifteenth digit.
fn decimal(number: f64) -> String {
    let shortest = number.to_string();
    let digits = shortest.trim_start_matches(['-', '0', '.']).bytes();
    if digits.filter(u8::is_ascii_digit).count() <= DIGITS || !number.is_finite() {
        return shortest;
    }
    let magnitude = number.abs().log10().floor() as i32;
    let decimals = usize::try_from(DIGITS as i32 - 1 - magnitude).unwrap_or(0);
    let rounded = format!("{number:.decimals$}");
    if !rounded.contains('.') {
        return rounded;
    }
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}
