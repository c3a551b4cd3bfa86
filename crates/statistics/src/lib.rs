//! Distributions, quantiles and exact counting formulas shared by the statistical crates.
//!
//! Pure `f64` arithmetic: no I/O, no clock, no randomness. It knows nothing of balances.
