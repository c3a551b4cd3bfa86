//! PerkinElmer WinLab32 (ICP-OES): one row for each sample and line, `Tl 190.801`, with its unit.
//! Rows of other elements are skipped. A row of the analyte without a unit is refused.

use super::wide::{self, column_unit};
use super::{Finding, Profile};
use crate::lab::unit::Concentration;
use crate::lab::value::Measured;
use crate::limits::quoted;
use crate::reading::{Assay, Reason, Refusal};
use crate::table::{Row, Table};

/// Value and unit that belong together; the sample's own before the calibration solution's.
const VALUES: &[(&str, &str)] = &[
    ("Reported Conc (Samp)", "Units (Samp)"),
    ("Reported Conc (Calib)", "Units (Calib)"),
    // Exports with the unit of the sample beside the value of the calibration are common.
    ("Reported Conc (Calib)", "Units (Samp)"),
];

struct Columns {
    count: usize,
    sample: usize,
    analyte: usize,
    value: usize,
    unit: Option<usize>,
    date: Option<usize>,
    time: Option<usize>,
}

/// The long export.
pub(super) fn long(profile: &Profile, table: &Table) -> Result<Vec<(usize, Finding)>, Refusal> {
    let columns = columns(wide::row(table, 0)?)?;
    let mut found = Vec::new();
    let mut analyte_rows = 0usize;
    for (index, row) in table.rows.iter().enumerate().skip(1) {
        if row.is_blank() {
            continue;
        }
        if row.cells.len() < columns.count {
            let detail = format!(
                "row {} has {} cells, the header {}: the file is cut or damaged",
                row.number,
                row.cells.len(),
                columns.count
            );
            return Err(Refusal::new(Reason::Truncated, detail));
        }
        let analyte = row.cell(columns.analyte);
        let finding = match line(profile, analyte) {
            Some(wavelength) => {
                analyte_rows += 1;
                columns.judge(profile, row, wavelength)
            }
            None => Finding::Skipped(format!("{:?} is not read here", quoted(analyte))),
        };
        found.push((index, finding));
    }
    if analyte_rows == 0 {
        let symbol = profile.analyte.symbol();
        let detail = format!("no row of {symbol} (`{symbol}` and a wavelength)");
        return Err(Refusal::new(Reason::AnalyteMissing, detail));
    }
    Ok(found)
}

fn columns(headers: &Row) -> Result<Columns, Refusal> {
    let mut pair = None;
    for (value, unit) in VALUES {
        let both = (wide::optional(headers, value)?, wide::optional(headers, unit)?);
        if let (Some(value), Some(unit)) = both {
            pair = Some((value, Some(unit)));
            break;
        }
    }
    let (value, unit) = match pair {
        Some(pair) => pair,
        None => (wide::column(headers, "Reported Conc (Calib)")?, None),
    };
    Ok(Columns {
        count: headers.cells.len(),
        sample: wide::column(headers, "Sample ID")?,
        analyte: wide::column(headers, "Analyte Name")?,
        value,
        unit,
        date: wide::optional(headers, "Date")?,
        time: wide::optional(headers, "Time")?,
    })
}

/// The wavelength of a line such as `Tl 190.801`.
fn line<'a>(profile: &Profile, analyte: &'a str) -> Option<&'a str> {
    let wavelength = analyte.strip_prefix(profile.analyte.symbol())?.strip_prefix(' ')?.trim();
    let plain = !wavelength.is_empty()
        && wavelength.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then_some(wavelength)
}

impl Columns {
    fn judge(&self, profile: &Profile, row: &Row, wavelength: &str) -> Finding {
        match profile.no_sample(row.cell(self.sample)) {
            Some(why) => Finding::Skipped(why),
            None => match self.assay(profile, row, wavelength) {
                Ok(assay) => Finding::Assay(assay),
                Err(refusal) => Finding::Refused(refusal),
            },
        }
    }

    fn assay(&self, profile: &Profile, row: &Row, wavelength: &str) -> Result<Assay, Refusal> {
        let sample = row.cell(self.sample);
        if sample.is_empty() {
            return Err(Refusal::new(Reason::BadField, "the sample has no name"));
        }
        let written = self.unit.map(|it| row.cell(it)).filter(|text| !text.is_empty());
        let unit: Concentration =
            column_unit(profile, "Reported Conc", written.map(str::to_owned))?;
        let target = profile.unit.clone().unwrap_or_else(|| unit.reported());
        let read = Measured::parse(row.cell(self.value), profile.decimal)?;
        let value = read.convert(&unit, &target)?;
        let parts = [self.date, self.time].into_iter().flatten().map(|it| row.cell(it));
        let acquired_at = parts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        Ok(Assay {
            sample: sample.to_owned(),
            analyte: profile.analyte.symbol(),
            isotope: None,
            value: value.text(),
            unit: target.symbol.to_owned(),
            cross_check: None,
            line: Some(wavelength.to_owned()),
            acquired_at: (!acquired_at.is_empty()).then_some(acquired_at),
            as_written: (value != read).then(|| format!("{} {}", read.text(), unit.symbol)),
            marks: None,
            row: row.number,
        })
    }
}
