//! The graph of a region under the keys of a database: what a server holds in memory.
//!
//! A batch is named by its 16-byte id. Rows are streamed in any order into a [`Loader`]; after
//! that, batches are appended as entries arrive, late ones included, and corrected in place: a
//! corrected fraction or amount is seen by every later question, because only the graph is kept.
//! What rests in a batch is one less the fractions taken, kept with the error of its sum; more
//! than all of it is refused by name. Batches made from each other in a ring are refused with the
//! ring. It knows no stores and no masses left: those are a `book`'s, or the database's.

use std::collections::BTreeMap;

pub use self::keys::{Key, Keys};
pub use self::load::Loader;

use crate::graph::{
    Amount, Graph, GraphError, Measure, NodeId, OriginId, Part, Rest, Scratch, room,
};
use crate::number::Compensated;

mod change;
mod keys;
mod load;

#[cfg(test)]
mod tests;

/// How far above 1 the fractions taken from a batch may add up: rounding of rows, not substance.
const OVER_MAX: f64 = 1e-9;

/// Below it, what rests in a batch is the rounding of the fractions that add up to 1.
const REST_MIN: f64 = 4.0 * f64::EPSILON;

/// A part of a batch under its key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyPart {
    /// The batch that it is taken from.
    pub from: Key,
    /// The fraction of that batch's substance.
    pub substance: f64,
    /// The fraction of that batch's mass.
    pub mass: f64,
}

/// Amount of one origin in what was asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OriginPart {
    /// The lot.
    pub origin: Key,
    /// Grams of substance, or tonnes, as asked.
    pub amount: f64,
}

/// What is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BatchError {
    /// A batch that is not there.
    #[error("batch {0} is not in the graph")]
    Unknown(Key),
    /// A batch that is there already.
    #[error("batch {0} is in the graph already")]
    Duplicate(Key),
    /// More than all of a batch would be taken.
    #[error("{taken} of batch {batch} would be taken, more than 1")]
    OverOne {
        /// The batch.
        batch: Key,
        /// Fraction taken in all.
        taken: f64,
    },
    /// A fraction or amount that is no number, or below zero.
    #[error("batch {0} has a fraction or amount that is negative or no number")]
    NotANumber(Key),
    /// Batches made from each other; each is made from the next, the last from the first.
    #[error("a loop of blends through {} batches, {} among them", .0.len(), .0[0])]
    Loop(Vec<Key>),
    /// More rows than the graph can number.
    #[error("the graph is full")]
    Full,
}

/// A region's batches and which part of which became part of which.
#[derive(Clone, Debug, Default)]
pub struct Batches {
    graph: Graph<f64>,
    keys: Keys,
    /// Fractions taken from each batch: substance and mass.
    taken: Vec<[Compensated; 2]>,
}

impl Batches {
    /// How many batches.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many edges, replaced ones included.
    pub fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let taken = self.taken.capacity() * size_of::<[Compensated; 2]>();
        self.graph.bytes() + self.keys.bytes() + taken
    }

    /// Whether a batch is there.
    pub fn contains(&self, batch: Key) -> bool {
        self.keys.find(batch).is_some()
    }

    /// Appends a batch: a lot with its amount (grams and tonnes), a product with its parts, or
    /// both. Its parents must be there already.
    pub fn append(
        &mut self,
        batch: Key,
        brought: Option<Amount<f64>>,
        parts: &[KeyPart],
    ) -> Result<(), BatchError> {
        if self.contains(batch) {
            return Err(BatchError::Duplicate(batch));
        }
        check_amount(batch, brought.as_ref())?;
        let parts = self.resolve(batch, parts)?;
        self.take(&parts)?;
        let rest = Rest { substance: 1.0, mass: 1.0 };
        self.graph.append(brought, &parts, rest).map_err(|error| self.told(error))?;
        self.keys.push(batch);
        room(&mut self.taken, 1);
        self.taken.push([Compensated::default(); 2]);
        Ok(())
    }

    /// Replaces what a batch is made from, after a correction or a late entry.
    pub fn replace_parts(&mut self, batch: Key, parts: &[KeyPart]) -> Result<(), BatchError> {
        let node = self.node(batch)?;
        let parts = self.resolve(batch, parts)?;
        let before: Vec<Part<f64>> = self
            .graph
            .parts(node)
            .map(|(from, substance, mass)| Part { from, substance: *substance, mass: *mass })
            .collect();
        self.put_back(&before);
        let done = self.take(&parts).and_then(|()| {
            self.graph.replace_parts(node, &parts).map_err(|error| {
                let told = self.told(error);
                self.put_back(&parts);
                told
            })
        });
        done.or_else(|refused| {
            self.take(&before)?;
            Err(refused)
        })
    }

    /// Replaces what a lot brought, or makes a lot of a batch that was none.
    pub fn replace_amount(&mut self, batch: Key, brought: Amount<f64>) -> Result<(), BatchError> {
        check_amount(batch, Some(&brought))?;
        let node = self.node(batch)?;
        self.graph.add_origin(node, brought);
        Ok(())
    }

    /// The fraction of a batch that no other took.
    pub fn rest(&self, batch: Key, measure: Measure) -> Result<f64, BatchError> {
        let rest = self.graph.rest(self.node(batch)?);
        Ok(match measure {
            Measure::Substance => *rest.substance,
            Measure::Mass => *rest.mass,
        })
    }

    /// Which lots are in a batch as it was made, and how much of each, the latest first.
    pub fn backward(
        &self,
        batch: Key,
        measure: Measure,
        scratch: &mut Scratch<f64>,
    ) -> Result<Vec<OriginPart>, BatchError> {
        let start = (self.node(batch)?, 1.0);
        let found = self.graph.backward(&[start], measure, scratch);
        let found = found.expect("floats cost nothing of a budget");
        let part = |(origin, amount): (OriginId, f64)| OriginPart {
            origin: self.keys.key(self.graph.node_of(origin).index()),
            amount,
        };
        Ok(found.into_iter().map(part).collect())
    }

    /// Where what a lot brought rests now: each batch that kept any, the earliest first.
    pub fn forward(
        &self,
        lot: Key,
        measure: Measure,
        scratch: &mut Scratch<f64>,
    ) -> Result<Vec<(Key, f64)>, BatchError> {
        let Some(origin) = self.graph.origin_at(self.node(lot)?) else { return Ok(Vec::new()) };
        let found = self.graph.forward_of(origin, measure, scratch);
        let found = found.expect("floats cost nothing of a budget");
        Ok(found.into_iter().map(|(node, amount)| (self.keys.key(node.index()), amount)).collect())
    }

    /// The lots whose amounts are largest, and the sum and count of the others: what a page shows.
    pub fn largest(parts: &[OriginPart], shown: usize) -> (Vec<OriginPart>, f64, usize) {
        let mut sorted = parts.to_vec();
        sorted.sort_by(|a, b| b.amount.total_cmp(&a.amount).then(a.origin.cmp(&b.origin)));
        let others = sorted.split_off(shown.min(sorted.len()));
        let mut sum = Compensated::default();
        others.iter().for_each(|part| sum.add(part.amount));
        (sorted, sum.value(), others.len())
    }

    fn node(&self, batch: Key) -> Result<NodeId, BatchError> {
        self.keys.find(batch).map(NodeId).ok_or(BatchError::Unknown(batch))
    }

    fn resolve(&self, batch: Key, parts: &[KeyPart]) -> Result<Vec<Part<f64>>, BatchError> {
        let part = |part: &KeyPart| {
            let good = |fraction: f64| (0.0..=1.0 + OVER_MAX).contains(&fraction);
            if !good(part.substance) || !good(part.mass) {
                return Err(BatchError::NotANumber(batch));
            }
            let from = self.node(part.from)?;
            Ok(Part { from, substance: part.substance, mass: part.mass })
        };
        parts.iter().map(part).collect()
    }

    /// Books parts as taken from their parents, or none of them.
    fn take(&mut self, parts: &[Part<f64>]) -> Result<(), BatchError> {
        let mut more: BTreeMap<NodeId, [f64; 2]> = BTreeMap::new();
        for part in parts {
            let sums = more.entry(part.from).or_default();
            sums[0] += part.substance;
            sums[1] += part.mass;
        }
        for (node, sums) in &more {
            let taken = &self.taken[node.index()];
            let most = (taken[0].value() + sums[0]).max(taken[1].value() + sums[1]);
            if most > 1.0 + OVER_MAX {
                return Err(BatchError::OverOne {
                    batch: self.keys.key(node.index()),
                    taken: most,
                });
            }
        }
        self.book(parts, 1.0);
        Ok(())
    }

    fn put_back(&mut self, parts: &[Part<f64>]) {
        self.book(parts, -1.0);
    }

    fn book(&mut self, parts: &[Part<f64>], sign: f64) {
        for part in parts {
            let taken = &mut self.taken[part.from.index()];
            taken[0].add(sign * part.substance);
            taken[1].add(sign * part.mass);
            let rest = Rest { substance: rest_of(taken[0]), mass: rest_of(taken[1]) };
            self.graph.set_rest(part.from, rest);
        }
    }

    fn told(&self, error: GraphError) -> BatchError {
        match error {
            GraphError::Loop(nodes) => {
                BatchError::Loop(nodes.iter().map(|node| self.keys.key(node.index())).collect())
            }
            GraphError::Full | GraphError::UnknownNode => BatchError::Full,
        }
    }
}

/// One less what was taken; what differs from zero by rounding alone is nothing.
fn rest_of(taken: Compensated) -> f64 {
    let mut rest = taken;
    rest.add(-1.0);
    let rest = -rest.value();
    if rest < REST_MIN { 0.0 } else { rest }
}

fn check_amount(batch: Key, brought: Option<&Amount<f64>>) -> Result<(), BatchError> {
    // An unaccounted term may be below zero; no mass may.
    match brought {
        Some(amount)
            if !amount.substance.is_finite() || amount.mass.is_nan() || amount.mass < 0.0 =>
        {
            Err(BatchError::NotANumber(batch))
        }
        _ => Ok(()),
    }
}
