//! The first sheet of a workbook as text cells, for tickets.
//!
//! Times come out in the mapping's own format, whole numbers without a point, so that a ticket
//! reads the same from a workbook as from a CSV.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chrono::NaiveDate;

/// Most cells of a sheet.
const CELLS_MAX: usize = 2_000_000;

/// Rows of the first sheet that has any.
///
/// # Errors
/// What is wrong with the file, in words.
pub(super) fn rows(bytes: &[u8], date_format: &str) -> Result<Vec<Vec<String>>, String> {
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| format!("no XLSX workbook: {error}"))?;
    for name in book.sheet_names() {
        let sheet = book.worksheet_range(&name).map_err(|error| format!("{name}: {error}"))?;
        let (height, width) = sheet.get_size();
        if height == 0 {
            continue;
        }
        if height.saturating_mul(width) > CELLS_MAX {
            return Err(format!("{name}: {height} × {width} cells, at most {CELLS_MAX}"));
        }
        // A sheet may begin below or right of A1; row numbers are those people see.
        let (top, left) = sheet.start().unwrap_or((0, 0));
        let blank = usize::try_from(top).unwrap_or(0);
        let indent = usize::try_from(left).unwrap_or(0);
        let mut all: Vec<Vec<String>> = vec![Vec::new(); blank];
        all.extend(sheet.rows().map(|row| {
            let cells = row.iter().map(|cell| text(cell, date_format));
            std::iter::repeat_n(String::new(), indent).chain(cells).collect()
        }));
        return Ok(all);
    }
    Err("the workbook has no cells".to_owned())
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
