//! Page's test on standard normal input: the chance of an alarm within N periods, the threshold
//! for a chance, and the average run length.
//!
//! Invariant: the mass of the sum S lies in an atom at 0 and a density on (0, h], carried from
//! period to period by its integral equation on Gauss nodes; what crosses h is added up as itself,
//! so that small chances keep their digits. One-sided; a two-sided test asks for half the rate.

use crate::normal;
use crate::quadrature::{Node, panels};

/// The normal kernel is resolved to 1e-13 by 16 nodes on a panel of this width.
const PANEL_WIDTH: f64 = 3.0;
const NODES_PER_PANEL: usize = 16;
/// A threshold is never below this: there the test is a plain one on each period by itself, and
/// its rate is already under the one asked for.
pub const SMALLEST_THRESHOLD: f64 = 0.05;
/// No threshold above this is looked for.
pub const LARGEST_THRESHOLD: f64 = 400.0;
const MOST_STEPS: usize = 60;
/// How near the logarithm of the rate comes to the one asked for.
const GAP_TOLERANCE: f64 = 1e-12;

/// One step of the test: how mass moves between the atom, the nodes and the far side of h.
struct Step {
    nodes: Vec<Node>,
    /// Density carried from node j to node i, row by row, weights included.
    kernel: Vec<f64>,
    from_zero: Vec<f64>,
    to_zero: Vec<f64>,
    over: Vec<f64>,
    zero_to_zero: f64,
    zero_over: f64,
}

impl Step {
    /// `drift` is k − shift.
    fn new(h: f64, drift: f64, width: f64) -> Self {
        let nodes = panels(h, width, NODES_PER_PANEL);
        let mut kernel = Vec::with_capacity(nodes.len() * nodes.len());
        for to in &nodes {
            kernel.extend(
                nodes.iter().map(|from| from.weight * normal::density(to.at - from.at + drift)),
            );
        }
        Self {
            kernel,
            from_zero: nodes.iter().map(|n| normal::density(n.at + drift)).collect(),
            to_zero: nodes.iter().map(|n| n.weight * normal::cdf(drift - n.at)).collect(),
            over: nodes.iter().map(|n| n.weight * normal::sf(h - n.at + drift)).collect(),
            zero_to_zero: normal::cdf(drift),
            zero_over: normal::sf(h + drift),
            nodes,
        }
    }

    /// Moves the mass one period on; returns what crossed h.
    fn advance(&self, zero: &mut f64, density: &mut Vec<f64>) -> f64 {
        let crossed = *zero * self.zero_over + dot(&self.over, density);
        let next_zero = *zero * self.zero_to_zero + dot(&self.to_zero, density);
        let rows = self.kernel.chunks_exact(self.nodes.len());
        let next: Vec<f64> =
            rows.zip(&self.from_zero).map(|(row, at)| *zero * at + dot(row, density)).collect();
        *zero = next_zero;
        *density = next;
        crossed
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// P(max S > h within `periods`), S₀ = 0, S = max(0, S + z − k), z normal with mean `shift`.
///
/// `shift` 0 is the false-alarm probability. NaN for a negative or infinite h.
#[must_use]
pub fn exceedance(k: f64, h: f64, periods: usize, shift: f64) -> f64 {
    exceedance_with(k, h, periods, shift, PANEL_WIDTH)
}

pub(crate) fn exceedance_with(k: f64, h: f64, periods: usize, shift: f64, width: f64) -> f64 {
    if !h.is_finite() || h < 0.0 || !(k - shift).is_finite() {
        return f64::NAN;
    }
    let drift = k - shift;
    if h == 0.0 {
        let stay = normal::sf(drift);
        return -((-stay).ln_1p() * periods as f64).exp_m1();
    }
    let step = Step::new(h, drift, width);
    let mut zero = 1.0;
    let mut density = vec![0.0; step.nodes.len()];
    let mut crossed = 0.0;
    for _ in 0..periods {
        crossed += step.advance(&mut zero, &mut density);
    }
    crossed.clamp(0.0, 1.0)
}

/// The h with P(max S > h within `periods`) = `alpha`, for the one-sided test without a shift.
///
/// NaN when `alpha` is not between 0 and 1, there is no period, or h would pass
/// [`LARGEST_THRESHOLD`].
#[must_use]
pub fn threshold(k: f64, periods: usize, alpha: f64) -> f64 {
    if !(alpha > 0.0 && alpha < 1.0) || periods == 0 || !k.is_finite() {
        return f64::NAN;
    }
    let gap = |h: f64| exceedance(k, h, periods, 0.0).ln() - alpha.ln();
    let mut low = SMALLEST_THRESHOLD;
    let mut low_gap = gap(low);
    if low_gap <= 0.0 {
        return low;
    }
    let mut high = 4.0;
    let mut high_gap = gap(high);
    while high_gap > 0.0 {
        (low, low_gap) = (high, high_gap);
        high *= 2.0;
        if high > LARGEST_THRESHOLD {
            return f64::NAN;
        }
        high_gap = gap(high);
    }
    // Illinois' variant of the false position: the logarithm falls almost linearly in h.
    for _ in 0..MOST_STEPS {
        let guess = if high_gap.is_finite() {
            (low * high_gap - high * low_gap) / (high_gap - low_gap)
        } else {
            0.5 * (low + high)
        };
        let at = gap(guess);
        if at.abs() < GAP_TOLERANCE || high - low < 1e-13 * high {
            return guess;
        }
        if at > 0.0 {
            (low, low_gap) = (guess, at);
            high_gap *= 0.5;
        } else {
            (high, high_gap) = (guess, at);
            low_gap *= 0.5;
        }
    }
    0.5 * (low + high)
}

/// Periods until the first alarm on average, from S₀ = 0; ∞ beyond what `f64` can tell from it.
#[must_use]
pub fn average(k: f64, h: f64, shift: f64) -> f64 {
    if !h.is_finite() || h < 0.0 || !(k - shift).is_finite() {
        return f64::NAN;
    }
    let drift = k - shift;
    if h == 0.0 {
        return 1.0 / normal::sf(drift);
    }
    let step = Step::new(h, drift, PANEL_WIDTH);
    // L(x) = 1 + L(0)·P(to 0) + ∫ L(y)·density(x→y) dy, for x = 0 and for every node.
    let size = step.nodes.len() + 1;
    let starts = std::iter::once(0.0).chain(step.nodes.iter().map(|n| n.at));
    let mut matrix = Vec::with_capacity(size);
    for (row, start) in starts.enumerate() {
        let mut line = vec![-normal::cdf(drift - start)];
        line.extend(step.nodes.iter().map(|n| -n.weight * normal::density(n.at - start + drift)));
        line[row] += 1.0;
        line.push(1.0);
        matrix.push(line);
    }
    solve_first(matrix)
        .map_or(f64::INFINITY, |length| if length < 1.0 { f64::INFINITY } else { length })
}

/// Gaussian elimination with partial pivots; the first unknown of the augmented system.
fn solve_first(mut matrix: Vec<Vec<f64>>) -> Option<f64> {
    let size = matrix.len();
    // Unknowns are eliminated from the last to the first, so that the first comes out directly.
    for column in (0..size).rev() {
        let rows = 0..=column;
        let pivot =
            rows.max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        matrix.swap(pivot, column);
        let pivot_row = matrix[column].clone();
        let scale = pivot_row[column];
        if scale == 0.0 || !scale.is_finite() {
            return None;
        }
        for row in &mut matrix[..column] {
            let factor = row[column] / scale;
            for (cell, from) in row.iter_mut().zip(&pivot_row) {
                *cell -= factor * from;
            }
        }
    }
    let first = matrix.first()?;
    Some(first[size] / first[0])
}
