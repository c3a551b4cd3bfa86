//! Any other table with a saved mapping: which column is what, by its exact header.
//!
//! Two layouts: one column holds the substance (`value` alone), or one row each substance
//! (`analyte` and `value`). Nothing is found by likeness: a header that is missing or there
//! twice refuses the file, a unit comes from its column, its row or the declaration. Names,
//! blanks and checks are told apart as in every shape.

use serde::Deserialize;

use super::wide::{column, row};
use super::{Finding, Profile};
use crate::lab::unit::reported_unit;
use crate::lab::value::Measured;
use crate::limits::quoted;
use crate::reading::{Assay, AssayMarks, Reason, Refusal};
use crate::registry::{ProfileError, bad_field};
use crate::table::{Row, Table};

/// Which column is what, by header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The row of the headers, from 1; rows above it are not read.
    #[serde(default = "first")]
    pub header_row: usize,
    /// The row of units, from 1, under the headers.
    pub unit_row: Option<usize>,
    /// The sample's name or code.
    pub sample: String,
    /// The result.
    pub value: String,
    /// The substance, where each row has its own.
    pub analyte: Option<String>,
    /// How the substance is written there, in place of its symbol and Chinese name.
    pub analyte_names: Option<Vec<String>>,
    /// The unit of each row.
    pub unit: Option<String>,
    /// The result of another isotope, in the same unit.
    pub cross_check: Option<String>,
    /// The detection limit of each row, in the same unit.
    pub detection_limit: Option<String>,
    /// When it was measured.
    pub acquired_at: Option<String>,
    /// The mass number the result was measured on.
    pub isotope: Option<String>,
    /// The kind of sample, and the words for real samples; all other rows are skipped.
    pub kind: Option<Words>,
    /// The state of a result, and the words for good ones; all other rows are refused.
    pub state: Option<Words>,
    /// A beginning of the sample's cell behind which nothing is read (`以下空白`).
    pub end: Option<String>,
}

/// A column and words in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The column's header.
    pub column: String,
    /// The words.
    pub words: Vec<String>,
}

fn first() -> usize {
    1
}

/// Rows above the headers.
const HEADER_ROW_MAX: usize = 200;

impl Mapping {
    /// Refuses declarations that cannot be meant.
    pub(super) fn check(&self, protocol: &str, profile: &Profile) -> Result<(), ProfileError> {
        let wrong = |detail: String| Err(bad_field(protocol, format!("`mapping`: {detail}")));
        if !(1..=HEADER_ROW_MAX).contains(&self.header_row) {
            return wrong(format!("`header_row` is 1 to {HEADER_ROW_MAX}"));
        }
        if let Some(unit_row) = self.unit_row
            && unit_row != self.header_row + 1
        {
            return wrong("`unit_row` is the row under `header_row`".to_owned());
        }
        if self.unit.is_some() && self.unit_row.is_some() {
            return wrong("units stand in a column or in a row, not in both".to_owned());
        }
        if self.analyte_names.is_some() && self.analyte.is_none() {
            return wrong("`analyte_names` belong to a column `analyte`".to_owned());
        }
        if self.analyte_names.as_ref().is_some_and(Vec::is_empty) {
            return wrong("`analyte_names` is empty: nothing would be read".to_owned());
        }
        if let Some(mass) = &self.isotope
            && !profile.analyte.has_isotope(mass)
        {
            return wrong(format!("`isotope` {mass:?} is none of {}", profile.analyte.symbol()));
        }
        let used = [
            Some(&self.sample),
            Some(&self.value),
            self.analyte.as_ref(),
            self.unit.as_ref(),
            self.cross_check.as_ref(),
            self.detection_limit.as_ref(),
            self.acquired_at.as_ref(),
            self.kind.as_ref().map(|it| &it.column),
            self.state.as_ref().map(|it| &it.column),
        ];
        let used: Vec<&String> = used.into_iter().flatten().collect();
        let twice =
            used.iter().enumerate().find(|(at, it)| used.iter().skip(at + 1).any(|b| b == *it));
        match twice {
            Some((_, header)) => wrong(format!("column {header:?} is mapped twice")),
            None => Ok(()),
        }
    }
}

/// Indices of the mapped columns.
struct Columns {
    count: usize,
    sample: usize,
    value: usize,
    analyte: Option<usize>,
    unit: Option<usize>,
    cross_check: Option<usize>,
    detection_limit: Option<usize>,
    acquired_at: Option<usize>,
    kind: Option<usize>,
    state: Option<usize>,
    /// The text of the unit row under the value.
    unit_text: Option<String>,
}

impl Columns {
    fn find(mapping: &Mapping, table: &Table) -> Result<Self, Refusal> {
        let headers = row(table, mapping.header_row - 1)?;
        let optional = |name: &Option<String>| {
            name.as_ref().map(|name| column(headers, name.trim())).transpose()
        };
        let words = |it: &Option<Words>| {
            it.as_ref().map(|it| column(headers, it.column.trim())).transpose()
        };
        let value = column(headers, mapping.value.trim())?;
        let unit_text = match mapping.unit_row {
            Some(number) => {
                let text = row(table, number - 1)?.cell(value);
                (!text.is_empty()).then(|| text.to_owned())
            }
            None => None,
        };
        let last = headers.cells.iter().rposition(|cell| !cell.trim().is_empty());
        Ok(Self {
            count: last.map_or(0, |at| at + 1),
            sample: column(headers, mapping.sample.trim())?,
            value,
            analyte: optional(&mapping.analyte)?,
            unit: optional(&mapping.unit)?,
            cross_check: optional(&mapping.cross_check)?,
            detection_limit: optional(&mapping.detection_limit)?,
            acquired_at: optional(&mapping.acquired_at)?,
            kind: words(&mapping.kind)?,
            state: words(&mapping.state)?,
            unit_text,
        })
    }
}

/// Any table with a saved mapping.
pub(super) fn mapped(profile: &Profile, table: &Table) -> Result<Vec<(usize, Finding)>, Refusal> {
    let Some(mapping) = &profile.mapping else {
        return Err(Refusal::new(Reason::LayoutMissing, "no mapping is declared"));
    };
    let columns = Columns::find(mapping, table)?;
    let file = File { profile, mapping, columns };
    let mut found = Vec::new();
    let mut of_analyte = 0usize;
    let first_row = mapping.unit_row.unwrap_or(mapping.header_row);
    for (index, row) in table.rows.iter().enumerate().skip(first_row) {
        if row.is_blank() {
            continue;
        }
        let sample = row.cell(file.columns.sample);
        if mapping.end.as_ref().is_some_and(|end| sample.starts_with(end.as_str())) {
            break;
        }
        file.refuse_short(row)?;
        let finding = match file.skip(row) {
            Some(why) => Finding::Skipped(why),
            None => {
                of_analyte += 1;
                match file.assay(row) {
                    Ok(assay) => Finding::Assay(assay),
                    Err(refusal) => Finding::Refused(refusal),
                }
            }
        };
        found.push((index, finding));
    }
    if of_analyte == 0 && file.columns.analyte.is_some() && !found.is_empty() {
        let detail = format!(
            "no row of {} in column {:?}; check `analyte_names`",
            profile.analyte.symbol(),
            mapping.analyte.as_deref().unwrap_or_default()
        );
        return Err(Refusal::new(Reason::AnalyteMissing, detail));
    }
    Ok(found)
}

struct File<'a> {
    profile: &'a Profile,
    mapping: &'a Mapping,
    columns: Columns,
}

impl File<'_> {
    fn refuse_short(&self, row: &Row) -> Result<(), Refusal> {
        let wanted = self.columns.count;
        if row.cells.len() >= wanted {
            return Ok(());
        }
        let detail = format!(
            "row {} has {} cells, the header {wanted}: the file is cut or damaged; text below \
             the table ends it where `end` is declared",
            row.number,
            row.cells.len()
        );
        Err(Refusal::new(Reason::Truncated, detail))
    }

    /// Why a row is no result of a sample.
    fn skip(&self, row: &Row) -> Option<String> {
        if let Some(at) = self.columns.analyte {
            let found = row.cell(at);
            let wanted = match &self.mapping.analyte_names {
                Some(names) => names.iter().any(|name| name == found),
                None => self.profile.analyte.is_named(found),
            };
            if !wanted {
                return Some(format!("{:?} is not read here", quoted(found)));
            }
        }
        match (&self.mapping.kind, self.columns.kind) {
            (Some(kind), Some(at)) => {
                let found = row.cell(at);
                let wanted = kind.words.iter().any(|word| word == found);
                (!wanted).then(|| format!("kind {:?} is no sample", quoted(found)))
            }
            _ => self.profile.no_sample(row.cell(self.columns.sample)),
        }
    }

    fn assay(&self, row: &Row) -> Result<Assay, Refusal> {
        let (profile, columns) = (self.profile, &self.columns);
        let sample = row.cell(columns.sample);
        if sample.is_empty() {
            return Err(Refusal::new(Reason::BadField, "the sample has no name"));
        }
        if row.cells.iter().skip(columns.count).any(|cell| !cell.trim().is_empty()) {
            let detail = "more cells than headers; a name may hold the delimiter without quotes";
            return Err(Refusal::new(Reason::BadField, detail));
        }
        self.refuse_state(row)?;
        let text = |at: Option<usize>| at.map(|at| row.cell(at)).filter(|it| !it.is_empty());
        let written = text(columns.unit).or(columns.unit_text.as_deref());
        let (unit, target) = reported_unit(profile.unit.as_ref(), written, &self.mapping.value)?;
        let read = |cell: &str| Measured::parse(cell, profile.decimal);
        let convert = |it: Measured| it.convert(&unit, &target);
        let measured = read(row.cell(columns.value))?;
        let value = convert(measured.clone())?;
        let cross_check = text(columns.cross_check).map(|it| convert(read(it)?)).transpose()?;
        if let (Some(limit), Some(check)) = (profile.max_isotope_diff_pct, &cross_check)
            && !value.agrees(check, limit)
        {
            let detail = format!(
                "{sample}: {} and {} are more than {limit} % apart; measure again",
                value.text(),
                check.text()
            );
            return Err(Refusal::new(Reason::IsotopeMismatch, detail));
        }
        let detection_limit = text(columns.detection_limit).map(|it| convert(read(it)?));
        let detection_limit = detection_limit.transpose()?.map(|it| it.text());
        let marks = AssayMarks { detection_limit, ..AssayMarks::default() };
        Ok(Assay {
            sample: sample.to_owned(),
            analyte: profile.analyte.symbol(),
            isotope: self.mapping.isotope.clone(),
            value: value.text(),
            unit: target.symbol.to_owned(),
            cross_check: cross_check.map(|it| it.text()),
            line: None,
            acquired_at: text(columns.acquired_at).map(str::to_owned),
            as_written: (value != measured).then(|| format!("{} {}", measured.text(), unit.symbol)),
            marks: (marks != AssayMarks::default()).then(|| Box::new(marks)),
            row: row.number,
        })
    }

    fn refuse_state(&self, row: &Row) -> Result<(), Refusal> {
        let (Some(state), Some(at)) = (&self.mapping.state, self.columns.state) else {
            return Ok(());
        };
        let found = row.cell(at);
        if state.words.iter().any(|word| word == found) {
            return Ok(());
        }
        let detail = format!("state {:?} is none of the declared good ones", quoted(found));
        Err(Refusal::new(Reason::RejectedByLab, detail))
    }
}
