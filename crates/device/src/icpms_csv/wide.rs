//! What all wide tables share: one row a sample, one column an isotope.
//!
//! A shape says where things stand (`Layout`); the judging is the same for every maker, so that
//! no maker's files are judged less strictly than another's.

use super::{Finding, Profile};
use crate::lab::element::{self, MassHeader};
use crate::lab::unit::{Concentration, reported_unit};
use crate::lab::value::Measured;
use crate::limits::quoted;
use crate::reading::{Assay, Reason, Refusal};
use crate::table::{Row, Table};

/// Where things stand in a wide table.
pub(crate) struct Layout {
    /// Cells every row must have.
    pub(crate) columns: usize,
    /// Index of the first row of data.
    pub(crate) first_row: usize,
    pub(crate) sample: usize,
    pub(crate) acquired_at: Option<usize>,
    pub(crate) kind: Option<Kind>,
    /// The column in which the analyst rejects rows.
    pub(crate) rejected: Option<usize>,
    /// The column of the instrument's own quality control.
    pub(crate) quality: Option<usize>,
    pub(crate) isotopes: Vec<Isotope>,
}

/// The column of the sample type.
pub(crate) struct Kind {
    pub(crate) column: usize,
    /// The word for a real sample.
    pub(crate) sample: &'static str,
    /// Beginnings of the words for everything else.
    pub(crate) others: &'static [&'static str],
}

/// A column of the analyte.
pub(crate) struct Isotope {
    pub(crate) column: usize,
    pub(crate) mass: String,
    pub(crate) mode: Option<String>,
    pub(crate) unit: Concentration,
}

/// The column of a header, which must stand there exactly once.
pub(crate) fn column(header: &Row, name: &str) -> Result<usize, Refusal> {
    optional(header, name)?.ok_or_else(|| {
        let found: Vec<&str> = header.cells.iter().map(|cell| cell.trim()).collect();
        let detail = format!(
            "no column {name:?} in row {}; found {:?}; check the declared protocol and delimiter",
            header.number,
            quoted(&found.join(" | "))
        );
        Refusal::new(Reason::BadHeader, detail)
    })
}

/// The column of a header that may be missing, but not be there twice.
pub(crate) fn optional(header: &Row, name: &str) -> Result<Option<usize>, Refusal> {
    let mut found = header.cells.iter().enumerate().filter(|(_, cell)| cell.trim() == name);
    let first = found.next().map(|(index, _)| index);
    if found.next().is_some() {
        let detail = format!("column {name:?} is there twice");
        return Err(Refusal::new(Reason::BadHeader, detail));
    }
    Ok(first)
}

/// The row at an index, or a refusal for files that are too short.
pub(crate) fn row(table: &Table, index: usize) -> Result<&Row, Refusal> {
    table
        .rows
        .get(index)
        .ok_or_else(|| Refusal::new(Reason::Truncated, "the file ends inside its header rows"))
}

/// The analyte's columns among headers; `unit_of` gives the unit text of a column, if it has one.
pub(crate) fn isotopes<'a>(
    profile: &Profile,
    headers: impl Iterator<Item = (usize, &'a str)>,
    unit_of: impl Fn(usize) -> Result<Option<String>, Refusal>,
) -> Result<Vec<Isotope>, Refusal> {
    let mut found = Vec::new();
    let mut suspects = Vec::new();
    for (index, text) in headers {
        let Some(header) = element::mass_header(text) else { continue };
        if header.internal_standard {
            continue;
        }
        let (analyte, mass) = (profile.analyte, header.mass.as_str());
        let fits = analyte.has_isotope(mass);
        if analyte.is_misspelt(&header.symbol) || (fits && analyte.symbol() != header.symbol) {
            suspects.push(text.trim().to_owned());
        }
        if header.symbol != analyte.symbol() || !wanted_mode(profile, &header) {
            continue;
        }
        if !fits {
            let detail =
                format!("{:?}: {} is not measured on this mass", quoted(text), analyte.symbol());
            return Err(Refusal::new(Reason::BadHeader, detail));
        }
        let unit = column_unit(profile, text, unit_of(index)?)?;
        found.push(Isotope { column: index, mass: header.mass, mode: header.mode, unit });
    }
    if found.is_empty() {
        return Err(missing(profile, &suspects));
    }
    refuse_doubles(&found)?;
    Ok(found)
}

fn wanted_mode(profile: &Profile, header: &MassHeader) -> bool {
    profile.gas_mode.is_none() || profile.gas_mode == header.mode
}

fn missing(profile: &Profile, suspects: &[String]) -> Refusal {
    let mut detail =
        format!("no column of {} with the mass of an isotope", profile.analyte.symbol());
    if let Some(mode) = &profile.gas_mode {
        detail.push_str(&format!(" in gas mode {mode:?}"));
    }
    if !suspects.is_empty() {
        detail.push_str(&format!(
            "; {:?} looks like a typing error: correct the method and export again",
            quoted(&suspects.join(", "))
        ));
    }
    Refusal::new(Reason::AnalyteMissing, detail)
}

fn refuse_doubles(found: &[Isotope]) -> Result<(), Refusal> {
    for (index, one) in found.iter().enumerate() {
        let Some(other) = found.iter().skip(index + 1).find(|it| it.mass == one.mass) else {
            continue;
        };
        let detail = format!(
            "mass {} is there twice, in modes {:?} and {:?}; declare `gas_mode`",
            one.mass, one.mode, other.mode
        );
        return Err(Refusal::new(Reason::AmbiguousColumn, detail));
    }
    Ok(())
}

/// The unit of a column: its own, else the declared one; they must not contradict each other.
pub(crate) fn column_unit(
    profile: &Profile,
    header: &str,
    written: Option<String>,
) -> Result<Concentration, Refusal> {
    reported_unit(profile.unit.as_ref(), written.as_deref(), header).map(|(unit, _)| unit)
}

/// Judges all rows of data.
pub(crate) fn judge(
    profile: &Profile,
    table: &Table,
    layout: &Layout,
) -> Result<Vec<(usize, Finding)>, Refusal> {
    let mut found = Vec::new();
    for (index, row) in table.rows.iter().enumerate().skip(layout.first_row) {
        if row.is_blank() {
            continue;
        }
        if row.cells.len() < layout.columns {
            let detail = format!(
                "row {} has {} cells, the header {}: the file is cut or damaged",
                row.number,
                row.cells.len(),
                layout.columns
            );
            return Err(Refusal::new(Reason::Truncated, detail));
        }
        let finding = match layout.skip(profile, row) {
            Ok(Some(why)) => Finding::Skipped(why),
            Ok(None) => match layout.assay(profile, row) {
                Ok(assay) => Finding::Assay(assay),
                Err(refusal) => Finding::Refused(refusal),
            },
            Err(refusal) => Finding::Refused(refusal),
        };
        found.push((index, finding));
    }
    Ok(found)
}

impl Layout {
    /// Why a row is no sample.
    fn skip(&self, profile: &Profile, row: &Row) -> Result<Option<String>, Refusal> {
        let Some(kind) = &self.kind else { return Ok(profile.no_sample(row.cell(self.sample))) };
        let found = row.cell(kind.column);
        if found == kind.sample {
            return Ok(None);
        }
        if kind.others.iter().any(|other| found.starts_with(other)) {
            return Ok(Some(format!("type {found:?} is no sample")));
        }
        let detail = format!(
            "type {:?} is neither {:?} nor a known kind of calibration or check",
            quoted(found),
            kind.sample
        );
        Err(Refusal::new(Reason::BadField, detail))
    }

    fn assay(&self, profile: &Profile, row: &Row) -> Result<Assay, Refusal> {
        self.refuse_rejected(row)?;
        let sample = row.cell(self.sample);
        if sample.is_empty() {
            return Err(Refusal::new(Reason::BadField, "the sample has no name"));
        }
        if row.cells.iter().skip(self.columns).any(|cell| !cell.trim().is_empty()) {
            let detail = "more cells than headers; a name may hold the delimiter without quotes";
            return Err(Refusal::new(Reason::BadField, detail));
        }
        let preferred = self.isotopes.iter().find(|it| it.mass == profile.isotope());
        let main =
            preferred.or(self.isotopes.first()).expect("a layout has a column of the analyte");
        let target = profile.unit.clone().unwrap_or_else(|| main.unit.reported());
        let written = Measured::parse(row.cell(main.column), profile.decimal)?;
        let value = written.convert(&main.unit, &target)?;
        let other = self.isotopes.iter().find(|it| it.mass != main.mass);
        let cross_check = other.map(|it| cross_check(profile, row, it, &target)).transpose()?;
        if let (Some(limit), Some(check)) = (profile.max_isotope_diff_pct, &cross_check)
            && !value.agrees(check, limit)
        {
            let detail = format!(
                "{sample}: mass {} gives {}, the other isotope {} {}: more than {limit} % apart, \
                 an interference is likely; measure again",
                main.mass,
                value.text(),
                check.text(),
                target.symbol
            );
            return Err(Refusal::new(Reason::IsotopeMismatch, detail));
        }
        let as_written =
            (value != written).then(|| format!("{} {}", written.text(), main.unit.symbol));
        let acquired_at = self.acquired_at.map(|it| row.cell(it)).filter(|text| !text.is_empty());
        Ok(Assay {
            sample: sample.to_owned(),
            analyte: profile.analyte.symbol(),
            isotope: Some(main.mass.clone()),
            value: value.text(),
            unit: target.symbol.to_owned(),
            cross_check: cross_check.map(|it| it.text()),
            line: None,
            acquired_at: acquired_at.map(str::to_owned),
            as_written,
            marks: None,
            row: row.number,
        })
    }

    fn refuse_rejected(&self, row: &Row) -> Result<(), Refusal> {
        if let Some(found) = self.rejected.map(|column| row.cell(column))
            && !matches!(found, "" | "False" | "FALSE" | "false" | "0" | "No")
        {
            let detail = format!("marked as rejected ({:?})", quoted(found));
            return Err(Refusal::new(Reason::RejectedByLab, detail));
        }
        if let Some(found) = self.quality.map(|column| row.cell(column))
            && !matches!(found, "" | "Passed" | "Pass" | "PASS" | "OK")
        {
            let detail = format!("the instrument's quality control says {:?}", quoted(found));
            return Err(Refusal::new(Reason::QcFailed, detail));
        }
        Ok(())
    }
}

fn cross_check(
    profile: &Profile,
    row: &Row,
    isotope: &Isotope,
    target: &Concentration,
) -> Result<Measured, Refusal> {
    Measured::parse(row.cell(isotope.column), profile.decimal)?.convert(&isotope.unit, target)
}
