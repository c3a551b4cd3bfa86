//! Templates: workbooks to fill in, with lists to choose from, an example and explanations.
//!
//! Invariant: headings and list words are those that the reader knows, from the same tables; the
//! same template is the same bytes. The example stands on a sheet of its own, which is not read.

mod example;
mod workbook;

#[cfg(test)]
mod tests;

use crate::balance::{BASES, CLASSES, COLUMNS, DIRECTIONS, METERINGS, TESTINGS, UNITS};
use crate::flowsheet;
use workbook::Page;
pub(crate) use workbook::words;

pub use workbook::TemplateError;

/// Name of the sheet that people fill in.
pub const DATA_SHEET: &str = "填报";

/// An empty balance sheet with its example.
///
/// # Errors
/// Only when the workbook cannot be packed.
pub fn balance() -> Result<Vec<u8>, TemplateError> {
    balance_with(&[])
}

/// A balance sheet with rows in it, cells in the order of the template's columns.
///
/// # Errors
/// A cell longer than a workbook takes.
pub fn balance_with(rows: &[Vec<String>]) -> Result<Vec<u8>, TemplateError> {
    let lists = || {
        vec![
            (2, words(CLASSES)),
            (3, words(DIRECTIONS)),
            (10, words(UNITS)),
            (11, words(BASES)),
            (13, words(METERINGS)),
            (14, words(TESTINGS)),
        ]
    };
    let data = Page { name: DATA_SHEET, columns: COLUMNS, lists: lists(), rows: rows.to_vec() };
    let example =
        Page { name: "示例", columns: COLUMNS, lists: Vec::new(), rows: example::balance() };
    workbook::write(&[data, example])
}

/// The balance sheet as CSV, headings and example rows, with the byte order mark that spreadsheets
/// need to see UTF-8.
#[must_use]
pub fn balance_csv() -> String {
    let headings: Vec<String> = COLUMNS.iter().map(|column| column.zh.to_owned()).collect();
    let mut rows = vec![headings];
    rows.extend(example::balance());
    format!("\u{feff}{}", csv(&rows))
}

/// Names of the flow-sheet templates, with what they are in English.
pub fn flowsheets() -> impl Iterator<Item = (&'static str, &'static str)> {
    flowsheet::TEMPLATES.iter().map(|template| (template.name, template.english))
}

/// A flow-sheet template as CSV with sections; `None` for a name that is not known.
#[must_use]
pub fn flowsheet_csv(name: &str) -> Option<String> {
    let found = flowsheet::template(name)?;
    Some(format!("\u{feff}{}", found.text))
}

/// A flow-sheet template as a workbook; `None` for a name that is not known.
#[must_use]
pub fn flowsheet(name: &str) -> Option<Result<Vec<u8>, TemplateError>> {
    let found = flowsheet::template(name)?;
    let book = match crate::book::read(found.text.as_bytes()) {
        Ok(book) => book,
        Err(refused) => return Some(Err(TemplateError(refused.to_string()))),
    };
    let pages: Vec<Page<'_>> = flowsheet::SECTIONS
        .iter()
        .map(|section| {
            let sheet = book.sheets.iter().find(|sheet| sheet.name == section.name);
            let rows = sheet.into_iter().flat_map(|sheet| sheet.rows.iter().skip(1));
            let cells = |row: &crate::book::Row| {
                row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>()
            };
            Page {
                name: section.name,
                columns: section.columns,
                lists: section.lists.iter().map(|(at, list)| (*at, list())).collect(),
                rows: rows.map(cells).collect(),
            }
        })
        .collect();
    Some(workbook::write(&pages))
}

/// Rows as CSV with CRLF.
#[must_use]
pub fn csv(rows: &[Vec<String>]) -> String {
    let cell = |text: &String| {
        if text.contains([',', '"', '\n', '\r', '\t', ';']) || text.starts_with([' ', '[']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.clone()
        }
    };
    let line =
        |row: &Vec<String>| format!("{}\r\n", row.iter().map(cell).collect::<Vec<_>>().join(","));
    rows.iter().map(line).collect()
}
