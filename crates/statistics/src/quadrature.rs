//! Gauss-Legendre nodes, and panels of them over an interval.
//!
//! Invariant: weights are positive and add up to the interval's length. Exact for polynomials of
//! degree 2n − 1 on each panel.

use std::f64::consts::PI;

const MOST_STEPS: usize = 100;

/// A node and its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// Where the integrand is taken.
    pub at: f64,
    /// What it counts.
    pub weight: f64,
}

/// The `count` nodes on (−1, 1).
#[must_use]
pub fn legendre(count: usize) -> Vec<Node> {
    let order = count as f64;
    let node = |i: usize| {
        let mut x = (PI * (i as f64 + 0.75) / (order + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..MOST_STEPS {
            let (value, derivative) = polynomial(count, x);
            slope = derivative;
            let step = value / derivative;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        Node { at: x, weight: 2.0 / ((1.0 - x * x) * slope * slope) }
    };
    (0..count).rev().map(node).collect()
}

/// `per_panel` nodes on each of the equal panels of (0, length), none wider than `width`.
#[must_use]
pub fn panels(length: f64, width: f64, per_panel: usize) -> Vec<Node> {
    let count = (length / width).ceil().max(1.0);
    let half = length / count / 2.0;
    let base = legendre(per_panel);
    let mut nodes = Vec::new();
    for panel in 0..count as usize {
        let middle = (2.0 * panel as f64 + 1.0) * half;
        nodes.extend(
            base.iter().map(|n| Node { at: middle + half * n.at, weight: half * n.weight }),
        );
    }
    nodes
}

/// Legendre's polynomial and its derivative.
fn polynomial(order: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for n in 2..=order {
        let n = n as f64;
        (before, value) = (value, ((2.0 * n - 1.0) * x * value - (n - 1.0) * before) / n);
    }
    if order == 0 {
        return (1.0, 0.0);
    }
    (value, order as f64 * (x * value - before) / (x * x - 1.0))
}
