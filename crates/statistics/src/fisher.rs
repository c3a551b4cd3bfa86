//! Fisher's F distribution.
//!
//! Invariant: both tails are incomplete beta functions of complementary shares, never 1 − p.

use crate::beta::{binomial_term, regularised};
use crate::quantile::{self, Positive};

struct Fisher {
    above: f64,
    below: f64,
}

impl Fisher {
    fn shares(&self, x: f64) -> (f64, f64) {
        let scaled = self.above * x;
        if scaled.is_infinite() {
            return (1.0, 0.0);
        }
        (scaled / (scaled + self.below), self.below / (scaled + self.below))
    }
}

impl Positive for Fisher {
    fn lower(&self, x: f64) -> f64 {
        let (share, rest) = self.shares(x);
        regularised(self.above / 2.0, self.below / 2.0, share, rest)
    }

    fn upper(&self, x: f64) -> f64 {
        let (share, rest) = self.shares(x);
        regularised(self.below / 2.0, self.above / 2.0, rest, share)
    }

    fn density(&self, x: f64) -> f64 {
        let (a, b) = (self.above / 2.0, self.below / 2.0);
        let (share, rest) = self.shares(x);
        binomial_term(a, b, share, rest) * a * b / (a + b) / x
    }
}

/// P(F ≤ x) with `above` degrees of freedom in the numerator and `below` in the denominator.
#[must_use]
pub fn cdf(x: f64, above: f64, below: f64) -> f64 {
    Fisher { above, below }.lower(x.max(0.0))
}

/// P(F > x).
#[must_use]
pub fn sf(x: f64, above: f64, below: f64) -> f64 {
    Fisher { above, below }.upper(x.max(0.0))
}

/// The x with P(F ≤ x) = p.
#[must_use]
pub fn quantile(p: f64, above: f64, below: f64) -> f64 {
    both(p, 1.0 - p, above, below)
}

/// The x with P(F > x) = q.
#[must_use]
pub fn upper_quantile(q: f64, above: f64, below: f64) -> f64 {
    both(1.0 - q, q, above, below)
}

fn both(p: f64, q: f64, above: f64, below: f64) -> f64 {
    let valid = above > 0.0 && below > 0.0 && above.is_finite() && below.is_finite();
    if !valid {
        return f64::NAN;
    }
    quantile::of(&Fisher { above, below }, p, q, 1.0)
}
