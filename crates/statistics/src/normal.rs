//! The standard normal distribution.
//!
//! Invariant: `cdf(x) = sf(-x)` bit for bit, and both keep about 15 digits as far as `f64` reaches
//! (|x| < 37). Quantiles are the inverse of these very functions.

use std::f64::consts::{PI, SQRT_2};

use crate::error_function::{erf, erfc_over_root_two, exp_minus_half_square};

const MOST_STEPS: usize = 8;

/// Density at x.
#[must_use]
pub fn density(x: f64) -> f64 {
    exp_minus_half_square(x) / (2.0 * PI).sqrt()
}

/// P(Z ≤ x).
#[must_use]
pub fn cdf(x: f64) -> f64 {
    0.5 * erfc_over_root_two(-x)
}

/// P(Z > x).
#[must_use]
pub fn sf(x: f64) -> f64 {
    0.5 * erfc_over_root_two(x)
}

/// P(|Z| > |x|).
#[must_use]
pub fn two_sided(x: f64) -> f64 {
    erfc_over_root_two(x.abs())
}

/// The x with P(Z ≤ x) = p; −∞ at 0, ∞ at 1, NaN outside.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    -upper_quantile(p)
}

/// The x with P(Z > x) = q; the way to ask for a far quantile without losing digits in 1 − q.
#[must_use]
pub fn upper_quantile(q: f64) -> f64 {
    if !(0.0..=1.0).contains(&q) {
        return f64::NAN;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    if q > 0.5 {
        // 1 − q is exact here (Sterbenz), so the mirror costs nothing.
        return -upper_half(1.0 - q);
    }
    upper_half(q)
}

/// For 0 ≤ q ≤ 1/2: a rough start, then Halley's steps on the exact tail.
fn upper_half(q: f64) -> f64 {
    if q == 0.0 {
        return f64::INFINITY;
    }
    if q == 0.5 {
        return 0.0;
    }
    // Abramowitz & Stegun 26.2.23, absolute error below 4.5e-4.
    let t = (-2.0 * q.ln()).sqrt();
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut x = (t - top / bottom).max(0.0);
    for _ in 0..MOST_STEPS {
        let density = density(x);
        if density == 0.0 {
            break;
        }
        // Near the middle the distance from it has the digits, further out the tail.
        let gap = if q > 0.25 { (0.5 - q) - 0.5 * erf(x / SQRT_2) } else { sf(x) - q };
        let newton = gap / density;
        let step = newton / (1.0 - 0.5 * x * newton);
        let next = x + step;
        if (next - x).abs() <= 2.0 * f64::EPSILON * x.abs() {
            return next;
        }
        x = next;
    }
    x
}
