//! PerkinElmer NexION: one header row, analytes as `Tl 205`, the instrument's own QC status.
//! The file names no unit; it must be declared.

use super::wide::{self, Layout};
use super::{Finding, Profile};
use crate::reading::Refusal;
use crate::table::Table;

/// The wide export.
pub(super) fn wide(profile: &Profile, table: &Table) -> Result<Vec<(usize, Finding)>, Refusal> {
    let headers = wide::row(table, 0)?;
    let texts = headers.cells.iter().map(String::as_str).enumerate();
    let layout = Layout {
        columns: headers.cells.len(),
        first_row: 1,
        sample: wide::column(headers, "Sample Id")?,
        acquired_at: wide::optional(headers, "Acquisition Time")?,
        kind: None,
        rejected: None,
        quality: Some(wide::column(headers, "QC Status")?),
        isotopes: wide::isotopes(profile, texts, |_| Ok(None))?,
    };
    wide::judge(profile, table, &layout)
}
