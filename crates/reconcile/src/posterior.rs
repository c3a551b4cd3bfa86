//! Covariance of a solved part: classes, degrees of freedom, standard deviations, test figures.
//!
//! Invariant: everything rests on R, the balances after elimination of the unmeasured, and on the
//! factor of S = R C Rᵀ. Posterior covariance of the measured is C − C Rᵀ S⁻¹ R C; single figures
//! come from the selected inverse of S, sums from one forward substitution each. Figures are
//! first order at the solution; variables at an active bound count as exact.

mod build;
mod selected;

use crate::eliminate::{Eliminated, Sparse};
use crate::factor::{Factor, Reach};
use crate::system::System;
pub(crate) use build::posterior;
pub(crate) use selected::Selected;

/// A sum of variables whose variance is wanted: (local variable, coefficient).
pub(crate) type Gradient = [(usize, f64)];

pub(crate) struct Posterior {
    /// Scales of the variables.
    pub(crate) scale: Vec<f64>,
    pub(crate) unobservable: Vec<bool>,
    pub(crate) redundant: Vec<bool>,
    pub(crate) dof: usize,
    /// Variance of the adjustment in units of the measurement's variance.
    pub(crate) adjustment: Vec<f64>,
    /// Test figure of the maximum-power test; differs from |a|/sd(a) under correlation only.
    pub(crate) power: Vec<f64>,
    /// Leak test figure per row; none where the balance is not redundant.
    pub(crate) leak: Vec<Option<f64>>,
    eliminated: Eliminated,
    /// Covariance of the measured in units of their sd: 1 or a cluster's block.
    clusters: Vec<(Vec<usize>, Vec<f64>)>,
    cluster_of: Vec<Option<(u32, u32)>>,
    active: Vec<bool>,
    measured: Vec<bool>,
    /// Columns of R C.
    columns: Vec<Sparse>,
    factor: Option<Factor>,
    selected: Option<Selected>,
}

/// Scratch for variances, one per thread.
#[derive(Default)]
pub(crate) struct Scratch {
    reach: Reach,
    sum: Vec<f64>,
    touched: Vec<usize>,
    heap: std::collections::BinaryHeap<std::cmp::Reverse<u32>>,
    size: Vec<f64>,
}

impl Posterior {
    /// Variance of a sum of variables; none where the balances do not fix it.
    pub(crate) fn variance(&self, gradient: &Gradient, scratch: &mut Scratch) -> Option<f64> {
        let measured = self.on_measured(gradient, scratch)?;
        let mut prior = 0.0;
        for (index, value) in &measured {
            prior += value * self.times_covariance(*index, &measured);
        }
        let mut explained: Vec<(usize, f64)> = Vec::new();
        for (index, value) in &measured {
            for (row, entry) in &self.columns[*index] {
                explained.push((*row as usize, value * entry));
            }
        }
        let gained = self.quadratic(&mut explained, scratch);
        let rest = prior - gained;
        // Beside what cancelled, less than this is rounding: the sum is fixed by exact values.
        Some(if rest > 1e-14 * prior { rest } else { 0.0 })
    }

    /// The same sum on measured variables alone, in scaled variables.
    fn on_measured(&self, gradient: &Gradient, scratch: &mut Scratch) -> Option<Vec<(usize, f64)>> {
        scratch.sum.resize(self.scale.len(), 0.0);
        scratch.size.resize(self.scale.len(), 0.0);
        for (index, value) in gradient {
            self.note(*index, value * self.scale[*index], scratch);
        }
        while let Some(std::cmp::Reverse(number)) = scratch.heap.pop() {
            let pivot = &self.eliminated.pivots[number as usize];
            let column = pivot.column as usize;
            let value = scratch.sum[column];
            let real = value.abs() > 1e-11 * scratch.size[column];
            scratch.sum[column] = 0.0;
            scratch.size[column] = 0.0;
            if !real {
                continue;
            }
            let factor = -value / pivot.value;
            for (other, entry) in pivot.row.unmeasured.iter().chain(&pivot.row.measured) {
                if *other != pivot.column {
                    self.note(*other as usize, factor * entry, scratch);
                }
            }
        }
        let mut touched = std::mem::take(&mut scratch.touched);
        touched.sort_unstable();
        touched.dedup();
        let mut fixed = true;
        let mut out = Vec::with_capacity(touched.len());
        for index in touched.drain(..) {
            let (value, size) = (scratch.sum[index], scratch.size[index]);
            scratch.sum[index] = 0.0;
            scratch.size[index] = 0.0;
            if self.active[index] || value == 0.0 || value.abs() <= 1e-12 * size {
                continue;
            }
            match self.measured[index] {
                true => out.push((index, value)),
                false => fixed &= value.abs() <= 1e-8 * size,
            }
        }
        scratch.touched = touched;
        fixed.then_some(out)
    }

    fn note(&self, index: usize, value: f64, scratch: &mut Scratch) {
        if let (Some(pivot), 0.0) = (self.eliminated.pivot_of[index], scratch.size[index]) {
            scratch.heap.push(std::cmp::Reverse(pivot));
        }
        scratch.sum[index] += value;
        scratch.size[index] += value.abs();
        scratch.touched.push(index);
    }

    /// Row of the prior covariance times a sparse vector.
    fn times_covariance(&self, index: usize, vector: &[(usize, f64)]) -> f64 {
        let find = |other: usize| {
            vector.binary_search_by_key(&other, |entry| entry.0).map_or(0.0, |at| vector[at].1)
        };
        match self.cluster_of[index] {
            None => find(index),
            Some((number, at)) => {
                let (members, block) = &self.clusters[number as usize];
                let row = at as usize * members.len();
                (0..members.len()).map(|k| block[row + k] * find(members[k])).sum()
            }
        }
    }

    /// bᵀ S⁻¹ b; `b` may hold a row several times.
    fn quadratic(&self, b: &mut Vec<(usize, f64)>, scratch: &mut Scratch) -> f64 {
        let Some(factor) = &self.factor else { return 0.0 };
        b.sort_unstable_by_key(|entry| entry.0);
        b.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        if let Some(selected) = &self.selected
            && let Some(value) = selected.quadratic(factor, b)
        {
            return value;
        }
        factor.quadratic(b, &mut scratch.reach)
    }

    /// |adjustment| over its standard deviation; none where nothing is tested.
    pub(crate) fn test(&self, system: &System, x: &[f64], index: usize) -> Option<f64> {
        self.redundant[index].then(|| {
            let moved = (x[index] - system.measured[index]).abs() / system.sd[index];
            moved / self.adjustment[index].sqrt()
        })
    }
}
