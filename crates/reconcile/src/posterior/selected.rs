//! The entries of an inverse that lie in the pattern of its factor (Takahashi's recursion).
//!
//! Invariant: one sweep from the last column to the first costs about as much as the
//! factorisation, and gives every variance that the pattern holds; nothing outside is computed.

use crate::factor::Factor;

/// Longer vectors are cheaper by forward substitution than by pairs.
const MOST_PAIRED: usize = 12;

pub(crate) struct Selected {
    /// Beside the factor's values: diagonal first, then the column.
    values: Vec<f64>,
}

impl Selected {
    pub(crate) fn new(factor: &Factor) -> Self {
        let (start, row) = factor.pattern();
        let mut values = vec![0.0; row.len()];
        let mut place = vec![usize::MAX; factor.size()];
        let mut sum = Vec::new();
        for column in (0..factor.size()).rev() {
            let (from, to) = (start[column] as usize + 1, start[column + 1] as usize);
            sum.clear();
            sum.resize(to - from, 0.0);
            for (offset, r) in row[from..to].iter().enumerate() {
                place[*r as usize] = offset;
            }
            for at in from..to {
                let other = row[at] as usize;
                let (own, entry) = (at - from, factor.lower[at]);
                sum[own] -= values[start[other] as usize] * entry;
                for second in start[other] as usize + 1..start[other + 1] as usize {
                    let offset = place[row[second] as usize];
                    if offset != usize::MAX {
                        sum[offset] -= values[second] * entry;
                        sum[own] -= values[second] * factor.lower[from + offset];
                    }
                }
            }
            let mut diagonal = 1.0 / factor.lower[from - 1];
            for at in from..to {
                values[at] = sum[at - from];
                diagonal -= factor.lower[at] * values[at];
                place[row[at] as usize] = usize::MAX;
            }
            values[from - 1] = diagonal;
        }
        Selected { values }
    }

    fn entry(&self, factor: &Factor, first: usize, second: usize) -> Option<f64> {
        let (a, b) = (factor.position(first), factor.position(second));
        let (column, wanted) = (a.min(b), u32::try_from(a.max(b)).ok()?);
        let (start, row) = factor.pattern();
        let (from, to) = (start[column] as usize, start[column + 1] as usize);
        let at = row[from..to].binary_search(&wanted).ok()?;
        Some(self.values[from + at])
    }

    /// bᵀ S⁻¹ b where all its pairs are in the pattern and it is short.
    pub(crate) fn quadratic(&self, factor: &Factor, b: &[(usize, f64)]) -> Option<f64> {
        if b.len() > MOST_PAIRED {
            return None;
        }
        let mut sum = 0.0;
        for (number, (first, value)) in b.iter().enumerate() {
            sum += value * value * self.entry(factor, *first, *first)?;
            for (second, other) in &b[number + 1..] {
                sum += 2.0 * value * other * self.entry(factor, *first, *second)?;
            }
        }
        Some(sum)
    }
}
