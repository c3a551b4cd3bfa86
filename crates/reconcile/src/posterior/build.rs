//! Builds the posterior of a part at its solution.
//!
//! Invariant: rows that only repeat others are found by their pivot and carry no degree of
//! freedom; multipliers for the leak test are computed from the adjustments, not taken from the
//! iteration, so they do not depend on its regularisation.

use crate::eliminate::{Combined, Eliminated, Sparse, eliminate};
use crate::factor::{Factor, Rule};
use crate::limits::{DEPENDENT, MOST_DEPENDENT, REDUNDANT, SMALL};
use crate::posterior::{Posterior, Scratch, Selected};
use crate::refusal::Refusal;
use crate::system::System;
use crate::system::inverse;

/// Takes the place of a pivot that only repeats others: its row then counts for nothing.
const NOTHING: f64 = 1e60;
/// Below this an entry on an unmeasured variable is what is left of a zero.
const NO_ENTRY: f64 = 1e-10;

/// Covariances at x; variables in `active` are held at a bound.
pub(crate) fn posterior(system: &System, x: &[f64], active: &[bool]) -> Result<Posterior, Refusal> {
    let scale = system.scale(x);
    let measured: Vec<bool> = (0..system.width()).map(|i| system.weighs(i) && !active[i]).collect();
    let unmeasured: Vec<bool> =
        (0..system.width()).map(|i| !system.weighs(i) && !active[i]).collect();
    let rows = scaled_rows(system, x, &scale, active);
    let mut eliminated = eliminate(rows, &unmeasured);
    eliminated.rows.retain(|row| !row.measured.is_empty());
    let mut posterior = Posterior {
        unobservable: eliminated.unobservable.clone(),
        redundant: vec![false; system.width()],
        dof: 0,
        adjustment: vec![0.0; system.width()],
        power: vec![0.0; system.width()],
        leak: vec![None; system.height()],
        clusters: Vec::new(),
        cluster_of: vec![None; system.width()],
        active: active.to_vec(),
        measured,
        columns: Vec::new(),
        factor: None,
        selected: None,
        eliminated,
        scale,
    };
    posterior.set_clusters(system, active);
    posterior.factorise(system)?;
    posterior.figures(system, x);
    Ok(posterior)
}

/// The Jacobian's rows, scaled to unit length; active variables left out.
fn scaled_rows(system: &System, x: &[f64], scale: &[f64], active: &[bool]) -> Vec<Combined> {
    let mut jacobian = Vec::new();
    system.jacobian(x, &mut jacobian);
    let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    (0..system.height())
        .map(|row| {
            let range = system.row_range(row);
            let entries: Vec<(usize, f64)> = range
                .map(|at| (system.column[at], jacobian[at] * scale[system.column[at]]))
                .filter(|(column, _)| !active[*column])
                .collect();
            let norm = entries.iter().map(|(_, v)| v * v).sum::<f64>().sqrt();
            let mut out = Combined { origin: vec![(narrow(row), 1.0)], ..Combined::default() };
            for (column, value) in entries {
                let value = value / norm;
                if system.weighs(column) {
                    if value != 0.0 && value.is_finite() {
                        out.measured.push((narrow(column), value));
                    }
                } else if value.abs() > NO_ENTRY {
                    out.unmeasured.push((narrow(column), value));
                }
            }
            out
        })
        .collect()
}

impl Posterior {
    fn set_clusters(&mut self, system: &System, active: &[bool]) {
        for cluster in &system.clusters {
            let size = cluster.members.len();
            let kept: Vec<usize> = (0..size).filter(|k| !active[cluster.members[*k]]).collect();
            let mut block = Vec::with_capacity(kept.len() * kept.len());
            for i in &kept {
                block.extend(kept.iter().map(|j| cluster.precision[i * size + j]));
            }
            let members: Vec<usize> = kept.iter().map(|k| cluster.members[*k]).collect();
            if let Some(covariance) = inverse(&block, members.len()) {
                for (at, index) in (0u32..).zip(&members) {
                    let number = u32::try_from(self.clusters.len()).unwrap_or(u32::MAX);
                    self.cluster_of[*index] = Some((number, at));
                }
                self.clusters.push((members, covariance));
            }
        }
    }

    /// R C, S and its factor.
    fn factorise(&mut self, system: &System) -> Result<(), Refusal> {
        let rows = &mut self.eliminated.rows;
        for row in rows.iter_mut() {
            let norm = row.measured.iter().map(|(_, v)| v * v).sum::<f64>().sqrt();
            for (_, value) in row.measured.iter_mut().chain(&mut row.origin) {
                *value /= norm;
            }
        }
        let plain = columns(system.width(), rows.iter().map(|row| &row.measured));
        let spread: Vec<Sparse> = rows
            .iter()
            .map(|row| spread(&row.measured, &self.clusters, &self.cluster_of))
            .collect();
        self.columns = columns(system.width(), spread.iter());
        let size = rows.len();
        if size == 0 {
            return Ok(());
        }
        let (mut start, mut index, mut value) = (vec![0u32], Vec::new(), Vec::new());
        let mut sum = vec![0.0; size];
        let mut touched: Vec<u32> = Vec::new();
        for (number, row) in spread.iter().enumerate() {
            for (column, entry) in row {
                for (other, factor) in &plain[*column as usize] {
                    if *other as usize > number {
                        break;
                    }
                    touched.push(*other);
                    sum[*other as usize] += entry * factor;
                }
            }
            touched.sort_unstable();
            touched.dedup();
            for other in touched.drain(..) {
                index.push(other);
                value.push(std::mem::take(&mut sum[other as usize]));
            }
            start.push(u32::try_from(index.len()).unwrap_or(u32::MAX));
        }
        let mut factor = Factor::new(&start, &index, &vec![1; size])?;
        let rule = Rule { signed: true, threshold: DEPENDENT, instead: NOTHING };
        let dependent = factor.refactor(&value, rule).unwrap_or(size);
        self.dof = size - dependent;
        self.selected = Some(Selected::new(&factor));
        self.factor = Some(factor);
        Ok(())
    }

    fn figures(&mut self, system: &System, x: &[f64]) {
        let mut scratch = Scratch::default();
        let width = u32::try_from(system.width().max(SMALL) / SMALL).unwrap_or(u32::MAX);
        let least = REDUNDANT / f64::from(width);
        for index in (0..system.width()).filter(|i| self.measured[*i]) {
            let mut column = wide(&self.columns[index]);
            let explained = self.quadratic(&mut column, &mut scratch);
            self.adjustment[index] = explained;
            self.redundant[index] = explained > least;
        }
        if self.factor.is_none() {
            return;
        }
        let adjustment = system.adjustment(x);
        let pull = system.pull(&adjustment);
        let plain = match self.clusters.is_empty() {
            true => Vec::new(),
            false => columns(system.width(), self.eliminated.rows.iter().map(|r| &r.measured)),
        };
        for index in (0..system.width()).filter(|i| self.redundant[*i]) {
            let variance = match plain.get(index) {
                Some(column) => self.quadratic(&mut wide(column), &mut scratch),
                None => self.adjustment[index],
            };
            if variance > 0.0 {
                self.power[index] = pull[index].abs() / variance.sqrt();
            }
        }
        self.leaks(system, &adjustment, &mut scratch);
    }

    /// Multipliers μ = S⁻¹ R (measured − x), λ = Tᵀ μ, each beside its standard deviation.
    fn leaks(&mut self, system: &System, adjustment: &[f64], scratch: &mut Scratch) {
        let Some(factor) = &self.factor else { return };
        let rows = &self.eliminated.rows;
        let mut mu: Vec<f64> = rows
            .iter()
            .map(|row| {
                let sum: f64 = row.measured.iter().map(|(j, v)| v * adjustment[*j as usize]).sum();
                -sum
            })
            .collect();
        let null = null_rows(system, &self.eliminated, factor);
        factor.solve(&mut mu, &mut Vec::new());
        let origin = columns(system.height(), rows.iter().map(|row| &row.origin));
        let mut leak = vec![None; system.height()];
        for row in 0..system.height() {
            let mut b = wide(&origin[row]);
            for vector in &null {
                let share = vector[row];
                if share != 0.0 {
                    for (other, value) in vector.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                        b.extend(
                            origin[other]
                                .iter()
                                .map(|(r, entry)| (*r as usize, -share * value * entry)),
                        );
                    }
                }
            }
            let multiplier: f64 = b.iter().map(|(r, value)| value * mu[*r]).sum();
            let variance = self.quadratic(&mut b, scratch);
            if variance > 1e-12 {
                leak[row] = Some(multiplier.abs() / variance.sqrt());
            }
        }
        self.leak = leak;
    }
}

/// Orthonormal combinations of the original rows that vanish identically: closed systems.
fn null_rows(system: &System, eliminated: &Eliminated, factor: &Factor) -> Vec<Vec<f64>> {
    let dependent = factor.corrected(NOTHING);
    if dependent.is_empty() || dependent.len() > MOST_DEPENDENT {
        return Vec::new();
    }
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for column in dependent {
        let combination = factor.null_vector(column);
        let mut vector = vec![0.0; system.height()];
        for (row, share) in eliminated.rows.iter().zip(&combination) {
            if *share != 0.0 {
                for (origin, value) in &row.origin {
                    vector[*origin as usize] += share * value;
                }
            }
        }
        for other in &basis {
            let along: f64 = other.iter().zip(&vector).map(|(a, b)| a * b).sum();
            for (value, part) in vector.iter_mut().zip(other) {
                *value -= along * part;
            }
        }
        let norm = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        if norm > 1e-9 {
            for value in &mut vector {
                *value /= norm;
                if value.abs() < 1e-12 {
                    *value = 0.0;
                }
            }
            basis.push(vector);
        }
    }
    basis
}

fn columns<'a>(width: usize, rows: impl Iterator<Item = &'a Sparse>) -> Vec<Sparse> {
    let mut columns = vec![Sparse::new(); width];
    for (number, row) in (0u32..).zip(rows) {
        for (column, value) in row {
            columns[*column as usize].push((number, *value));
        }
    }
    columns
}

/// A row times the prior covariance.
fn spread(
    row: &Sparse,
    clusters: &[(Vec<usize>, Vec<f64>)],
    cluster_of: &[Option<(u32, u32)>],
) -> Sparse {
    if clusters.is_empty() {
        return row.clone();
    }
    let mut out = std::collections::BTreeMap::new();
    for (column, value) in row {
        match cluster_of[*column as usize] {
            None => *out.entry(*column).or_insert(0.0) += value,
            Some((number, at)) => {
                let (members, block) = &clusters[number as usize];
                for (k, member) in members.iter().enumerate() {
                    let key = u32::try_from(*member).unwrap_or(u32::MAX);
                    *out.entry(key).or_insert(0.0) +=
                        value * block[at as usize * members.len() + k];
                }
            }
        }
    }
    out.into_iter().collect()
}

fn wide(column: &Sparse) -> Vec<(usize, f64)> {
    column.iter().map(|(row, value)| (*row as usize, *value)).collect()
}
