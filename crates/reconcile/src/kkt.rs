//! The optimality system of one part: `[[H, Jᵀ], [J, −δ]]`, quasi-definite by its small terms.
//!
//! Invariant: the pattern is that of the part and never changes; frozen variables keep their place
//! with an identity row. A solve is refined against the matrix it was asked for.

use crate::factor::{Factor, Rule};
use crate::refusal::Refusal;
use crate::system::System;

/// Pivots this small lost all digits; the step they give is corrected by refinement.
const RULE: Rule = Rule { signed: true, threshold: 1e-14, instead: 1e-7 };
/// Least size of a multiplier's diagonal in the factor; refinement goes on to what was asked for.
const STIFF: f64 = 1e-9;

pub(crate) struct Kkt {
    width: usize,
    start: Vec<u32>,
    row: Vec<u32>,
    values: Vec<f64>,
    diagonal_at: Vec<usize>,
    pair_at: Vec<usize>,
    jacobian_at: Vec<usize>,
    factor: Factor,
    space: Vec<f64>,
    /// What the last right side was and what refinement left of it.
    pub(crate) remainder: f64,
}

/// Values of the matrix, in the scaled variables.
pub(crate) struct Values<'a> {
    pub(crate) diagonal: &'a [f64],
    pub(crate) pairs: &'a [f64],
    pub(crate) jacobian: &'a [f64],
    pub(crate) dual: f64,
    /// The Hessian may be indefinite: pivots are judged by size alone.
    pub(crate) indefinite: bool,
}

impl Kkt {
    pub(crate) fn new(system: &System) -> Result<Self, Refusal> {
        let (width, height) = (system.width(), system.height());
        let mut above: Vec<Vec<usize>> = vec![Vec::new(); width];
        for (number, pair) in system.pairs.iter().enumerate() {
            above[pair.second].push(number);
        }
        let mut kkt_start = Vec::with_capacity(width + height + 1);
        let mut row = Vec::new();
        let mut diagonal_at = Vec::with_capacity(width + height);
        let mut pair_at = vec![0; system.pairs.len()];
        let mut jacobian_at = vec![0; system.column.len()];
        let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        for (variable, pairs) in above.iter_mut().enumerate() {
            kkt_start.push(narrow(row.len()));
            pairs.sort_by_key(|number| system.pairs[*number].first);
            for number in pairs.iter() {
                pair_at[*number] = row.len();
                row.push(narrow(system.pairs[*number].first));
            }
            diagonal_at.push(row.len());
            row.push(narrow(variable));
        }
        for equation in 0..height {
            kkt_start.push(narrow(row.len()));
            for at in system.row_range(equation) {
                jacobian_at[at] = row.len();
                row.push(narrow(system.column[at]));
            }
            diagonal_at.push(row.len());
            row.push(narrow(width + equation));
        }
        kkt_start.push(narrow(row.len()));
        let mut signs = vec![1; width];
        signs.resize(width + height, -1);
        let factor = Factor::new(&kkt_start, &row, &signs)?;
        Ok(Kkt {
            width,
            start: kkt_start,
            values: vec![0.0; row.len()],
            row,
            diagonal_at,
            pair_at,
            jacobian_at,
            factor,
            space: Vec::new(),
            remainder: 0.0,
        })
    }

    /// Sets the values and factorises; the number of corrected pivots, none where it failed.
    pub(crate) fn refactor(&mut self, values: &Values<'_>) -> Option<usize> {
        for (at, value) in self.diagonal_at.iter().zip(values.diagonal) {
            self.values[*at] = *value;
        }
        for at in &self.diagonal_at[self.width..] {
            self.values[*at] = -values.dual.max(STIFF);
        }
        for (at, value) in self.pair_at.iter().zip(values.pairs) {
            self.values[*at] = *value;
        }
        for (at, value) in self.jacobian_at.iter().zip(values.jacobian) {
            self.values[*at] = *value;
        }
        let done = self.factor.refactor(&self.values, Rule { signed: !values.indefinite, ..RULE });
        for at in &self.diagonal_at[self.width..] {
            self.values[*at] = -values.dual;
        }
        done
    }

    /// Number of negative eigenvalues of the matrix that was factorised last.
    pub(crate) fn negative(&self) -> usize {
        self.factor.negative()
    }

    /// Solves for a right side (variables, then equations), refining `times` times.
    pub(crate) fn solve(&mut self, right: &[f64], times: usize) -> Vec<f64> {
        let mut solution = right.to_vec();
        self.factor.solve(&mut solution, &mut self.space);
        let size = largest(right).max(f64::MIN_POSITIVE);
        let mut rest = self.rest(right, &solution);
        self.remainder = largest(&rest) / size;
        for _ in 0..times {
            let mut better = rest.clone();
            self.factor.solve(&mut better, &mut self.space);
            for (sum, value) in better.iter_mut().zip(&solution) {
                *sum += value;
            }
            let next = self.rest(right, &better);
            let remainder = largest(&next) / size;
            // The largest rest may stand while small rows, which steer weak directions, improve.
            if remainder.is_nan() || remainder > 10.0 * self.remainder.max(1e-15) {
                break;
            }
            (solution, rest, self.remainder) = (better, next, remainder);
        }
        solution
    }

    fn rest(&self, right: &[f64], x: &[f64]) -> Vec<f64> {
        let mut rest = right.to_vec();
        for column in 0..x.len() {
            let mut sum = 0.0;
            for at in self.start[column] as usize..self.start[column + 1] as usize {
                let row = self.row[at] as usize;
                let value = self.values[at];
                sum += value * x[row];
                if row != column {
                    rest[row] -= value * x[column];
                }
            }
            rest[column] -= sum;
        }
        rest
    }
}

/// Largest size of an entry; infinite where one is no number, so that nothing slips through.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| match value.is_nan() {
        true => f64::INFINITY,
        false => f64::max(most, value.abs()),
    })
}
