//! Agilent MassHunter: the batch table with two header rows, and the flat table whose second row
//! repeats "Conc.". Columns that are no concentrations (RSD, CPS) are left alone; a column
//! of the analyte without a concentration is an error.

use super::wide::{self, Kind, Layout};
use super::{Finding, Profile};
use crate::lab::element;
use crate::lab::unit::Concentration;
use crate::limits::quoted;
use crate::reading::{Reason, Refusal};
use crate::table::{Row, Table};

/// Sample types of MassHunter other than `Sample`.
const OTHER_TYPES: &[&str] = &[
    "AllRef",
    "Bkg",
    "Blk",
    "CAL",
    "CCV",
    "CICSpike",
    "Cal",
    "CalBlk",
    "CalStd",
    "DilStd",
    "Dup",
    "FQ",
    "ISF",
    "IsoStd",
    "LCS",
    "MS",
    "QC",
    "Ref",
    "SemiQuant",
    "Spike",
    "StdAdd",
    "Tune",
    "VIS",
    "VisBlk",
];

/// The batch table: elements over `Conc. [ ppb ]` and other columns.
pub(super) fn two_rows(profile: &Profile, table: &Table) -> Result<Vec<(usize, Finding)>, Refusal> {
    let (elements, names) = (wide::row(table, 0)?, wide::row(table, 1)?);
    let sample = wide::column(names, "Sample Name")?;
    let kind = wide::column(names, "Type")?;
    let spanned = spread(elements, names.cells.len());
    let layout = Layout {
        columns: names.cells.len(),
        first_row: 2,
        sample,
        acquired_at: wide::optional(names, "Acq. Date-Time")?,
        kind: Some(Kind { column: kind, sample: "Sample", others: OTHER_TYPES }),
        rejected: wide::optional(names, "Rjct")?,
        quality: None,
        isotopes: concentrations(profile, &spanned, names)?,
    };
    wide::judge(profile, table, &layout)
}

/// The flat table: every column in one header row, `Conc.` under each.
pub(super) fn flat(profile: &Profile, table: &Table) -> Result<Vec<(usize, Finding)>, Refusal> {
    let (headers, names) = (wide::row(table, 0)?, wide::row(table, 1)?);
    let sample = wide::column(headers, "Sample Name")?;
    let kind = wide::optional(headers, "Type")?;
    let own: Vec<&str> = headers.cells.iter().map(String::as_str).collect();
    let layout = Layout {
        columns: headers.cells.len(),
        first_row: 2,
        sample,
        acquired_at: wide::optional(headers, "Acq. Date-Time")?,
        kind: kind.map(|column| Kind { column, sample: "Sample", others: OTHER_TYPES }),
        rejected: wide::optional(headers, "Rjct")?,
        quality: None,
        isotopes: concentrations(profile, &own, names)?,
    };
    wide::judge(profile, table, &layout)
}

/// Repeats each element over the columns it spans.
fn spread(elements: &Row, columns: usize) -> Vec<&str> {
    let mut current = "";
    (0..columns)
        .map(|index| {
            let text = elements.cell(index);
            if !text.is_empty() {
                current = text;
            }
            current
        })
        .collect()
}

/// The analyte's columns whose second header is a concentration.
fn concentrations(
    profile: &Profile,
    elements: &[&str],
    names: &Row,
) -> Result<Vec<wide::Isotope>, Refusal> {
    let is_concentration = |index: usize| concentration(names.cell(index)).is_some();
    let columns = || elements.iter().copied().enumerate();
    let symbol = profile.analyte.symbol();
    let wanted = |text: &str| element::mass_header(text).is_some_and(|it| it.symbol == symbol);
    let found: Vec<(usize, &str)> =
        columns().filter(|(index, text)| is_concentration(*index) || !wanted(text)).collect();
    if columns().any(|(_, text)| wanted(text)) && !found.iter().any(|(_, text)| wanted(text)) {
        let detail =
            format!("the columns of {symbol} hold no \"Conc.\"; export concentrations, not counts");
        return Err(Refusal::new(Reason::NotConcentration, detail));
    }
    wide::isotopes(profile, found.into_iter(), |index| unit(names.cell(index)))
}

/// What stands behind `Conc.`; `None` for other columns (`Conc. RSD`, `CPS`).
fn concentration(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("Conc.")?.trim();
    (rest.is_empty() || rest.starts_with('[')).then_some(rest)
}

/// The unit in brackets behind `Conc.`.
fn unit(name: &str) -> Result<Option<String>, Refusal> {
    let rest = concentration(name).unwrap_or_default();
    if rest.is_empty() {
        return Ok(None);
    }
    let inside = rest.strip_prefix('[').and_then(|it| it.strip_suffix(']')).map(str::trim);
    match inside {
        Some("") => Ok(None),
        Some(text) if Concentration::parse(text).is_ok() => Ok(Some(text.to_owned())),
        _ => {
            let detail = format!("the unit in {:?} is not known", quoted(name));
            Err(Refusal::new(Reason::UnitMissing, detail))
        }
    }
}
