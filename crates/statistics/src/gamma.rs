//! The gamma function's logarithm and the regularised incomplete gamma functions.
//!
//! Invariant: large arguments lose no digits to cancelling logarithms, because the Poisson term is
//! built from Stirling's error and the deviance (Loader 2000), both small numbers.

use std::f64::consts::PI;

/// Above this Stirling's series is exact to the last digit.
const SERIES_FROM: f64 = 15.0;
const MOST_TERMS: usize = 200_000;

/// ln Γ(x) for x > 0, NaN otherwise.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    if x == 1.0 || x == 2.0 {
        return 0.0;
    }
    let mut shifted = x;
    let mut product = 1.0;
    while shifted < SERIES_FROM {
        product *= shifted;
        shifted += 1.0;
    }
    let stirling = (shifted - 0.5) * shifted.ln() - shifted + 0.5 * (2.0 * PI).ln();
    stirling + stirling_series(shifted) - product.ln()
}

/// ln C(n, k) for real n ≥ k ≥ 0.
#[must_use]
pub fn ln_choose(n: f64, k: f64) -> f64 {
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// ln Γ(n+1) − [(n+½) ln n − n + ½ ln 2π], what Stirling's formula leaves over; n > 0.
pub(crate) fn stirling_error(n: f64) -> f64 {
    let mut shifted = n;
    let mut above = 0.0;
    while shifted < SERIES_FROM {
        above += (shifted + 0.5) * (1.0 / shifted).ln_1p() - 1.0;
        shifted += 1.0;
    }
    above + stirling_series(shifted)
}

fn stirling_series(n: f64) -> f64 {
    let square = n * n;
    let tail = 1.0 / 1188.0 - (691.0 / 360_360.0 - 1.0 / (156.0 * square)) / square;
    let middle = 1.0 / 1260.0 - (1.0 / 1680.0 - tail / square) / square;
    (1.0 / 12.0 - (1.0 / 360.0 - middle / square) / square) / n
}

/// x ln(x/m) + m − x, the deviance of a count x from a mean m, without cancelling near x = m.
pub(crate) fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() >= 0.1 * (x + mean) {
        return if x == 0.0 { mean } else { x * (x / mean).ln() + mean - x };
    }
    let v = difference / (x + mean);
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    for j in 1..1_000 {
        term *= v * v;
        let next = sum + term / (2 * j + 1) as f64;
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// mᵃ e^(−m) / Γ(a+1) for a ≥ 0, m > 0.
pub(crate) fn poisson_term(a: f64, mean: f64) -> f64 {
    if a == 0.0 {
        return (-mean).exp();
    }
    (-stirling_error(a) - deviance(a, mean)).exp() / (2.0 * PI * a).sqrt()
}

/// P(a, x) = γ(a, x)/Γ(a), the lower regularised incomplete gamma function; a > 0, x ≥ 0.
#[must_use]
pub fn lower_regularised(a: f64, x: f64) -> f64 {
    match domain(a, x) {
        Some(edge) => edge,
        None if x < a + 1.0 => lower_series(a, x),
        None => 1.0 - upper_fraction(a, x),
    }
}

/// Q(a, x) = 1 − P(a, x) with its own digits; a > 0, x ≥ 0.
#[must_use]
pub fn upper_regularised(a: f64, x: f64) -> f64 {
    match domain(a, x) {
        Some(edge) => 1.0 - edge,
        None if x < a + 1.0 => 1.0 - lower_series(a, x),
        None => upper_fraction(a, x),
    }
}

/// P at the edges of the domain, NaN outside it, None inside.
fn domain(a: f64, x: f64) -> Option<f64> {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 || a.is_infinite() {
        Some(f64::NAN)
    } else if x == 0.0 {
        Some(0.0)
    } else if x.is_infinite() {
        Some(1.0)
    } else {
        None
    }
}

fn lower_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..MOST_TERMS {
        term *= x / (a + n as f64);
        sum += term;
        if term <= sum * f64::EPSILON * 0.1 {
            break;
        }
    }
    (poisson_term(a, x) * sum).min(1.0)
}

fn upper_fraction(a: f64, x: f64) -> f64 {
    // Legendre's continued fraction by Lentz; the even part of Abramowitz & Stegun 6.5.31.
    let mut b = x + 1.0 - a;
    let mut numerator = f64::MAX;
    let mut denominator = 1.0 / b;
    let mut value = denominator;
    for n in 1..MOST_TERMS {
        let i = n as f64;
        let step = i * (a - i);
        b += 2.0;
        denominator = 1.0 / away_from_zero(step * denominator + b);
        numerator = away_from_zero(b + step / numerator);
        let factor = numerator * denominator;
        value *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    (a * poisson_term(a, x) * value).min(1.0)
}

/// Keeps Lentz's quotients finite.
pub(crate) fn away_from_zero(value: f64) -> f64 {
    if value.abs() < 1e-300 { 1e-300 } else { value }
}
