//! Rows of a laboratory's file, cell by cell.
//!
//! What a cell says is the domain's to read (`tl_domain::lab::cell`); here stand the laboratory's
//! own words, the unit and the limit that belong to it.

use tl_domain::event::{Determination, MethodRecord};
use tl_domain::lab::cell::{self, CellError, Limits};
use tl_domain::lab::mapping::{LabMapping, LimitIs};
use tl_domain::quantity::{ContentUnit, DecimalText, Reading};

use super::columns::{Columns, Found, Place};
use super::{Line, Report};
use crate::book::{Book, CellKind, Row};
use crate::folded::folded;
use crate::limits::ROWS_MAX;
use crate::problem::{Problem, Refused, Words, letters, quoted};

/// Beginnings of rows below a table that are no samples.
const FOOTERS: [&str; 8] =
    ["以下空白", "以下无正文", "备注", "注:", "说明", "检测:", "编制", "endofreport"];
/// Most characters of a row that are kept as it was.
const RAW_CHARS_MAX: usize = 1_000;

/// Reads a file by a mapping; `methods` give limits that the file does not state.
///
/// # Errors
/// What is wrong with the file as a whole: its sheet, its headings, its size.
pub fn read(
    book: &Book,
    mapping: &LabMapping,
    methods: &[MethodRecord],
) -> Result<Report, Refused> {
    let columns = Columns::find(book, mapping)?;
    let below = columns.sheet.rows.iter().filter(|row| row.number > columns.header_row);
    let rows: Vec<&Row> = below.filter(|row| !row.is_blank()).collect();
    if rows.is_empty() || rows.len() > ROWS_MAX {
        let count = rows.len();
        return Err(Refused::whole(Words::new(
            format!("表头下有 {count} 行；应有 1 至 {ROWS_MAX} 行"),
            format!("{count} rows below the headings; there should be 1 to {ROWS_MAX}"),
        )));
    }
    let reader = Reader { columns: &columns, mapping, methods };
    let lines = rows.into_iter().map(|row| reader.line(row)).collect();
    Ok(Report { sheet: columns.sheet.name.clone(), header_row: columns.header_row, lines })
}

struct Reader<'a> {
    columns: &'a Columns<'a>,
    mapping: &'a LabMapping,
    methods: &'a [MethodRecord],
}

/// A cell that gives nothing, or is odd.
type Wrong = (Place, Words);

impl Reader<'_> {
    fn line(&self, row: &Row) -> Line {
        let text = |place: &Place| row.cell(place.column).text.clone();
        let raw: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
        let report = self.columns.report.as_ref().map(text).filter(|text| !text.is_empty());
        let mut line = Line {
            row: row.number,
            name: text(&self.columns.sample),
            report,
            found: Vec::new(),
            problems: Vec::new(),
            notices: Vec::new(),
            skipped: None,
            raw: raw.join("\t").chars().take(RAW_CHARS_MAX).collect(),
        };
        let results: Vec<&Found<'_>> = match &self.columns.item {
            None => self.columns.results.iter().collect(),
            Some(item) => {
                let word = text(item);
                let fits = |found: &&Found<'_>| {
                    found.wanted.item.as_deref().is_some_and(|it| folded(it) == folded(&word))
                };
                self.columns.results.iter().filter(fits).collect()
            }
        };
        let is_empty = |found: &&Found<'_>| row.cell(found.result.column).text.is_empty();
        let nothing = self.columns.results.iter().all(|found| is_empty(&found));
        line.skipped = self.skipped(&line.name, nothing);
        if line.skipped.is_some() {
            return line;
        }
        if line.name.is_empty() {
            let words = Words::new(
                "有结果但没有样品编号；请补上样签、封签号或样品名",
                "a result without a sample: add the pot's code, its seal or its name",
            );
            line.problems.push(self.problem(row, &self.columns.sample, words));
        }
        if results.is_empty() {
            line.skipped = Some(Words::new("项目不在映射中，未读", "an item that is not mapped"));
            line.problems.clear();
            return line;
        }
        for found in &results {
            // A blank beside results was not asked for; a row of blanks says nothing.
            if is_empty(found) && !nothing {
                continue;
            }
            match self.determination(row, found, &mut line.notices) {
                Ok(determination) => line.found.push(determination),
                Err((place, words)) => line.problems.push(self.problem(row, &place, words)),
            }
        }
        line
    }

    /// Why nothing is expected of a row.
    fn skipped(&self, name: &str, nothing: bool) -> Option<Words> {
        let known = folded(name);
        let own = self.mapping.skip.iter().any(|word| folded(word) == known);
        if own {
            return Some(Words::new("实验室自己的行，未读", "the laboratory's own row"));
        }
        let ends = FOOTERS.iter().any(|word| known.starts_with(word));
        let footer = nothing && (ends || known.is_empty());
        footer.then(|| Words::new("表下说明，未读", "a note below the table"))
    }

    fn determination(
        &self,
        row: &Row,
        found: &Found<'_>,
        notices: &mut Vec<Problem>,
    ) -> Result<Determination, Wrong> {
        let own = row.cell(found.result.column);
        let wrong = |words: Words| (found.result.clone(), words);
        if own.kind == CellKind::Error {
            let zh = "公式出错；请实验室改正后重发";
            return Err(wrong(Words::new(zh, "a formula's error: ask for a corrected file")));
        }
        let unit = self.unit(row, found)?;
        let (lod, loq) = self.limits(row, found, unit)?;
        let text = self.own_words(&own.text);
        let bare_nd = found.wanted.limit_is == LimitIs::Quantification;
        let reading = match (cell::parse(text, limits(unit, lod.as_ref(), loq.as_ref())), &loq) {
            // The column states the limit of quantification: the laboratory says "below it".
            (Err(CellError::NoLimit(_)), Some(loq)) if bare_nd && lod.is_none() => {
                Ok(cell::Cell { reading: Reading::Below { limit: loq.clone() }, unit: Some(unit) })
            }
            (read, _) => read,
        };
        let read = reading.map_err(|error| wrong(Words::new(error.zh(), error.en())))?;
        let unit = read.unit.unwrap_or(unit);
        let basis = unit.per_gram().and(found.basis);
        if unit.per_gram().is_some() && basis.is_none() {
            let zh = format!("单位 {unit} 按质量计，映射和表头都没有说干基还是湿基");
            let en = format!("{unit} is per mass, and nobody says whether wet or dry");
            return Err(wrong(Words::new(zh, en)));
        }
        if let Reading::Value { value } = &read.reading
            && own.kind == CellKind::Number
            && unit == ContentUnit::Percent
            && !value.value().is_zero()
            && value.value() < rust_decimal::Decimal::ONE
        {
            let words = Words::new(
                format!("按 {value} % 读入；若单元格是百分比格式，请实验室改填如 8.5 的数"),
                format!("read as {value} %; with a percent format the cell would say 100 × that"),
            );
            notices.push(self.problem(row, &found.result, words));
        }
        Ok(Determination {
            analyte: found.wanted.analyte.clone(),
            result: read.reading,
            unit,
            basis,
            method: found.wanted.method.clone(),
            uncertainty: Vec::new(),
        })
    }

    /// The laboratory's words as the usual ones.
    fn own_words<'t>(&self, text: &'t str) -> &'t str {
        let is = |words: &[String]| words.iter().any(|word| folded(word) == folded(text));
        if is(&self.mapping.not_detected) {
            "ND"
        } else if is(&self.mapping.not_measured) {
            "—"
        } else {
            text
        }
    }

    fn unit(&self, row: &Row, found: &Found<'_>) -> Result<ContentUnit, Wrong> {
        if let Some(place) = &found.unit_column {
            let text = &row.cell(place.column).text;
            if !text.is_empty() {
                return cell::unit(text)
                    .map_err(|error| (place.clone(), Words::new(error.zh(), error.en())));
            }
        }
        let beside = cell::parse(&row.cell(found.result.column).text, Limits::default());
        let beside = beside.ok().and_then(|cell| cell.unit);
        found.unit.or(beside).ok_or_else(|| {
            let words = Words::new(
                "没有单位：单位列、表头、映射都没有写；请在映射中选单位",
                "no unit: neither column, heading nor mapping states one; choose it in the mapping",
            );
            (found.result.clone(), words)
        })
    }

    /// Limits of detection and quantification in a unit: the row's, else the method's.
    fn limits(
        &self,
        row: &Row,
        found: &Found<'_>,
        unit: ContentUnit,
    ) -> Result<(Option<DecimalText>, Option<DecimalText>), Wrong> {
        let of_row = match &found.limit_column {
            Some(place) => {
                limit(&row.cell(place.column).text, unit).map_err(|words| (place.clone(), words))?
            }
            None => None,
        };
        match (of_row, found.wanted.limit_is) {
            (Some(limit), LimitIs::Detection) => return Ok((Some(limit), None)),
            (Some(limit), LimitIs::Quantification) => return Ok((None, Some(limit))),
            (None, _) => {}
        }
        let method = found.wanted.method.as_ref();
        let method = method.and_then(|id| self.methods.iter().find(|it| it.id == *id));
        let Some(method) = method else { return Ok((None, None)) };
        let moved = |limit: &Option<DecimalText>| in_unit(limit.as_ref()?, method.unit, unit);
        Ok((moved(&method.lod), moved(&method.loq)))
    }

    fn problem(&self, row: &Row, place: &Place, message: Words) -> Problem {
        Problem {
            sheet: self.columns.sheet.name.clone(),
            row: row.number,
            column: letters(place.column),
            heading: place.heading.clone(),
            read: quoted(&row.cell(place.column).text),
            message,
        }
    }
}

fn limits<'a>(
    unit: ContentUnit,
    lod: Option<&'a DecimalText>,
    loq: Option<&'a DecimalText>,
) -> Limits<'a> {
    Limits { unit: Some(unit), lod, loq }
}

/// A cell of a limit column: a figure, with its own unit or without.
fn limit(text: &str, unit: ContentUnit) -> Result<Option<DecimalText>, Words> {
    if text.is_empty() || matches!(text, "/" | "-" | "—" | "--") {
        return Ok(None);
    }
    let read = cell::parse(text, limits(unit, None, None))
        .map_err(|error| Words::new(error.zh(), error.en()))?;
    let figure = match read.reading {
        Reading::Value { value } => value,
        Reading::Below { limit } | Reading::NotDetected { lod: limit } => limit,
        _ => return Ok(None),
    };
    let own = read.unit.unwrap_or(unit);
    let moved = in_unit(&figure, own, unit).filter(|limit| !limit.value().is_zero());
    let bad = || Words::new("限值须大于零", "a limit must be above zero");
    moved.map(Some).ok_or_else(bad)
}

/// A limit in another unit of its kind; as written where the unit is the same.
fn in_unit(limit: &DecimalText, from: ContentUnit, to: ContentUnit) -> Option<DecimalText> {
    if from == to {
        return Some(limit.clone());
    }
    let moved = limit.value().checked_mul(from.times(to)?)?;
    Some(DecimalText::from(moved.normalize()))
}
