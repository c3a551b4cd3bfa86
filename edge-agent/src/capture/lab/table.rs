//! A table of results as somebody exported or pasted it: which column is what, line by line.
//!
//! Columns are found by their headings and by nothing else; a unit may stand in the heading. Rows
//! that are short are kept. What a cell means is not judged here.

use std::collections::BTreeMap;

use super::sheet::Field;
use crate::words::Words;

/// Most lines of one table.
pub(crate) const LINES_MAX: usize = 2000;
/// Rows above the headings that are passed over.
const HEAD_ROWS: usize = 20;

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TableLine {
    /// Row in the file, from 1.
    pub(crate) row: usize,
    /// Name of the sample.
    pub(crate) name: String,
    /// Cells by column, without empty ones.
    pub(crate) cells: BTreeMap<Field, String>,
}

/// Headings by column, lower case and without spaces; the same list is in `lab.js`.
const HEADINGS: &[(Option<Field>, &[&str])] = &[
    (
        None,
        &[
            "样品",
            "样品名称",
            "样品名",
            "样品编号",
            "编号",
            "名称",
            "盲码",
            "样签",
            "sample",
            "samplename",
            "sampleid",
            "id",
            "name",
            "code",
            "label",
        ],
    ),
    (
        Some(Field::Result),
        &[
            "结果",
            "浓度",
            "含量",
            "测定值",
            "检测结果",
            "铊",
            "tl",
            "conc",
            "conc.",
            "concentration",
            "result",
            "value",
            "结果c",
            "resultc",
        ],
    ),
    (Some(Field::Unit), &["单位", "unit", "units"]),
    (Some(Field::Volume), &["定容", "定容v", "定容体积", "体积", "v", "volume"]),
    (Some(Field::Dilution), &["稀释", "稀释d", "稀释倍数", "d", "dilution", "dilutiond"]),
    (Some(Field::Mass), &["称样", "称样m", "称样量", "质量", "m", "mass", "weight"]),
    (Some(Field::Moisture), &["水分", "水分w", "含水率", "w", "moisture", "moisturew"]),
    (Some(Field::Pan), &["盘重", "皿重", "pan"]),
    (Some(Field::Wet), &["盘+湿样", "湿样", "湿重", "wet", "pan+wet"]),
    (Some(Field::Dry), &["盘+干样", "干样", "干重", "dry", "pan+dry"]),
];

/// Where the columns are, and the unit that the result's heading names.
struct Columns {
    name: usize,
    fields: BTreeMap<Field, usize>,
    unit: Option<String>,
}

/// Lines of a table with headings.
///
/// # Errors
/// What was read in place of the headings, and what to do.
pub(crate) fn lines(rows: &[Vec<String>]) -> Result<Vec<TableLine>, Words> {
    let head = rows.iter().take(HEAD_ROWS).enumerate();
    let (at, columns) =
        head.filter_map(|(at, row)| Some((at, columns(row)?))).next().ok_or_else(|| {
            let read = rows.first().map(|row| row.join(" | ")).unwrap_or_default();
            let read: String = read.chars().take(READ_CHARS).collect();
            Words::new(
                format!("没有找到表头:读到“{read}”;请让表头含“样品”和“结果”两列"),
                format!("no headings found in {read:?}; name two columns sample and result"),
            )
        })?;
    let body = rows.iter().enumerate().skip(at + 1);
    let filled = body.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()));
    let lines: Vec<TableLine> = filled.map(|(row, cells)| line(&columns, row + 1, cells)).collect();
    if lines.len() > LINES_MAX {
        return Err(Words::new(
            format!("文件有 {} 行,最多 {LINES_MAX} 行;请分开", lines.len()),
            format!("{} rows; at most {LINES_MAX}: split the file", lines.len()),
        ));
    }
    Ok(lines)
}

fn line(columns: &Columns, row: usize, cells: &[String]) -> TableLine {
    let cell = |at: usize| cells.get(at).map(|text| text.trim()).unwrap_or_default();
    let mut found: BTreeMap<Field, String> = columns
        .fields
        .iter()
        .map(|(field, at)| (*field, cell(*at).to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    if let Some(unit) = &columns.unit {
        found.entry(Field::Unit).or_insert_with(|| unit.clone());
    }
    TableLine { row, name: cell(columns.name).to_owned(), cells: found }
}

fn columns(row: &[String]) -> Option<Columns> {
    let (mut name, mut fields, mut unit) = (None, BTreeMap::new(), None);
    for (at, cell) in row.iter().enumerate() {
        let (head, inside) = split(cell);
        let key: String = head.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
        let Some((field, _)) = HEADINGS.iter().find(|(_, words)| words.contains(&key.as_str()))
        else {
            continue;
        };
        match field {
            None => name = name.or(Some(at)),
            Some(field) => {
                if !fields.contains_key(field) {
                    fields.insert(*field, at);
                    if *field == Field::Result {
                        unit = inside;
                    }
                }
            }
        }
    }
    let results = [Field::Result, Field::Pan, Field::Wet, Field::Dry];
    let has_result = results.iter().any(|field| fields.contains_key(field));
    Some(Columns { name: name?, fields, unit }).filter(|_| has_result)
}

/// A heading without what stands in brackets, and a unit from within them.
fn split(cell: &str) -> (String, Option<String>) {
    let plain: String = cell
        .trim()
        .chars()
        .map(|c| match c {
            '\u{ff08}' | '[' | '\u{3010}' => '(',
            '\u{ff09}' | ']' | '\u{3011}' => ')',
            other => other,
        })
        .collect();
    let lower = plain.to_lowercase();
    let Some((head, rest)) = lower.split_once('(') else { return (lower, None) };
    let inside = rest.trim().trim_end_matches(')').trim();
    let unit = tl_domain::lab::cell::unit(inside).ok().map(|unit| unit.to_string());
    (head.trim().to_owned(), unit)
}

/// Most characters of a heading that a message repeats.
const READ_CHARS: usize = 60;
