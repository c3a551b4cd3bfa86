//! The first sheet of a workbook as text cells, for tickets.
//!
//! Times come out in the mapping's own format, whole numbers without a point, so that a ticket
//! reads the same from a workbook as from a CSV. A workbook is a packed file that may claim any
//! size when opened: what it unpacks to and what its cells span is bounded before it is held.

use std::io::{self, Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use chrono::NaiveDate;
use zip::ZipArchive;

/// Most cells of a sheet, empty ones before and between others included.
const CELLS_MAX: usize = 2_000_000;
/// Most bytes that a workbook unpacks to.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;

/// Rows of the first sheet that has any.
///
/// # Errors
/// What is wrong with the file, in words.
pub(crate) fn rows(bytes: &[u8], date_format: &str) -> Result<Vec<Vec<String>>, String> {
    refuse_bomb(bytes)?;
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| format!("no XLSX workbook: {error}"))?;
    for name in book.sheet_names() {
        let all = sheet(&mut book, &name, date_format)?;
        if !all.is_empty() {
            return Ok(all);
        }
    }
    Err("the workbook has no cells".to_owned())
}

/// Unpacks everything once without keeping it: sizes that a packed file states can be wrong.
fn refuse_bomb(bytes: &[u8]) -> Result<(), String> {
    let wrong = |error: &dyn std::fmt::Display| format!("no XLSX workbook: {error}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| wrong(&error))?;
        let mut rest = part.take(UNPACKED_BYTES_MAX - unpacked + 1);
        unpacked += io::copy(&mut rest, &mut io::sink()).map_err(|error| wrong(&error))?;
        if unpacked > UNPACKED_BYTES_MAX {
            return Err(format!("the workbook unpacks to more than {UNPACKED_BYTES_MAX} bytes"));
        }
    }
    Ok(())
}

/// Cells of a sheet at the rows and columns that people see; rows end at their last cell.
fn sheet(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    date_format: &str,
) -> Result<Vec<Vec<String>>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{name}: {error}");
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| wrong(&error))?;
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut held = 0;
    while let Some(cell) = cells.next_cell().map_err(|error| wrong(&error))? {
        let (row, column) = cell.get_position();
        let value = Data::from(cell.get_value().clone());
        if value == Data::Empty {
            continue;
        }
        let (row, column) = (row as usize, column as usize);
        let width = all.get(row).map_or(0, Vec::len);
        held += (row + 1).saturating_sub(all.len()) + (column + 1).saturating_sub(width);
        if held > CELLS_MAX {
            let words = format!("a cell at row {}, column {}", row + 1, column + 1);
            return Err(format!("{name}: {words}: more than {CELLS_MAX} cells up to there"));
        }
        if all.len() <= row {
            all.resize_with(row + 1, Vec::new);
        }
        if width <= column {
            all[row].resize(column + 1, String::new());
        }
        all[row][column] = text(&value, date_format);
    }
    Ok(all)
}

fn text(cell: &Data, date_format: &str) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        // The shortest text that reads back as the same number: what people typed.
        Data::Float(number) => number.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))
                .and_then(|date| {
                    date.and_hms_opt(u32::from(hour), u32::from(minute), u32::from(second))
                })
                .map_or_else(String::new, |at| at.format(date_format).to_string())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
