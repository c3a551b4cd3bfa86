//! Loading: rows of batches and edges streamed from a store, in any order.
//!
//! An edge may name a batch whose row has not come yet. At the end everything is put in an order,
//! parents first, keeping to the order of the rows where it can; a loop, a batch without a row and
//! fractions beyond 1 are refused by name.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{BatchError, Batches, Key, KeyPart, Keys, OVER_MAX, rest_of};
use crate::graph::{Amount, COUNT_MAX, Graph, NodeId, Part, Rest};
use crate::number::Compensated;

/// Takes rows and becomes [`Batches`].
#[derive(Debug, Default)]
pub struct Loader {
    keys: Keys,
    /// What each batch brought; the outer `None` until its row has come.
    rows: Vec<Option<Option<Amount<f64>>>>,
    edges: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    child: u32,
    from: u32,
    substance: f64,
    mass: f64,
}

impl Loader {
    /// Room for so many rows.
    pub fn with_capacity(batches: usize, edges: usize) -> Self {
        Self {
            keys: Keys::with_capacity(batches),
            rows: Vec::with_capacity(batches),
            edges: Vec::with_capacity(edges),
        }
    }

    /// A batch, with what it brought if it is a lot.
    pub fn batch(&mut self, batch: Key, brought: Option<Amount<f64>>) -> Result<(), BatchError> {
        super::check_amount(batch, brought.as_ref())?;
        let number = self.number(batch)?;
        let row = &mut self.rows[number as usize];
        if row.is_some() {
            return Err(BatchError::Duplicate(batch));
        }
        *row = Some(brought);
        Ok(())
    }

    /// An edge: part of one batch became part of another.
    pub fn edge(&mut self, batch: Key, part: KeyPart) -> Result<(), BatchError> {
        let good = |fraction: f64| (0.0..=1.0 + OVER_MAX).contains(&fraction);
        if !good(part.substance) || !good(part.mass) {
            return Err(BatchError::NotANumber(batch));
        }
        if self.edges.len() >= COUNT_MAX {
            return Err(BatchError::Full);
        }
        let (child, from) = (self.number(batch)?, self.number(part.from)?);
        self.edges.push(Row { child, from, substance: part.substance, mass: part.mass });
        Ok(())
    }

    fn number(&mut self, batch: Key) -> Result<u32, BatchError> {
        if self.keys.len() >= COUNT_MAX {
            return Err(BatchError::Full);
        }
        let (number, new) = self.keys.push(batch);
        if new {
            self.rows.push(None);
        }
        Ok(number)
    }

    /// Whether a batch's row has come.
    pub fn has_row(&self, batch: Key) -> bool {
        self.keys.find(batch).is_some_and(|number| self.rows[number as usize].is_some())
    }

    /// As [`Loader::finish`], but a ring through one of these batches is opened there: that batch
    /// loses its parts. Gives the batches that did.
    pub fn finish_without(
        mut self,
        open: &std::collections::HashSet<Key>,
    ) -> Result<(Batches, Vec<Key>), BatchError> {
        let mut opened = Vec::new();
        while let Err(refused) = self.renumber() {
            let BatchError::Loop(ring) = &refused else { return Err(refused) };
            let Some(key) = ring.iter().filter(|key| open.contains(key)).min().copied() else {
                return Err(refused);
            };
            let number = self.number(key)?;
            self.edges.retain(|edge| edge.child != number);
            opened.push(key);
        }
        self.finish().map(|batches| (batches, opened))
    }

    /// Puts everything in order.
    pub fn finish(mut self) -> Result<Batches, BatchError> {
        if let Some(missing) = self.rows.iter().position(Option::is_none) {
            return Err(BatchError::Unknown(self.keys.key(missing)));
        }
        let ordered = self.edges.iter().all(|edge| edge.from < edge.child);
        if !ordered {
            self.renumber()?;
        }
        // By child; the edges of one child keep the order of their rows.
        let sorted = self.edges.windows(2).all(|pair| pair[0].child <= pair[1].child);
        if !sorted {
            self.edges.sort_by_key(|edge| edge.child);
        }
        let Self { keys, rows, edges } = self;
        let taken = taken(&keys, rows.len(), &edges)?;
        let mut graph = Graph::with_capacity(rows.len(), edges.len());
        let mut rest = edges.as_slice();
        let mut parts = Vec::new();
        for (number, row) in rows.into_iter().enumerate() {
            let count = rest.iter().take_while(|edge| edge.child as usize == number).count();
            let (own, after) = rest.split_at(count);
            rest = after;
            parts.clear();
            parts.extend(own.iter().map(|row| Part {
                from: NodeId(row.from),
                substance: row.substance,
                mass: row.mass,
            }));
            let left =
                Rest { substance: rest_of(taken[number][0]), mass: rest_of(taken[number][1]) };
            graph.append(row.flatten(), &parts, left).map_err(|_| BatchError::Full)?;
        }
        Ok(Batches { graph, keys, taken })
    }

    /// Numbers the batches anew, parents first, the lowest old number first (Kahn).
    fn renumber(&mut self) -> Result<(), BatchError> {
        let count = self.rows.len();
        let mut waits = vec![0_u32; count];
        let mut first = vec![0_usize; count + 1];
        for edge in &self.edges {
            waits[edge.child as usize] += 1;
            first[edge.from as usize + 1] += 1;
        }
        for at in 0..count {
            first[at + 1] += first[at];
        }
        let mut children = vec![0_u32; self.edges.len()];
        let mut next = first.clone();
        for edge in &self.edges {
            children[next[edge.from as usize]] = edge.child;
            next[edge.from as usize] += 1;
        }
        let ready = (0_u32..).zip(&waits).filter(|(_, waits)| **waits == 0);
        let mut ready: BinaryHeap<Reverse<u32>> = ready.map(|(node, _)| Reverse(node)).collect();
        let mut order = Vec::with_capacity(count);
        while let Some(Reverse(node)) = ready.pop() {
            order.push(node);
            for child in &children[first[node as usize]..first[node as usize + 1]] {
                waits[*child as usize] -= 1;
                if waits[*child as usize] == 0 {
                    ready.push(Reverse(*child));
                }
            }
        }
        if order.len() < count {
            return Err(BatchError::Loop(self.ring(&waits)));
        }
        let mut number = vec![0_u32; count];
        let mut keys = Keys::with_capacity(count);
        let mut rows = Vec::with_capacity(count);
        for (new, old) in (0_u32..).zip(&order) {
            number[*old as usize] = new;
            keys.push(self.keys.key(*old as usize));
            rows.push(self.rows[*old as usize].take());
        }
        for edge in &mut self.edges {
            edge.child = number[edge.child as usize];
            edge.from = number[edge.from as usize];
        }
        (self.keys, self.rows) = (keys, rows);
        Ok(())
    }

    /// A ring among the batches that still wait: from any of them back along waiting parents.
    fn ring(&self, waits: &[u32]) -> Vec<Key> {
        let mut parent = vec![None; waits.len()];
        for edge in &self.edges {
            if waits[edge.child as usize] > 0 && waits[edge.from as usize] > 0 {
                parent[edge.child as usize] = Some(edge.from);
            }
        }
        let mut at = waits.iter().position(|waits| *waits > 0).unwrap_or(0);
        let mut place = vec![usize::MAX; waits.len()];
        let mut path = Vec::new();
        while place[at] == usize::MAX {
            place[at] = path.len();
            path.push(self.keys.key(at));
            let Some(from) = parent[at] else { break };
            at = from as usize;
        }
        path.split_off(place[at].min(path.len() - 1))
    }
}

fn taken(keys: &Keys, count: usize, edges: &[Row]) -> Result<Vec<[Compensated; 2]>, BatchError> {
    let mut taken = vec![[Compensated::default(); 2]; count];
    for edge in edges {
        let sums = &mut taken[edge.from as usize];
        sums[0].add(edge.substance);
        sums[1].add(edge.mass);
    }
    for (number, sums) in taken.iter().enumerate() {
        let most = sums[0].value().max(sums[1].value());
        if most > 1.0 + OVER_MAX {
            return Err(BatchError::OverOne { batch: keys.key(number), taken: most });
        }
    }
    Ok(taken)
}
