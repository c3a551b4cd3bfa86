//! Shares of one false-alarm rate over several tests.
//!
//! Invariant: with every test at its share, the chance that any of them fires without cause is at
//! most (Bonferroni, whatever the dependence) or exactly (Šidák, independent tests) the rate asked.

/// α/m, valid whatever the dependence between the tests; NaN for no test or a rate outside 0..1.
#[must_use]
pub fn bonferroni(alpha: f64, tests: usize) -> f64 {
    if tests == 0 || !(0.0..=1.0).contains(&alpha) {
        return f64::NAN;
    }
    alpha / tests as f64
}

/// 1 − (1 − α)^(1/m), exact for independent tests.
#[must_use]
pub fn sidak(alpha: f64, tests: usize) -> f64 {
    if tests == 0 || !(0.0..=1.0).contains(&alpha) {
        return f64::NAN;
    }
    -((-alpha).ln_1p() / tests as f64).exp_m1()
}

/// The rate of all tests together when each has `alpha` and they are independent.
#[must_use]
pub fn family_rate(alpha: f64, tests: usize) -> f64 {
    if !(0.0..=1.0).contains(&alpha) {
        return f64::NAN;
    }
    -((-alpha).ln_1p() * tests as f64).exp_m1()
}
