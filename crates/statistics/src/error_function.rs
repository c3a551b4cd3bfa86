//! The error function and its complement.
//!
//! Invariant: both keep full relative precision where they are small: `erf` near 0, `erfc` far to
//! the right. Abramowitz & Stegun 7.1.6 (series of positive terms) and 7.1.14 (continued fraction).

use std::f64::consts::{PI, SQRT_2};

/// Where the series hands over to the continued fraction.
const HAND_OVER: f64 = 1.5;
const MOST_TERMS: usize = 2_000;

/// erf(x) = 2/√π ∫₀ˣ e^(−t²) dt.
#[must_use]
pub fn erf(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    let size = x.abs();
    let value = if size < HAND_OVER { series(size) } else { 1.0 - fraction(size) };
    value.copysign(x)
}

/// erfc(x) = 1 − erf(x), with its own digits for large x.
#[must_use]
pub fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x >= HAND_OVER {
        fraction(x)
    } else if x > -HAND_OVER {
        1.0 - series(x.abs()).copysign(x)
    } else {
        2.0 - fraction(-x)
    }
}

/// e^(−x²) without the rounding of x², which a large x would blow up.
fn exp_minus_square(x: f64) -> f64 {
    exp_minus_scaled_square(x, 1.0)
}

/// e^(−x²/2) likewise.
pub(crate) fn exp_minus_half_square(x: f64) -> f64 {
    exp_minus_scaled_square(x, 0.5)
}

fn exp_minus_scaled_square(x: f64, scale: f64) -> f64 {
    let square = x * x;
    if square * scale < 1.0 {
        return (-square * scale).exp();
    }
    if square * scale > 800.0 {
        return 0.0;
    }
    let rest = x.mul_add(x, -square);
    (-square * scale).exp() * (1.0 - rest * scale)
}

fn series(x: f64) -> f64 {
    let square = x * x;
    let mut term = x;
    let mut sum = x;
    for n in 1..MOST_TERMS {
        term *= 2.0 * square / (2 * n + 1) as f64;
        sum += term;
        if term <= sum * f64::EPSILON * 0.1 {
            break;
        }
    }
    2.0 / PI.sqrt() * exp_minus_square(x) * sum
}

fn fraction(x: f64) -> f64 {
    exp_minus_square(x) * scaled(x)
}

/// e^(x²)·erfc(x) for x ≥ 1.5.
fn scaled(x: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    // erfc(x)·√π·e^(x²) = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), by Lentz.
    let (mut value, mut numerator, mut denominator) = (x, x, 0.0);
    for n in 1..MOST_TERMS {
        let a = n as f64 / 2.0;
        denominator = 1.0 / (x + a * denominator);
        numerator = x + a / numerator;
        let factor = numerator * denominator;
        value *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    1.0 / (PI.sqrt() * value)
}

/// erfc(x/√2), with the exponential taken from x itself: the rounding of x/√2 would cost digits.
pub(crate) fn erfc_over_root_two(x: f64) -> f64 {
    let y = x / SQRT_2;
    if y >= HAND_OVER {
        exp_minus_half_square(x) * scaled(y)
    } else if y <= -HAND_OVER {
        2.0 - exp_minus_half_square(x) * scaled(-y)
    } else {
        erfc(y)
    }
}
