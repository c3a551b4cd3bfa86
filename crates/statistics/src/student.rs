//! Student's t distribution with real degrees of freedom.
//!
//! Invariant: symmetric bit for bit; tails and the centre are each computed as themselves.

use crate::beta::{binomial_term, regularised};
use crate::quantile::{self, Positive};

/// |T|, on the positive half-line.
struct Absolute(f64);

impl Absolute {
    /// t²/(ν+t²) and its complement.
    fn shares(&self, t: f64) -> (f64, f64) {
        let square = t * t;
        if square.is_infinite() {
            return (1.0, 0.0);
        }
        (square / (self.0 + square), self.0 / (self.0 + square))
    }
}

impl Positive for Absolute {
    fn lower(&self, t: f64) -> f64 {
        let (x, y) = self.shares(t);
        regularised(0.5, self.0 / 2.0, x, y)
    }

    fn upper(&self, t: f64) -> f64 {
        let (x, y) = self.shares(t);
        regularised(self.0 / 2.0, 0.5, y, x)
    }

    fn density(&self, t: f64) -> f64 {
        let (a, b) = (0.5, self.0 / 2.0);
        let (x, y) = self.shares(t);
        // d/dt I_x(½, ν/2) = [xᵃ yᵇ/B(a,b)] · 2/t, because dx/dt = 2xy/t.
        binomial_term(a, b, x, y) * a * b / (a + b) * 2.0 / t
    }
}

/// P(T ≤ t) with `dof` degrees of freedom.
#[must_use]
pub fn cdf(t: f64, dof: f64) -> f64 {
    sf(-t, dof)
}

/// P(T > t) with `dof` degrees of freedom.
#[must_use]
pub fn sf(t: f64, dof: f64) -> f64 {
    if t.is_nan() {
        return f64::NAN;
    }
    let law = Absolute(dof);
    if t >= 0.0 { 0.5 * law.upper(t) } else { 0.5 + 0.5 * law.lower(-t) }
}

/// The t with P(T ≤ t) = p.
#[must_use]
pub fn quantile(p: f64, dof: f64) -> f64 {
    -upper_quantile(p, dof)
}

/// The t with P(T > t) = q.
#[must_use]
pub fn upper_quantile(q: f64, dof: f64) -> f64 {
    if dof.is_nan() || dof <= 0.0 || dof.is_infinite() || !(0.0..=1.0).contains(&q) {
        return f64::NAN;
    }
    if q > 0.5 {
        return -upper_quantile(1.0 - q, dof);
    }
    quantile::of(&Absolute(dof), 1.0 - 2.0 * q, 2.0 * q, 1.0)
}
