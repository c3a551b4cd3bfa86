//! The two questions: which origins are in this, and where did this go.
//!
//! Either is asked of the substance, of the mass, or of both at once: one walk carries both (see
//! `walk`). Working memory is kept between questions and is clean after each, also after one that
//! ran out of its budget.

use super::walk::Walk;
use super::{Graph, NodeId, OriginId};
use crate::number::Share;

/// Which fractions to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The substance: kilograms or grams.
    Substance,
    /// The mass: tonnes.
    Mass,
}

/// Both measures, in the order of pairs.
const BOTH: [Measure; 2] = [Measure::Substance, Measure::Mass];

/// The numbers grew beyond the budget of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("exact fractions grew beyond the budget")]
pub struct Spent;

/// Working memory of the walks: 16 bytes per node and measure and a bit per node; one per thread,
/// used again and again.
#[derive(Clone, Debug)]
pub struct Scratch<S: Share> {
    pub(super) sums: Vec<S::Sum>,
    pub(super) waiting: Vec<u64>,
    pub(super) budget: u64,
    pub(super) visited: usize,
}

impl<S: Share> Default for Scratch<S> {
    fn default() -> Self {
        Self::with_budget(u64::MAX)
    }
}

impl<S: Share> Scratch<S> {
    /// Working memory whose walks may cost so much in all; see [`Share::cost`].
    pub fn with_budget(budget: u64) -> Self {
        Self { sums: Vec::new(), waiting: Vec::new(), budget, visited: 0 }
    }

    /// Nodes that the last walk came to.
    pub fn visited(&self) -> usize {
        self.visited
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.sums.capacity() * size_of::<S::Sum>() + self.waiting.capacity() * size_of::<u64>()
    }

    /// Clean memory after a walk that stopped on its way.
    fn ended(&mut self, walked: Result<(), Spent>) -> Result<(), Spent> {
        if walked.is_err() {
            self.sums.fill(S::Sum::default());
            self.waiting.fill(0);
        }
        walked
    }
}

impl<S: Share> Graph<S> {
    /// Which origins are in these fractions of nodes: the amount of each that brought any, the
    /// latest in the order first.
    pub fn backward(
        &self,
        starts: &[(NodeId, S)],
        measure: Measure,
        scratch: &mut Scratch<S>,
    ) -> Result<Vec<(OriginId, S)>, Spent> {
        let mut found = Vec::new();
        let note = |origin, [amount]: [S; 1]| found.push((origin, amount));
        let starts = starts.iter().map(|(node, share)| (*node, [share.clone()]));
        let walked = Walk::new(self, [measure], scratch, note).backward(starts);
        scratch.ended(walked).map(|()| found)
    }

    /// As [`Graph::backward`] for substance and mass in one walk; `found` is told each origin that
    /// brought any of either.
    pub fn backward_both(
        &self,
        starts: &[(NodeId, [S; 2])],
        scratch: &mut Scratch<S>,
        found: impl FnMut(OriginId, [S; 2]),
    ) -> Result<(), Spent> {
        let walked = Walk::new(self, BOTH, scratch, found).backward(starts.iter().cloned());
        scratch.ended(walked)
    }

    /// Where these amounts, put in at nodes, rest now: each node that kept any, the earliest in
    /// the order first.
    pub fn forward(
        &self,
        starts: &[(NodeId, S)],
        measure: Measure,
        scratch: &mut Scratch<S>,
    ) -> Result<Vec<(NodeId, S)>, Spent> {
        let mut found = Vec::new();
        let note = |node, [amount]: [S; 1]| found.push((node, amount));
        let starts = starts.iter().map(|(node, amount)| (*node, [amount.clone()]));
        let walked = Walk::new(self, [measure], scratch, note).forward(starts);
        scratch.ended(walked).map(|()| found)
    }

    /// As [`Graph::forward`] for substance and mass in one walk; `found` is told each node that
    /// kept any of either.
    pub fn forward_both(
        &self,
        starts: &[(NodeId, [S; 2])],
        scratch: &mut Scratch<S>,
        found: impl FnMut(NodeId, [S; 2]),
    ) -> Result<(), Spent> {
        let walked = Walk::new(self, BOTH, scratch, found).forward(starts.iter().cloned());
        scratch.ended(walked)
    }

    /// Where the substance or mass of an origin rests now.
    pub fn forward_of(
        &self,
        origin: OriginId,
        measure: Measure,
        scratch: &mut Scratch<S>,
    ) -> Result<Vec<(NodeId, S)>, Spent> {
        let start = (self.node_of(origin), self.brought(origin, measure).clone());
        self.forward(&[start], measure, scratch)
    }

    pub(super) fn brought(&self, origin: OriginId, measure: Measure) -> &S {
        let amount = &self.origins[origin.index()].amount;
        match measure {
            Measure::Substance => &amount.substance,
            Measure::Mass => &amount.mass,
        }
    }
}
