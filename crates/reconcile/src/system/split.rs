//! Cuts a problem into its connected parts.
//!
//! Invariant: parts stand in the order of their first variable, and variables and rows inside a
//! part in the order of the problem, whatever the parts are.

use std::collections::BTreeMap;

use crate::limits::MOST_CORRELATED;
use crate::model::Problem;
use crate::refusal::{Code, Refusal};
use crate::system::{Cluster, Pair, System, Term, typical};

/// Correlation coefficients of a part, the smaller number first.
type Stated = BTreeMap<(usize, usize), f64>;

/// Rows without any variable: nothing to adjust, so they hold or they don't.
pub(crate) fn constant_rows(problem: &Problem) -> Vec<usize> {
    let mut moves: Vec<bool> = problem.linear.iter().map(|row| !row.is_empty()).collect();
    for term in &problem.bilinear {
        moves[term.row] = true;
    }
    (0..moves.len()).filter(|row| !moves[*row]).collect()
}

/// The parts.
pub(crate) fn split(problem: &Problem) -> Result<Vec<System>, Refusal> {
    let mut sets = Sets::new(problem.variables.len());
    let mut anchor: Vec<Option<usize>> = vec![None; problem.rows.len()];
    for (row, entries) in problem.linear.iter().enumerate() {
        for (index, _) in entries {
            sets.join_at(&mut anchor[row], *index);
        }
    }
    for term in &problem.bilinear {
        sets.join_at(&mut anchor[term.row], term.first);
        sets.join_at(&mut anchor[term.row], term.second);
    }
    for (first, second, _) in &problem.correlations {
        sets.join(*first, *second);
    }
    let mut part_of_root = vec![usize::MAX; problem.variables.len()];
    let mut local = vec![0; problem.variables.len()];
    let mut parts: Vec<System> = Vec::new();
    let sizes = typical(problem);
    for (index, place) in local.iter_mut().enumerate() {
        let root = sets.root(index);
        if part_of_root[root] == usize::MAX {
            part_of_root[root] = parts.len();
            parts.push(System { typical: sizes, ..System::default() });
        }
        *place = parts[part_of_root[root]].add(problem, index);
    }
    for (row, anchor) in anchor.iter().enumerate() {
        if let Some(index) = anchor {
            parts[part_of_root[sets.root(*index)]].rows.push(row);
        }
    }
    let mut bilinear = vec![Vec::new(); problem.rows.len()];
    for (number, term) in problem.bilinear.iter().enumerate() {
        bilinear[term.row].push(number);
    }
    for part in &mut parts {
        part.lay_out(problem, &local, &bilinear);
    }
    let mut stated: Vec<Stated> = vec![Stated::new(); parts.len()];
    for (first, second, coefficient) in &problem.correlations {
        let (a, b) = (local[*first], local[*second]);
        let part = part_of_root[sets.root(*first)];
        stated[part].insert((a.min(b), a.max(b)), *coefficient);
    }
    for (part, stated) in parts.iter_mut().zip(&stated) {
        part.invert_correlations(stated)?;
    }
    Ok(parts)
}

impl System {
    fn add(&mut self, problem: &Problem, index: usize) -> usize {
        let variable = &problem.variables[index];
        self.variables.push(index);
        self.measured.push(variable.measured);
        self.sd.push(variable.sd);
        self.lower.push(variable.lower);
        self.upper.push(variable.upper);
        self.is_mass.push(variable.layer == crate::flowsheet::Layer::Mass);
        self.weight.push(if variable.weighs() { 1.0 } else { 0.0 });
        self.variables.len() - 1
    }

    fn lay_out(&mut self, problem: &Problem, local: &[usize], bilinear: &[Vec<usize>]) {
        let mut pair_of = BTreeMap::new();
        self.row_start.push(0);
        let rows = std::mem::take(&mut self.rows);
        for (row, global) in rows.iter().enumerate() {
            let mut entries: BTreeMap<usize, f64> = BTreeMap::new();
            for (index, coefficient) in &problem.linear[*global] {
                *entries.entry(local[*index]).or_default() += coefficient;
            }
            for number in &bilinear[*global] {
                let term = &problem.bilinear[*number];
                entries.entry(local[term.first]).or_default();
                entries.entry(local[term.second]).or_default();
            }
            let start = self.column.len();
            self.column.extend(entries.keys());
            self.linear.extend(entries.values());
            self.row_start.push(self.column.len());
            self.constant.push(problem.constant[*global]);
            self.constant_size.push(problem.constant_size[*global]);
            self.row_is_mass.push(problem.is_mass_row(*global));
            for number in &bilinear[*global] {
                let term = &problem.bilinear[*number];
                let (first, second) = (local[term.first], local[term.second]);
                let key = (first.min(second), first.max(second));
                let next = self.pairs.len();
                let pair = *pair_of.entry(key).or_insert(next);
                if pair == next {
                    self.pairs.push(Pair { first: key.0, second: key.1, weight: 0.0 });
                }
                let at = |index: usize| {
                    let found = self.column[start..].binary_search(&index);
                    start + found.expect("both variables of a term stand in its row")
                };
                let (at_first, at_second) = (at(first), at(second));
                let coefficient = term.coefficient;
                self.terms.push(Term {
                    row,
                    first,
                    second,
                    coefficient,
                    at_first,
                    at_second,
                    pair,
                });
            }
        }
        self.rows = rows;
    }

    fn invert_correlations(&mut self, stated: &Stated) -> Result<(), Refusal> {
        if stated.is_empty() {
            return Ok(());
        }
        self.clusters = clusters(self.width(), stated);
        let mut place: BTreeMap<(usize, usize), usize> =
            self.pairs.iter().enumerate().map(|(at, p)| ((p.first, p.second), at)).collect();
        for cluster in &mut self.clusters {
            let size = cluster.members.len();
            if size > MOST_CORRELATED {
                let text = format!("{size} measurements hang together; at most {MOST_CORRELATED}");
                return Err(Refusal::new(Code::TooLarge, "correlations", text));
            }
            let mut matrix = vec![0.0; size * size];
            for i in 0..size {
                matrix[i * size + i] = 1.0;
                for j in i + 1..size {
                    let key = (cluster.members[i], cluster.members[j]);
                    let r = stated.get(&key).copied().unwrap_or(0.0);
                    matrix[i * size + j] = r;
                    matrix[j * size + i] = r;
                }
            }
            cluster.precision = inverse(&matrix, size).ok_or_else(|| {
                let text = format!("{size} measurements: not positive definite");
                Refusal::new(Code::Correlation, "correlations", text)
            })?;
            for i in 0..size {
                self.weight[cluster.members[i]] = cluster.precision[i * size + i];
                for j in i + 1..size {
                    let (first, second) = (cluster.members[i], cluster.members[j]);
                    let at = *place.entry((first, second)).or_insert_with(|| {
                        self.pairs.push(Pair { first, second, weight: 0.0 });
                        self.pairs.len() - 1
                    });
                    self.pairs[at].weight = cluster.precision[i * size + j];
                }
            }
        }
        Ok(())
    }
}

/// Sets of measurements whose errors are correlated, directly or through others; in order.
fn clusters(width: usize, stated: &Stated) -> Vec<Cluster> {
    let mut sets = Sets::new(width);
    let mut correlated = vec![false; width];
    for (first, second) in stated.keys() {
        sets.join(*first, *second);
        (correlated[*first], correlated[*second]) = (true, true);
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in (0..width).filter(|index| correlated[*index]) {
        members.entry(sets.root(index)).or_default().push(index);
    }
    members.into_values().map(|members| Cluster { members, precision: Vec::new() }).collect()
}

/// Inverse of a symmetric positive definite matrix; none where it is not.
pub(crate) fn inverse(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut lower = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| lower[i * size + k] * lower[j * size + k]).sum();
            let rest = matrix[i * size + j] - sum;
            if i == j {
                if rest <= 1e-12 * matrix[i * size + i] {
                    return None;
                }
                lower[i * size + i] = rest.sqrt();
            } else {
                lower[i * size + j] = rest / lower[j * size + j];
            }
        }
    }
    let mut out = vec![0.0; size * size];
    for column in 0..size {
        let mut y = vec![0.0; size];
        for i in 0..size {
            let sum: f64 = (0..i).map(|k| lower[i * size + k] * y[k]).sum();
            y[i] = (f64::from(u8::from(i == column)) - sum) / lower[i * size + i];
        }
        for i in (0..size).rev() {
            let sum: f64 = (i + 1..size).map(|k| lower[k * size + i] * y[k]).sum();
            y[i] = (y[i] - sum) / lower[i * size + i];
        }
        for i in 0..size {
            out[i * size + column] = y[i];
        }
    }
    Some(out)
}

/// Disjoint sets; the root is always the smallest member.
struct Sets(Vec<usize>);

impl Sets {
    fn new(size: usize) -> Self {
        Sets((0..size).collect())
    }

    fn root(&mut self, mut index: usize) -> usize {
        while self.0[index] != index {
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }
        index
    }

    fn join(&mut self, first: usize, second: usize) {
        let (first, second) = (self.root(first), self.root(second));
        self.0[first.max(second)] = first.min(second);
    }

    fn join_at(&mut self, anchor: &mut Option<usize>, index: usize) {
        match *anchor {
            None => *anchor = Some(index),
            Some(other) => self.join(other, index),
        }
    }
}
