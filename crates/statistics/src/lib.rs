//! Distributions, quantiles and exact counting formulas shared by the statistical crates.
//!
//! Invariant: every tail is computed as itself and never as one minus the other, so that a
//! probability of 1e-200 keeps its digits. Pure `f64` arithmetic: no I/O, no clock, no randomness;
//! it knows nothing of balances. An argument outside a function's domain gives NaN, as in `f64`;
//! callers parse at their border.

pub mod beta;
pub mod chi_squared;
pub mod correction;
pub mod error_function;
pub mod fisher;
pub mod fraction;
pub mod gamma;
pub mod hypergeometric;
pub mod natural;
pub mod normal;
pub mod quadrature;
pub mod quantile;
pub mod run_length;
pub mod student;
pub mod sum;

#[cfg(test)]
mod tests;
