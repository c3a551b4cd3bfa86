//! Thermo Qtegra, an assumed shape: `Label, Type, Time, 205Tl (KED)`, units in a second row where
//! declared. No real export was seen: confirm with one at commissioning.

use super::wide::{self, Kind, Layout};
use super::{Finding, Profile};
use crate::reading::Refusal;
use crate::table::Table;

const OTHER_TYPES: &[&str] =
    &["BLK", "Blank", "CAL", "Cal", "QC", "STD", "Standard", "Internal", "Drift", "Rinse"];

/// The wide export.
pub(super) fn wide(profile: &Profile, table: &Table) -> Result<Vec<(usize, Finding)>, Refusal> {
    let headers = wide::row(table, 0)?;
    let units = if profile.unit_row { Some(wide::row(table, 1)?) } else { None };
    let unit_of = |index| {
        let text = units.map_or("", |row| row.cell(index));
        Ok((!text.is_empty()).then(|| text.to_owned()))
    };
    let texts = headers.cells.iter().map(String::as_str).enumerate();
    let kind = wide::column(headers, "Type")?;
    let layout = Layout {
        columns: headers.cells.len(),
        first_row: if profile.unit_row { 2 } else { 1 },
        sample: wide::column(headers, "Label")?,
        acquired_at: wide::optional(headers, "Time")?,
        kind: Some(Kind { column: kind, sample: "Unknown", others: OTHER_TYPES }),
        rejected: None,
        quality: None,
        isotopes: wide::isotopes(profile, texts, unit_of)?,
    };
    wide::judge(profile, table, &layout)
}
