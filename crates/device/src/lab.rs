//! What laboratory files and laboratory messages share: elements, units, values, sample names.
//!
//! A value is a number, a limit or a word for "not detected", and these are never turned into
//! each other. Units move only the decimal point.

pub mod element;
pub mod unit;
pub mod value;

#[cfg(test)]
mod tests;
