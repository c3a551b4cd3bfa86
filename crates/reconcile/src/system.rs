//! One connected part of a problem, laid out for sparse work.
//!
//! Invariant: parts share no variable, no equation and no correlated error, so their solutions
//! and covariances are independent. The pattern of the Jacobian is fixed; only values change.

mod split;

use crate::model::Problem;
pub(crate) use split::{constant_rows, inverse, split};

/// A bilinear term with the places of its two derivatives in the Jacobian.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub(crate) row: usize,
    pub(crate) first: usize,
    pub(crate) second: usize,
    pub(crate) coefficient: f64,
    pub(crate) at_first: usize,
    pub(crate) at_second: usize,
    /// Which off-diagonal of the Hessian it moves.
    pub(crate) pair: usize,
}

/// Off-diagonal entry of the Hessian; `first < second`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) first: usize,
    pub(crate) second: usize,
    /// Inverse of the correlation matrix, in units of the standard deviations.
    pub(crate) weight: f64,
}

/// A set of measurements with correlated errors.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) members: Vec<usize>,
    /// Inverse correlation matrix, row by row.
    pub(crate) precision: Vec<f64>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct System {
    /// Global numbers of the variables and rows.
    pub(crate) variables: Vec<usize>,
    pub(crate) rows: Vec<usize>,
    pub(crate) measured: Vec<f64>,
    /// Infinite where nothing was measured.
    pub(crate) sd: Vec<f64>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
    pub(crate) is_mass: Vec<bool>,
    pub(crate) row_is_mass: Vec<bool>,
    pub(crate) row_start: Vec<usize>,
    pub(crate) column: Vec<usize>,
    pub(crate) linear: Vec<f64>,
    pub(crate) constant: Vec<f64>,
    pub(crate) constant_size: Vec<f64>,
    pub(crate) terms: Vec<Term>,
    pub(crate) pairs: Vec<Pair>,
    /// Diagonal of the inverse correlation matrix; 0 where nothing was measured.
    pub(crate) weight: Vec<f64>,
    pub(crate) clusters: Vec<Cluster>,
    /// Typical size of a measured mass and of a measured substance in the whole problem.
    pub(crate) typical: [f64; 2],
}

impl System {
    pub(crate) fn width(&self) -> usize {
        self.variables.len()
    }

    pub(crate) fn height(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn weighs(&self, index: usize) -> bool {
        self.weight[index] > 0.0
    }

    /// Entries of a row in the Jacobian's arrays.
    pub(crate) fn row_range(&self, row: usize) -> std::ops::Range<usize> {
        self.row_start[row]..self.row_start[row + 1]
    }

    /// Residuals of the equations, and the size of what passes through each.
    pub(crate) fn residuals(&self, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut residual = self.constant.clone();
        let mut size = self.constant_size.clone();
        for row in 0..self.height() {
            for at in self.row_range(row) {
                let value = self.linear[at] * x[self.column[at]];
                residual[row] += value;
                size[row] += value.abs();
            }
        }
        for term in &self.terms {
            let value = term.coefficient * x[term.first] * x[term.second];
            residual[term.row] += value;
            size[term.row] += value.abs();
        }
        (residual, size)
    }

    /// Values of the Jacobian at x.
    pub(crate) fn jacobian(&self, x: &[f64], out: &mut Vec<f64>) {
        out.clear();
        out.extend_from_slice(&self.linear);
        for term in &self.terms {
            out[term.at_first] += term.coefficient * x[term.second];
            out[term.at_second] += term.coefficient * x[term.first];
        }
    }

    /// Weighted sum of squared adjustments.
    pub(crate) fn chi_squared(&self, x: &[f64]) -> f64 {
        let adjustment = self.adjustment(x);
        let mut sum = 0.0;
        for (index, a) in adjustment.iter().enumerate() {
            sum += self.weight[index] * a * a;
        }
        for pair in self.pairs.iter().filter(|pair| pair.weight != 0.0) {
            sum += 2.0 * pair.weight * adjustment[pair.first] * adjustment[pair.second];
        }
        sum
    }

    /// (x − measured)/sd; 0 where nothing was measured.
    pub(crate) fn adjustment(&self, x: &[f64]) -> Vec<f64> {
        (0..self.width())
            .map(|i| if self.weighs(i) { (x[i] - self.measured[i]) / self.sd[i] } else { 0.0 })
            .collect()
    }

    /// Gradient of half the objective, per unit of each variable's sd.
    pub(crate) fn pull(&self, adjustment: &[f64]) -> Vec<f64> {
        let mut pull: Vec<f64> =
            adjustment.iter().zip(&self.weight).map(|(a, weight)| a * weight).collect();
        for pair in self.pairs.iter().filter(|pair| pair.weight != 0.0) {
            pull[pair.first] += pair.weight * adjustment[pair.second];
            pull[pair.second] += pair.weight * adjustment[pair.first];
        }
        pull
    }

    /// The sd of what was measured, the magnitude of what was not.
    pub(crate) fn scale(&self, x: &[f64]) -> Vec<f64> {
        let floor = 1e-3 * middle(x);
        (0..self.width())
            .map(|i| if self.weighs(i) { self.sd[i] } else { x[i].abs().max(floor) })
            .collect()
    }

    /// Whether a solution breaks a bound by more than the share `slack` of its scale.
    pub(crate) fn breaks(&self, index: usize, value: f64, slack: f64) -> bool {
        value < self.lower[index] - slack || value > self.upper[index] + slack
    }
}

/// Median of the sizes that are not zero; 1 where there is none.
fn middle(x: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = x.iter().map(|v| v.abs()).filter(|v| *v > 0.0).collect();
    if sizes.is_empty() {
        return 1.0;
    }
    let half = sizes.len() / 2;
    let (_, median, _) = sizes.select_nth_unstable_by(half, f64::total_cmp);
    median.max(1e-12)
}

/// Typical sizes of the measured masses and substance values.
pub(crate) fn typical(problem: &Problem) -> [f64; 2] {
    let mut values = [Vec::new(), Vec::new()];
    for variable in problem.variables.iter().filter(|v| v.weighs()) {
        values[variable.layer as usize].push(variable.measured);
    }
    values.map(|values| middle(&values))
}
