//! CSV as sheets: one without a name, or sections that a row like `[节点]` begins.
//!
//! Encodings and quoting are those of `tl-device`: UTF-8, GB 18030, UTF-16, strictly. A tab or a
//! semicolon separates cells where the first line that holds anything has more of them.

use tl_device::table::encoding::decode_text;
use tl_device::table::read_rows;

use super::{Book, Cell, CellKind, Row, Sheet};
use crate::folded::plain;
use crate::limits::{CELLS_MAX, SHEETS_MAX};
use crate::problem::{Refused, Words};

pub(super) fn read(bytes: &[u8]) -> Result<Book, Refused> {
    let text = decode_text(bytes, None).map_err(|error| {
        Refused::whole(Words::new(
            format!("不是可读的表格：{error}；请另存为 XLSX 或 UTF-8 的 CSV"),
            format!("no readable table: {error}; save it as XLSX or as CSV in UTF-8"),
        ))
    })?;
    let table = read_rows(&text.text, delimiter(&text.text)).map_err(|error| {
        let message = format!("{error}");
        Refused::whole(Words::new(format!("CSV 有误：{message}"), format!("bad CSV: {message}")))
    })?;
    let mut sheets = vec![Sheet::default()];
    let mut cells = 0;
    for row in table.rows {
        cells += row.cells.len();
        if cells > CELLS_MAX {
            return Err(too_many_cells());
        }
        if let Some(name) = section(&row.cells) {
            if sheets.len() > SHEETS_MAX {
                return Err(too_many_sheets());
            }
            sheets.push(Sheet { name, rows: Vec::new() });
            continue;
        }
        let text = |cell: String| Cell { text: cell.trim().to_owned(), kind: CellKind::Text };
        let row = Row { number: row.number, cells: row.cells.into_iter().map(text).collect() };
        if !row.is_blank()
            && let Some(sheet) = sheets.last_mut()
        {
            sheet.rows.push(row);
        }
    }
    sheets.retain(|sheet| !sheet.rows.is_empty() || !sheet.name.is_empty());
    Ok(Book { sheets })
}

/// The name of a section: the only cell of its row, in brackets.
fn section(cells: &[String]) -> Option<String> {
    let mut filled = cells.iter().filter(|cell| !cell.trim().is_empty());
    let name = plain(filled.next()?);
    if filled.next().is_some() {
        return None;
    }
    let name = name.replace(['【', '〔'], "[").replace(['】', '〕'], "]");
    Some(name.strip_prefix('[')?.strip_suffix(']')?.trim().to_owned())
}

fn delimiter(text: &str) -> char {
    let holds = |line: &&str| line.contains([',', '\t', ';']);
    let Some(line) = text.lines().find(holds) else { return ',' };
    let count = |delimiter: char| line.matches(delimiter).count();
    [',', '\t', ';'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(',')
}

pub(super) fn too_many_cells() -> Refused {
    Refused::whole(Words::new(
        format!("单元格超过 {CELLS_MAX} 个；请拆分文件，并删去表外的内容"),
        format!("more than {CELLS_MAX} cells; split the file and clear what lies beyond the table"),
    ))
}

pub(super) fn too_many_sheets() -> Refused {
    Refused::whole(Words::new(
        format!("工作表超过 {SHEETS_MAX} 个；请只留要导入的"),
        format!("more than {SHEETS_MAX} sheets; keep those to import"),
    ))
}
