//! An outside laboratory's report as rows, by the laboratory's saved mapping.
//!
//! Invariant: a row gives determinations, or all that is wrong with it, or it is the laboratory's
//! own and says so; no row vanishes. Blank, 0, `<x`, ND and "not measured" stay different things,
//! and a unit, basis or limit that nobody states is a problem. Which sample a name means, and
//! what becomes of a row, is not known here.

mod columns;
mod marked;
mod read;

#[cfg(test)]
mod tests;

use serde::Serialize;
use tl_domain::event::Determination;

use crate::problem::{Problem, Words};

pub use marked::{MarkError, marked};
pub use read::read;

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Name of the sheet that was read; empty for a CSV.
    pub sheet: String,
    /// Row of its headings.
    pub header_row: usize,
    /// Rows below them that hold anything, in order.
    pub lines: Vec<Line>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Its number, as the spreadsheet shows it.
    pub row: usize,
    /// The sample's code, seal or name, as written.
    pub name: String,
    /// Number of the report, when the row carries it.
    pub report: Option<String>,
    /// What it gives.
    pub found: Vec<Determination>,
    /// What could not be read; nothing is taken from such a row.
    pub problems: Vec<Problem>,
    /// What somebody should look at.
    pub notices: Vec<Problem>,
    /// Why nothing is expected of it.
    pub skipped: Option<Words>,
    /// Its cells as written, separated by tabs.
    pub raw: String,
}
