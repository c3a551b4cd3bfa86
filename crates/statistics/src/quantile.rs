//! Quantiles of distributions on the positive half-line.
//!
//! Invariant: the smaller of the two tails is matched on logarithmic axes, where every tail here is
//! nearly a straight line or falls off concavely, so Newton's steps land; a bracket guards them.

const MOST_STEPS: usize = 400;

/// A distribution on x > 0, given by its two tails and its density.
pub trait Positive {
    /// P(X ≤ x).
    fn lower(&self, x: f64) -> f64;
    /// P(X > x).
    fn upper(&self, x: f64) -> f64;
    /// Density at x.
    fn density(&self, x: f64) -> f64;
}

/// The x with lower(x) = p and upper(x) = q, where p + q = 1; NaN when they are no probabilities.
///
/// `start` is any positive guess.
pub fn of<D: Positive>(distribution: &D, p: f64, q: f64, start: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !(0.0..=1.0).contains(&q) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    let by_lower = p <= q;
    let goal = if by_lower { p.ln() } else { q.ln() };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut at = start.max(f64::MIN_POSITIVE).ln();
    for _ in 0..MOST_STEPS {
        let x = at.exp();
        let tail = if by_lower { distribution.lower(x) } else { distribution.upper(x) };
        let gap = tail.ln() - goal;
        if gap == 0.0 {
            return x;
        }
        // Below the quantile the lower tail is too small, the upper one too large.
        if (gap < 0.0) == by_lower {
            low = at;
        } else {
            high = at;
        }
        let slope = x * distribution.density(x) / tail;
        let step = if by_lower { -gap / slope } else { gap / slope };
        let next = guarded(at + step, at, low, high);
        if (next - at).abs() <= 1e-16 * at.abs().max(1.0) || high - low <= 4e-16 * at.abs() {
            return next.exp();
        }
        at = next;
    }
    at.exp()
}

/// Newton's proposal, or the middle of the bracket, or a stride when one end is open.
fn guarded(proposed: f64, at: f64, low: f64, high: f64) -> f64 {
    let stride = 2.0 + 0.5 * at.abs();
    let inside = proposed.is_finite() && proposed > low && proposed < high;
    if inside && (proposed - at).abs() <= stride {
        return proposed;
    }
    match (low.is_finite(), high.is_finite()) {
        (true, true) => 0.5 * (low + high),
        (true, false) => at + stride,
        (false, _) => at - stride,
    }
}
