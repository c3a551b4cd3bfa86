//! Fill-in sheets of plants that are not on the system yet: bytes in, checked rows out.
//!
//! Invariant: nothing half done. Either every cell of a sheet was understood and the rows come out,
//! or all that was not understood comes out, each with sheet, row, column, what was read, why and
//! what to do. Pure: no files, no clock, no database. It signs and stores nothing; that is the
//! caller's, after a preview.

pub mod balance;
pub mod book;
pub mod flowsheet;
pub mod limits;
pub mod outside;
pub mod problem;
pub mod template;

mod cell;
mod folded;
mod header;

pub use problem::{Language, Problem, Refused, Words};
