//! The laboratory's rules: cells as typed, formulas, moisture, worksheets, quality checks, the
//! assay plan and what is due by it, how outside laboratories' files are read.
//!
//! One verb per file. Pure as all of this crate: limits and templates come from the method's
//! record, the moment comes in as an argument. Pages of the server and of the agent call the same
//! functions, so that what a technician sees is what the server would say.

pub mod calendar;
pub mod cell;
pub mod due;
pub mod formula;
pub mod mapping;
pub mod outlier;
pub mod plan;
pub mod quality;
pub mod worksheet;

#[cfg(test)]
mod tests;
