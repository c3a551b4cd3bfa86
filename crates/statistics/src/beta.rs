//! The regularised incomplete beta function, and the binomial term it is built on.
//!
//! Invariant: x and its complement come in as two figures, so that neither end loses digits.

use std::f64::consts::PI;

use crate::gamma::{away_from_zero, deviance, ln_gamma, stirling_error};

const MOST_TERMS: usize = 200_000;

/// ln B(a, b) for a, b > 0.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// I_x(a, b) with y = 1 − x given apart; a, b > 0.
#[must_use]
pub fn regularised(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let valid = a > 0.0 && b > 0.0 && x >= 0.0 && y >= 0.0;
    if !valid || a.is_infinite() || b.is_infinite() {
        return f64::NAN;
    }
    if x == 0.0 {
        return 0.0;
    }
    if y == 0.0 {
        return 1.0;
    }
    if x <= (a + 1.0) / (a + b + 2.0) { one_side(a, b, x, y) } else { 1.0 - one_side(b, a, y, x) }
}

/// xᵃ yᵇ Γ(n+1) / (Γ(a+1) Γ(b+1)) with n = a + b: the binomial probability of a of n.
pub(crate) fn binomial_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    if a == 0.0 {
        return (n * ln_complement(x, y)).exp();
    }
    if b == 0.0 {
        return (n * ln_complement(y, x)).exp();
    }
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    exponent.exp() * (n / (2.0 * PI * a * b)).sqrt()
}

/// ln y where y = 1 − x, through whichever of the two is the smaller.
fn ln_complement(x: f64, y: f64) -> f64 {
    if x < 0.5 { (-x).ln_1p() } else { y.ln() }
}

fn one_side(a: f64, b: f64, x: f64, y: f64) -> f64 {
    // Abramowitz & Stegun 26.5.8 by Lentz.
    let mut numerator = 1.0;
    let mut denominator = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = denominator;
    for m in 1..MOST_TERMS {
        let i = m as f64;
        let even = i * (b - i) * x / ((a + 2.0 * i - 1.0) * (a + 2.0 * i));
        denominator = 1.0 / away_from_zero(1.0 + even * denominator);
        numerator = away_from_zero(1.0 + even / numerator);
        value *= numerator * denominator;
        let odd = -(a + i) * (a + b + i) * x / ((a + 2.0 * i) * (a + 2.0 * i + 1.0));
        denominator = 1.0 / away_from_zero(1.0 + odd * denominator);
        numerator = away_from_zero(1.0 + odd / numerator);
        let factor = numerator * denominator;
        value *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    (binomial_term(a, b, x, y) * b / (a + b) * value).min(1.0)
}
