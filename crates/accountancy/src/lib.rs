//! Accountancy per balance period: material balance report, uncertainty, tests, alarms,
//! verification by the bureau.
//!
//! Invariant: one sign everywhere, MUF = book − physical, positive = apparent loss; masses in one
//! unit of the caller's choice, relative errors as fractions (1σ). Pure: figures come in, figures
//! go out; it knows neither logs nor storage nor clocks. What cannot be computed is a named
//! [`Fault`], never a 0.

pub mod alarm;
pub mod balance;
pub mod case;
pub mod contribution;
pub mod covariance;
pub mod estimate;
pub mod evaluation;
pub mod fault;
pub mod gemuf;
pub mod language;
pub mod limits;
pub mod measurement;
pub mod page;
pub mod period;
pub mod power;
pub mod quality;
pub mod resolution;
pub mod rollup;
pub mod simulation;
pub mod sitmuf;
pub mod source;
pub mod srd;
pub mod stratum;
pub mod table;
pub mod verification;

pub use fault::Fault;
pub use language::Language;

#[cfg(test)]
mod tests;
