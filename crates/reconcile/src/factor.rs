//! Sparse LDLᵀ of a symmetric matrix whose pattern stays and whose values change.
//!
//! Invariant: ordering and symbolic factorisation happen once per pattern; a refactorisation only
//! moves numbers. One thread and a fixed order, so the same input gives the same bits.
//! It is faer's simplicial kernel with expected signs; the triangular solves are our own, because
//! covariances need the factor itself.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::ldlt::factor::LdltRegularization;
use faer::sparse::linalg::SupernodalThreshold;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, SymbolicCholesky, SymbolicCholeskyRaw, SymmetricOrdering,
    factorize_symbolic_cholesky, simplicial,
};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};

use crate::refusal::{Code, Refusal};

#[cfg(test)]
mod tests;

/// When a pivot has the wrong sign or is too small, and what takes its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// Pivots must have their expected sign; else only their size counts.
    pub(crate) signed: bool,
    pub(crate) threshold: f64,
    pub(crate) instead: f64,
}

pub(crate) struct Factor {
    size: usize,
    symbolic: SymbolicCholesky<u32>,
    /// New position to old, and back.
    forward: Vec<u32>,
    inverse: Vec<u32>,
    start: Vec<u32>,
    row: Vec<u32>,
    /// Where each value of the caller goes.
    place: Vec<u32>,
    values: Vec<f64>,
    signs: Vec<i8>,
    pub(crate) lower: Vec<f64>,
    memory: MemBuffer,
}

impl Factor {
    /// Analyses an upper triangle given by columns, diagonal included; `signs` of its pivots.
    pub(crate) fn new(start: &[u32], row: &[u32], signs: &[i8]) -> Result<Self, Refusal> {
        let size = signs.len();
        let pattern = SymbolicSparseColMatRef::new_checked(size, size, start, None, row);
        let parameters = CholeskySymbolicParams {
            supernodal_flop_ratio_threshold: SupernodalThreshold::FORCE_SIMPLICIAL,
            ..CholeskySymbolicParams::default()
        };
        let symbolic = factorize_symbolic_cholesky(
            pattern,
            faer::Side::Upper,
            SymmetricOrdering::Amd,
            parameters,
        )
        .map_err(|error| Refusal::new(Code::TooLarge, "balances", error.to_string()))?;
        let (forward, inverse) = match symbolic.perm() {
            Some(order) => (order.arrays().0.to_vec(), order.arrays().1.to_vec()),
            None => (identity(size), identity(size)),
        };
        let memory =
            MemBuffer::new(simplicial::factorize_simplicial_numeric_ldlt_scratch::<u32, f64>(size));
        let mut factor = Factor {
            size,
            signs: forward.iter().map(|old| signs[*old as usize]).collect(),
            lower: vec![0.0; symbolic.len_val()],
            symbolic,
            forward,
            inverse,
            start: vec![0; size + 1],
            row: vec![0; row.len()],
            place: vec![0; row.len()],
            values: vec![0.0; row.len()],
            memory,
        };
        factor.permute(start, row);
        Ok(factor)
    }

    fn permute(&mut self, start: &[u32], row: &[u32]) {
        let target = |inverse: &[u32], r: u32, column: usize| {
            let (a, b) = (inverse[r as usize], inverse[column]);
            (a.min(b), a.max(b))
        };
        for column in 0..self.size {
            for at in start[column]..start[column + 1] {
                let (_, to) = target(&self.inverse, row[at as usize], column);
                self.start[to as usize + 1] += 1;
            }
        }
        for column in 0..self.size {
            self.start[column + 1] += self.start[column];
        }
        let mut next = self.start.clone();
        for column in 0..self.size {
            let range = start[column] as usize..start[column + 1] as usize;
            for (old, place) in row[range.clone()].iter().zip(&mut self.place[range]) {
                let (r, to) = target(&self.inverse, *old, column);
                let slot = &mut next[to as usize];
                self.row[*slot as usize] = r;
                *place = *slot;
                *slot += 1;
            }
        }
    }

    /// Factorises; values in the caller's order. Gives the number of corrected pivots; none where
    /// a pivot is not finite.
    pub(crate) fn refactor(&mut self, values: &[f64], rule: Rule) -> Option<usize> {
        for (value, place) in values.iter().zip(&self.place) {
            self.values[*place as usize] = *value;
        }
        let pattern = SymbolicSparseColMatRef::new_unsorted_checked(
            self.size,
            self.size,
            &self.start,
            None,
            &self.row,
        );
        let SymbolicCholeskyRaw::Simplicial(symbolic) = self.symbolic.raw() else {
            return None;
        };
        let regularization = LdltRegularization {
            dynamic_regularization_signs: rule.signed.then_some(self.signs.as_slice()),
            dynamic_regularization_delta: rule.instead,
            dynamic_regularization_epsilon: rule.threshold,
        };
        let done = simplicial::factorize_simplicial_numeric_ldlt(
            &mut self.lower,
            SparseColMatRef::new(pattern, &self.values),
            regularization,
            symbolic,
            MemStack::new(&mut self.memory),
        );
        done.ok().map(|info| info.dynamic_regularization_count)
    }

    /// Columns of the factor: row numbers, the diagonal first.
    pub(crate) fn pattern(&self) -> (&[u32], &[u32]) {
        match self.symbolic.raw() {
            SymbolicCholeskyRaw::Simplicial(symbolic) => (symbolic.col_ptr(), symbolic.row_idx()),
            SymbolicCholeskyRaw::Supernodal(_) => (&[], &[]),
        }
    }

    /// Old position to new.
    pub(crate) fn position(&self, old: usize) -> usize {
        self.inverse[old] as usize
    }

    /// Number of pivots below zero, which is the number of negative eigenvalues.
    pub(crate) fn negative(&self) -> usize {
        let (start, _) = self.pattern();
        (0..self.size).filter(|c| self.lower[start[*c] as usize] < 0.0).count()
    }

    /// New positions whose pivot was replaced by `instead`.
    pub(crate) fn corrected(&self, instead: f64) -> Vec<usize> {
        let (start, _) = self.pattern();
        (0..self.size).filter(|c| self.lower[start[*c] as usize] >= instead).collect()
    }

    /// The vector (old positions) that a pivot which only repeats others stands for: A v = 0.
    pub(crate) fn null_vector(&self, column: usize) -> Vec<f64> {
        let (start, row) = self.pattern();
        let mut value = vec![0.0; self.size];
        value[column] = 1.0;
        for c in (0..column).rev() {
            let (from, to) = (start[c] as usize + 1, start[c + 1] as usize);
            let sum: f64 = (from..to).map(|at| self.lower[at] * value[row[at] as usize]).sum();
            value[c] = -sum;
        }
        self.inverse.iter().map(|new| value[*new as usize]).collect()
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Solves in place; `space` is scratch of any length.
    pub(crate) fn solve(&self, x: &mut [f64], space: &mut Vec<f64>) {
        let (start, row) = self.pattern();
        space.clear();
        space.extend(self.forward.iter().map(|old| x[*old as usize]));
        for column in 0..self.size {
            let value = space[column];
            if value != 0.0 {
                for at in start[column] as usize + 1..start[column + 1] as usize {
                    space[row[at] as usize] -= self.lower[at] * value;
                }
            }
        }
        for column in (0..self.size).rev() {
            let from = start[column] as usize;
            let mut value = space[column] / self.lower[from];
            for at in from + 1..start[column + 1] as usize {
                value -= self.lower[at] * space[row[at] as usize];
            }
            space[column] = value;
        }
        for (new, old) in self.forward.iter().enumerate() {
            x[*old as usize] = space[new];
        }
    }

    /// bᵀ A⁻¹ b for a sparse b of positive definite A, walking only the columns that b reaches;
    /// `space` is zero before and after. Old positions.
    pub(crate) fn quadratic(&self, b: &[(usize, f64)], space: &mut Reach) -> f64 {
        let (start, row) = self.pattern();
        space.value.resize(self.size, 0.0);
        space.seen.resize(self.size, false);
        space.order.clear();
        for (old, value) in b {
            let mut column = self.position(*old);
            space.value[column] += value;
            // Ancestors in the elimination tree: the first row below the diagonal.
            while !space.seen[column] {
                space.seen[column] = true;
                space.order.push(column);
                let from = start[column] as usize;
                if from + 1 == start[column + 1] as usize {
                    break;
                }
                column = row[from + 1] as usize;
            }
        }
        space.order.sort_unstable();
        let mut sum = 0.0;
        for index in 0..space.order.len() {
            let column = space.order[index];
            let value = space.value[column];
            let from = start[column] as usize;
            space.value[column] = 0.0;
            space.seen[column] = false;
            if value != 0.0 {
                sum += value * value / self.lower[from];
                let range = from + 1..start[column + 1] as usize;
                for (r, entry) in row[range.clone()].iter().zip(&self.lower[range]) {
                    space.value[*r as usize] -= entry * value;
                }
            }
        }
        sum
    }
}

/// Scratch of `Factor::quadratic`.
#[derive(Default)]
pub(crate) struct Reach {
    value: Vec<f64>,
    seen: Vec<bool>,
    order: Vec<usize>,
}

fn identity(size: usize) -> Vec<u32> {
    (0..u32::try_from(size).unwrap_or(u32::MAX)).collect()
}
