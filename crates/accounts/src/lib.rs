//! From the books to the calculations: balance periods of an area, what each held and how sure it
//! is, the tests over all of them, the marks of an enterprise, and what a closed period said.
//!
//! Invariant: everything here is a function of the books, the city's policy and a moment; nothing
//! is kept, nothing is fetched, nothing overwrites a measurement. It knows no SQL, HTTP or clock.

pub mod area;
pub mod calendar;
pub mod close;
pub mod evaluate;
pub mod handover;
pub mod marks;
pub mod own_errors;
pub mod period;
pub mod periods;
pub mod policy;
pub mod reconciliation;
pub mod region;
pub mod resolution;
pub mod ruling;
pub mod workdays;

#[cfg(test)]
mod tests;
