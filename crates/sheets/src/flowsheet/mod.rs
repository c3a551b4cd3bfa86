//! Flow sheets: nodes, materials, streams, places and meters of a site, from a file.
//!
//! Invariant: everything that a record names is in the file or known already, by its id or by a
//! name that only one has. What the file has no column for (own uncertainties, codes of plates,
//! default contents) stays as it was. Nothing is written here: a preview says what would change.

mod preview;
mod read;
mod sections;
mod templates;

#[cfg(test)]
mod tests;

use tl_domain::event::Master;

pub use preview::{Change, Changed, Preview, preview};
pub use read::read;
pub(crate) use sections::SECTIONS;
pub(crate) use templates::{TEMPLATES, template};

use crate::problem::Problem;

/// The records of a file, in an order in which each names only earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowsheetFile {
    /// Records.
    pub records: Vec<Master>,
    /// What somebody should look at.
    pub notices: Vec<Problem>,
}
