//! GEMUF: the generalised quadratic form of the sequence.
//!
//! Invariant: mᵀV⁻¹m over periods 1..t equals Σ z², χ² with t degrees of freedom without loss. It
//! looks for any pattern and so finds each of them late; it explains, it does not set a mark.

use tl_statistics::chi_squared;

/// Σ z² from period `from` (from 0) on, 0 before it.
#[must_use]
pub fn of(sitmuf: &[f64], from: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let step = |(t, z): (usize, &f64)| {
        if t >= from {
            sum += z * z;
        }
        sum
    };
    sitmuf.iter().enumerate().map(step).collect()
}

/// P(χ² ≥ GEMUF) of each period, with as many degrees of freedom as periods since `from`.
#[must_use]
pub fn p_values(gemuf: &[f64], from: usize) -> Vec<f64> {
    let p = |(t, &value): (usize, &f64)| {
        if t < from { 1.0 } else { chi_squared::sf(value, (t + 1 - from) as f64) }
    };
    gemuf.iter().enumerate().map(p).collect()
}

/// The loss estimate of GEMUF-V5B3: (m₋₂ + m₋₁ + 3m + m₊₁ + m₊₂)/7; None for the first and last
/// two periods, where it is undefined.
#[must_use]
pub fn smoothed_loss(muf: &[f64]) -> Vec<Option<f64>> {
    let estimate = |t: usize| {
        let window = muf.get(t.checked_sub(2)?..t + 3)?;
        Some((window.iter().sum::<f64>() + 2.0 * muf[t]) / 7.0)
    };
    (0..muf.len()).map(estimate).collect()
}
