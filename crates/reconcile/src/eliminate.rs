//! Unmeasured variables taken out of the balances, exactly: Crowe's projection on sparse rows.
//!
//! Invariant: afterwards every remaining row holds measured variables only, and is the stated
//! combination of the original rows. On a flow sheet this is merging the units on both sides of
//! an unmeasured stream, so rows get fewer, not fuller. No regularisation enters: what is
//! observable is a matter of cancellation, judged beside the size of what cancelled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::limits::CANCELLED;

/// A sparse vector, sorted by index.
pub(crate) type Sparse = Vec<(u32, f64)>;

/// A pivot must have this share of the largest entry in its column.
const SHARE: f64 = 0.1;

/// A row under elimination.
#[derive(Clone, Debug, Default)]
pub(crate) struct Combined {
    /// Entries on unmeasured variables.
    pub(crate) unmeasured: Sparse,
    /// Entries on measured variables.
    pub(crate) measured: Sparse,
    /// The original rows it consists of.
    pub(crate) origin: Sparse,
}

/// An equation used to express an unmeasured variable by others.
#[derive(Clone, Debug)]
pub(crate) struct Pivot {
    pub(crate) column: u32,
    pub(crate) value: f64,
    pub(crate) row: Combined,
}

#[derive(Debug, Default)]
pub(crate) struct Eliminated {
    /// In the order of elimination.
    pub(crate) pivots: Vec<Pivot>,
    /// Pivot of each column; none for the rest.
    pub(crate) pivot_of: Vec<Option<u32>>,
    /// Rows without unmeasured variables.
    pub(crate) rows: Vec<Combined>,
    /// Unmeasured variables that the balances do not fix.
    pub(crate) unobservable: Vec<bool>,
}

/// Takes the unmeasured columns out of the rows; `unmeasured` says which they are.
pub(crate) fn eliminate(rows: Vec<Combined>, unmeasured: &[bool]) -> Eliminated {
    let mut work = Work::new(rows, unmeasured.len());
    let mut out = Eliminated {
        pivot_of: vec![None; unmeasured.len()],
        unobservable: vec![false; unmeasured.len()],
        ..Eliminated::default()
    };
    while let Some(Reverse((count, column))) = work.queue.pop() {
        let index = column as usize;
        if work.done[index] || count != work.count[index] {
            continue;
        }
        work.done[index] = true;
        if let Some(pivot) = work.pivot(column) {
            out.pivot_of[index] = u32::try_from(out.pivots.len()).ok();
            out.pivots.push(pivot);
        }
    }
    for (row, used) in work.rows.into_iter().zip(work.used) {
        if !used {
            out.rows.push(row);
        }
    }
    out.find_unobservable(unmeasured);
    out
}

struct Work {
    rows: Vec<Combined>,
    used: Vec<bool>,
    /// Rows that hold or held a column.
    columns: Vec<Vec<u32>>,
    count: Vec<u32>,
    done: Vec<bool>,
    queue: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Work {
    fn new(rows: Vec<Combined>, width: usize) -> Self {
        let mut columns: Vec<Vec<u32>> = vec![Vec::new(); width];
        for (number, row) in (0u32..).zip(&rows) {
            for (column, _) in &row.unmeasured {
                columns[*column as usize].push(number);
            }
        }
        let count: Vec<u32> =
            columns.iter().map(|rows| u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
        let queue = (0u32..).zip(&count).filter(|(_, count)| **count > 0);
        Work {
            used: vec![false; rows.len()],
            done: vec![false; width],
            queue: queue.map(|(column, count)| Reverse((*count, column))).collect(),
            columns,
            count,
            rows,
        }
    }

    fn pivot(&mut self, column: u32) -> Option<Pivot> {
        let mut holders = std::mem::take(&mut self.columns[column as usize]);
        holders.sort_unstable();
        holders.dedup();
        let value_in = |row: &Combined| {
            row.unmeasured
                .binary_search_by_key(&column, |entry| entry.0)
                .ok()
                .map(|at| row.unmeasured[at].1)
        };
        let entries: Vec<(u32, f64)> = holders
            .into_iter()
            .filter(|row| !self.used[*row as usize])
            .filter_map(|row| value_in(&self.rows[row as usize]).map(|value| (row, value)))
            .collect();
        let most = entries.iter().fold(0.0, |most, (_, value)| f64::max(most, value.abs()));
        let (chosen, value) = entries
            .iter()
            .filter(|(_, value)| value.abs() >= SHARE * most)
            .min_by_key(|(row, _)| {
                let row = &self.rows[*row as usize];
                (row.unmeasured.len() + row.measured.len(), row.origin.len())
            })
            .copied()?;
        let row = std::mem::take(&mut self.rows[chosen as usize]);
        self.used[chosen as usize] = true;
        for (other, entry) in entries.iter().filter(|(other, _)| *other != chosen) {
            let factor = -entry / value;
            let target = &mut self.rows[*other as usize];
            let merged = add(&target.unmeasured, factor, &row.unmeasured, Some(column));
            for (index, _) in &merged {
                if target.unmeasured.binary_search_by_key(index, |e| e.0).is_err() {
                    self.columns[*index as usize].push(*other);
                }
            }
            target.unmeasured = merged;
            target.measured = add(&target.measured, factor, &row.measured, None);
            target.origin = add(&target.origin, factor, &row.origin, None);
        }
        // Counts only guide the order; columns of the pivot's row are the ones that changed.
        for (index, _) in row.unmeasured.iter().filter(|(index, _)| *index != column) {
            self.recount(*index);
        }
        Some(Pivot { column, value, row })
    }

    fn recount(&mut self, column: u32) {
        let index = column as usize;
        if self.done[index] {
            return;
        }
        let holders = &mut self.columns[index];
        holders.sort_unstable();
        holders.dedup();
        holders.retain(|row| {
            !self.used[*row as usize]
                && self.rows[*row as usize]
                    .unmeasured
                    .binary_search_by_key(&column, |entry| entry.0)
                    .is_ok()
        });
        let count = u32::try_from(holders.len()).unwrap_or(u32::MAX);
        if count != self.count[index] {
            self.count[index] = count;
            if count > 0 {
                self.queue.push(Reverse((count, column)));
            }
        }
    }
}

/// a + factor · b, leaving out `without` and what cancels.
fn add(a: &Sparse, factor: f64, b: &Sparse, without: Option<u32>) -> Sparse {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let left = a.get(i).map_or(u32::MAX, |entry| entry.0);
        let right = b.get(j).map_or(u32::MAX, |entry| entry.0);
        let index = left.min(right);
        let mut value = 0.0;
        let mut size: f64 = 0.0;
        if left == index {
            value += a[i].1;
            size = size.max(a[i].1.abs());
            i += 1;
        }
        if right == index {
            value += factor * b[j].1;
            size = size.max((factor * b[j].1).abs());
            j += 1;
        }
        if Some(index) != without && value.abs() > CANCELLED * size {
            out.push((index, value));
        }
    }
    out
}

impl Eliminated {
    /// Sends two fixed patterns through the columns that nothing fixes; what they reach is not
    /// observable, what cancels is.
    fn find_unobservable(&mut self, unmeasured: &[bool]) {
        for seed in [0x9e37_79b9_7f4a_7c15_u64, 0xd1b5_4a32_d192_ed03] {
            let mut value = vec![0.0; unmeasured.len()];
            let mut state = seed;
            for index in 0..unmeasured.len() {
                if unmeasured[index] && self.pivot_of[index].is_none() {
                    value[index] = pattern(&mut state);
                    self.unobservable[index] = true;
                }
            }
            for pivot in self.pivots.iter().rev() {
                let (mut sum, mut size) = (0.0, 0.0);
                for (column, entry) in &pivot.row.unmeasured {
                    if *column != pivot.column {
                        let part = entry * value[*column as usize];
                        sum -= part;
                        size += f64::abs(part);
                    }
                }
                if sum.abs() > 1e-9 * size {
                    value[pivot.column as usize] = sum / pivot.value;
                    self.unobservable[pivot.column as usize] = true;
                }
            }
        }
    }
}

/// The next of a fixed sequence between ½ and 1½.
fn pattern(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let high = u32::try_from(*state >> 32).unwrap_or(0);
    0.5 + f64::from(high) / f64::from(u32::MAX)
}
