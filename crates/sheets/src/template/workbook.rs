//! Writes the workbooks of templates.
//!
//! Invariant: cells are text, so that `1.20` stays `1.20` and `ND(0.02)` is no formula; no clock is
//! asked: the same pages give the same bytes.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::header::Column;

/// Rows below the headings that get lists to choose from.
const LISTED_ROWS: u32 = 2_000;
const WIDTH_MIN: f64 = 9.0;
const WIDTH_MAX: f64 = 30.0;

/// A workbook that could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the workbook could not be written: {0}")]
pub struct TemplateError(pub(super) String);

impl From<XlsxError> for TemplateError {
    fn from(error: XlsxError) -> Self {
        Self(error.to_string())
    }
}

/// One sheet of a template.
pub(super) struct Page<'a> {
    pub(super) name: &'a str,
    pub(super) columns: &'static [Column],
    /// Column and the words to choose from.
    pub(super) lists: Vec<(u16, Vec<&'static str>)>,
    pub(super) rows: Vec<Vec<String>>,
}

/// First spellings of a list.
pub(crate) fn words<T>(list: &[(T, &'static [&'static str])]) -> Vec<&'static str> {
    list.iter().filter_map(|(_, spelled)| spelled.first().copied()).collect()
}

pub(super) fn write(pages: &[Page<'_>]) -> Result<Vec<u8>, TemplateError> {
    let mut book = Workbook::new();
    // A fixed day, because a template has no other.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let head = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00DC_E6F1))
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Center)
        .set_text_wrap();
    let text = Format::new().set_num_format("@");
    for page in pages {
        let sheet = book.add_worksheet();
        sheet.set_name(page.name)?;
        fill(sheet, page, &head, &text)?;
    }
    let help = book.add_worksheet();
    help.set_name("说明")?;
    explain(help, pages, &head)?;
    Ok(book.save_to_buffer()?)
}

fn fill(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    head: &Format,
    text: &Format,
) -> Result<(), TemplateError> {
    for (place, column) in page.columns.iter().enumerate() {
        let place = u16::try_from(place).expect("templates have few columns");
        let written = page.rows.iter().filter_map(|row| row.get(usize::from(place)));
        let longest = written.map(|cell| wide(cell)).fold(wide(column.zh), f64::max);
        sheet.set_column_width(place, (longest + 3.0).clamp(WIDTH_MIN, WIDTH_MAX))?;
        sheet.set_column_format(place, text)?;
        let star = if column.needed { "*" } else { "" };
        sheet.write_string_with_format(0, place, format!("{}{star}", column.zh), head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (number, row) in (1_u32..).zip(&page.rows) {
        for (place, cell) in (0_u16..).zip(row) {
            if !cell.is_empty() {
                sheet.write_string_with_format(number, place, cell, text)?;
            }
        }
    }
    for (place, words) in &page.lists {
        let list = DataValidation::new()
            .allow_list_strings(words)?
            .set_error_title("请从列表中选")?
            .set_error_message("只能填列表中的词")?
            .set_error_style(DataValidationErrorStyle::Warning);
        sheet.add_data_validation(1, *place, LISTED_ROWS, *place, &list)?;
    }
    Ok(())
}

/// What belongs into each column, in both languages.
fn explain(sheet: &mut Worksheet, pages: &[Page<'_>], head: &Format) -> Result<(), TemplateError> {
    for (place, word) in (0_u16..).zip(["工作表", "列", "必填", "说明", "Column", "Help"]) {
        sheet.write_string_with_format(0, place, word, head)?;
        sheet.set_column_width(place, if place == 3 || place == 5 { 60.0 } else { 16.0 })?;
    }
    let mut number = 1;
    for page in pages.iter().filter(|page| page.name != "示例") {
        for column in page.columns {
            let needed = if column.needed { "是" } else { "" };
            let cells = [page.name, column.zh, needed, column.help.0, column.en, column.help.1];
            for (place, cell) in (0_u16..).zip(cells) {
                sheet.write_string(number, place, cell)?;
            }
            number += 1;
        }
    }
    Ok(())
}

/// Columns that a text takes in a spreadsheet's default font.
fn wide(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum()
}
