//! What could have been detected.
//!
//! Invariant: probabilities are of one-sided tests at false-alarm rate α; they say what a test
//! could have seen, not what happened. Without variance there is no power, but a named fault.

use tl_statistics::{normal, sum};

use crate::covariance::Covariance;
use crate::fault::Fault;

/// Detection power against a pattern of losses.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// By the test of total MUF.
    pub cumuf: f64,
    /// By the best test that knows the pattern (Neyman-Pearson).
    pub best: f64,
    /// Expectation of the standardised sequence under this loss.
    pub expected_sitmuf: Vec<f64>,
    /// The pattern of the same total that is hardest to see.
    pub worst_pattern: Vec<f64>,
    /// Power of the best test against that pattern.
    pub worst_case: f64,
    /// Total loss detected with probability 1 − β over all periods, mass units.
    pub detectable_total: f64,
    /// Likewise in the first period alone.
    pub detectable_first: f64,
}

/// Amount detected with probability 1 − β at false-alarm rate α: (z₁₋α + z₁₋β)·σ.
#[must_use]
pub fn detectable(sigma: f64, alpha: f64, beta: f64) -> f64 {
    (normal::upper_quantile(alpha) + normal::upper_quantile(beta)) * sigma
}

/// Power against `loss` (mass units per period).
pub fn of(loss: &[f64], covariance: &Covariance, alpha: f64, beta: f64) -> Result<Power, Fault> {
    if loss.is_empty() || loss.len() != covariance.size() {
        let (found, wanted) = (covariance.size(), loss.len().max(1));
        return Err(Fault::Length { place: "covariance".into(), found, wanted });
    }
    for (name, rate) in [("alpha", alpha), ("beta", beta)] {
        if !(rate > 0.0 && rate < 1.0) {
            let wanted = "a probability between 0 and 1, both excluded";
            return Err(Fault::OutOfRange { place: name.into(), found: rate, wanted });
        }
    }
    let factor = covariance.factor()?;
    let total = sum::of(loss.iter().copied());
    let row_sums = covariance.row_sums();
    let variance: f64 = row_sums.iter().sum();
    let expected_sitmuf = factor.standardise(loss);
    let worst_pattern: Vec<f64> = row_sums.iter().map(|row| total * row / variance).collect();
    let limit = normal::upper_quantile(alpha);
    let seen_at = |distance: f64| normal::sf(limit - distance);
    let length = |z: &[f64]| z.iter().map(|z| z * z).sum::<f64>().sqrt();
    Ok(Power {
        cumuf: seen_at(total / variance.sqrt()),
        best: seen_at(length(&expected_sitmuf)),
        worst_case: seen_at(length(&factor.standardise(&worst_pattern))),
        expected_sitmuf,
        worst_pattern,
        detectable_total: detectable(variance.sqrt(), alpha, beta),
        detectable_first: detectable(covariance.at(0, 0).sqrt(), alpha, beta),
    })
}
