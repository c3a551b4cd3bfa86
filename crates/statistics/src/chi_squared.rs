//! The χ² distribution with real degrees of freedom.
//!
//! Invariant: `cdf` and `sf` are computed apart, quantiles are their inverses. Degrees of freedom
//! that are not positive give NaN.

use crate::gamma::{lower_regularised, poisson_term, upper_regularised};
use crate::quantile::{self, Positive};

struct ChiSquared(f64);

impl Positive for ChiSquared {
    fn lower(&self, x: f64) -> f64 {
        lower_regularised(self.0 / 2.0, x / 2.0)
    }

    fn upper(&self, x: f64) -> f64 {
        upper_regularised(self.0 / 2.0, x / 2.0)
    }

    fn density(&self, x: f64) -> f64 {
        // (x/2)^(a−1) e^(−x/2) / (2 Γ(a)) = a · term(a, x/2) / x with a = dof/2.
        self.0 / 2.0 * poisson_term(self.0 / 2.0, x / 2.0) / x
    }
}

/// P(X ≤ x) with `dof` degrees of freedom.
#[must_use]
pub fn cdf(x: f64, dof: f64) -> f64 {
    ChiSquared(dof).lower(x.max(0.0))
}

/// P(X > x) with `dof` degrees of freedom.
#[must_use]
pub fn sf(x: f64, dof: f64) -> f64 {
    ChiSquared(dof).upper(x.max(0.0))
}

/// The x with P(X ≤ x) = p.
#[must_use]
pub fn quantile(p: f64, dof: f64) -> f64 {
    both(p, 1.0 - p, dof)
}

/// The x with P(X > x) = q.
#[must_use]
pub fn upper_quantile(q: f64, dof: f64) -> f64 {
    both(1.0 - q, q, dof)
}

fn both(p: f64, q: f64, dof: f64) -> f64 {
    if dof.is_nan() || dof <= 0.0 || dof.is_infinite() {
        return f64::NAN;
    }
    quantile::of(&ChiSquared(dof), p, q, dof)
}
