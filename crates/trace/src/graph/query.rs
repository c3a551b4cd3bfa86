//! The two questions: which origins are in this, and where did this go.
//!
//! Each is one triangular solve in the order of the nodes, over the nodes reached and no others:
//! what is waiting is a bit per rank, so the next node is found without a heap; a walk that comes
//! to a good part of the graph goes on node by node, as they lie in memory. Fractions are only
//! multiplied and added; none is dropped for being small. A walk over numbers that grow spends a
//! budget and says so when it is gone.

use std::mem::take;

use super::{Graph, NONE, NodeId, OriginId};
use crate::number::Share;

/// Which fractions to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The substance: kilograms or grams.
    Substance,
    /// The mass: tonnes.
    Mass,
}

/// The numbers grew beyond the budget of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("exact fractions grew beyond the budget")]
pub struct Spent;

/// Working memory of the walks: 16 bytes and a bit per node; one per thread, used again and again.
#[derive(Clone, Debug)]
pub struct Scratch<S: Share> {
    pub(super) sums: Vec<S::Sum>,
    pub(super) waiting: Vec<u64>,
    budget: u64,
    visited: usize,
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

    fn fit(&mut self, nodes: usize) {
        self.visited = 0;
        if self.sums.len() < nodes {
            self.sums.resize(nodes, S::Sum::default());
            self.waiting.resize(nodes.div_ceil(WORD), 0);
        }
    }

    /// Takes from the budget of a walk that ends, and leaves clean memory, when it is gone.
    fn pay(&mut self, cost: u64) -> Result<(), Spent> {
        match self.budget.checked_sub(cost) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => {
                self.clear();
                Err(Spent)
            }
        }
    }

    fn clear(&mut self) {
        self.sums.fill(S::Sum::default());
        self.waiting.fill(0);
    }
}

/// Bits in a word of what is waiting.
const WORD: usize = 64;

/// A walk that came to one in so many of the nodes still ahead looks at all of them in turn.
const DENSE: usize = 16;

fn keep<S: Share>(found: &mut Vec<(NodeId, S)>, id: u32, amount: S) {
    if !amount.is_nothing() {
        found.push((NodeId(id), amount));
    }
}

fn bit(rank: u32) -> (usize, u64) {
    (rank as usize / WORD, 1 << (rank as usize % WORD))
}

impl<S: Share> Graph<S> {
    fn fractions(&self, measure: Measure) -> (&[S], &[S]) {
        match measure {
            Measure::Substance => (&self.edge_substance, &self.rest_substance),
            Measure::Mass => (&self.edge_mass, &self.rest_mass),
        }
    }

    fn brought(&self, origin: u32, measure: Measure) -> &S {
        let amount = &self.origins[origin as usize].amount;
        match measure {
            Measure::Substance => &amount.substance,
            Measure::Mass => &amount.mass,
        }
    }

    fn begin(&self, starts: &[(NodeId, S)], scratch: &mut Scratch<S>) -> Option<(usize, usize)> {
        scratch.fit(self.nodes.len());
        let mut span: Option<(usize, usize)> = None;
        for (node, share) in starts {
            S::add_product(&mut scratch.sums[node.index()], &S::whole(), share);
            let (word, mask) = bit(self.nodes[node.index()].rank);
            scratch.waiting[word] |= mask;
            span = Some(span.map_or((word, word), |(low, high)| (low.min(word), high.max(word))));
        }
        span
    }

    /// Which origins are in these fractions of nodes: the amount of each that brought any, the
    /// latest in the order first.
    pub fn backward(
        &self,
        starts: &[(NodeId, S)],
        measure: Measure,
        scratch: &mut Scratch<S>,
    ) -> Result<Vec<(OriginId, S)>, Spent> {
        let mut found = Vec::new();
        let Some((_, high)) = self.begin(starts, scratch) else { return Ok(found) };
        for word in (0..=high).rev() {
            if scratch.visited * DENSE > (word + 1) * WORD {
                scratch.waiting[..=word].fill(0);
                let end = ((word + 1) * WORD).min(self.nodes.len());
                for rank in (0..end).rev() {
                    self.step_back::<false>(rank, measure, scratch, &mut found)?;
                }
                break;
            }
            while scratch.waiting[word] != 0 {
                let top = WORD - 1 - scratch.waiting[word].leading_zeros() as usize;
                scratch.waiting[word] &= !(1 << top);
                self.step_back::<true>(word * WORD + top, measure, scratch, &mut found)?;
            }
        }
        Ok(found)
    }

    /// One node backward; `MARK` says which parents wait, for walks that look for them.
    fn step_back<const MARK: bool>(
        &self,
        rank: usize,
        measure: Measure,
        scratch: &mut Scratch<S>,
        found: &mut Vec<(OriginId, S)>,
    ) -> Result<(), Spent> {
        let id = self.order[rank] as usize;
        let share = S::value(&take(&mut scratch.sums[id]));
        if share.is_nothing() {
            return Ok(());
        }
        scratch.visited += 1;
        let node = &self.nodes[id];
        scratch.pay(share.cost().saturating_mul(u64::from(node.parts) + 1))?;
        if node.origin != NONE {
            let amount = share.times(self.brought(node.origin, measure));
            if !amount.is_nothing() {
                found.push((OriginId(node.origin), amount));
            }
        }
        let (fractions, _) = self.fractions(measure);
        let range = self.part_range(id);
        for (parent, fraction) in self.edge_parent[range.clone()].iter().zip(&fractions[range]) {
            S::add_product(&mut scratch.sums[*parent as usize], &share, fraction);
            if MARK {
                let (word, mask) = bit(self.nodes[*parent as usize].rank);
                scratch.waiting[word] |= mask;
            }
        }
        Ok(())
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
        let Some((low, _)) = self.begin(starts, scratch) else { return Ok(found) };
        let words = self.nodes.len().div_ceil(WORD);
        for word in low..words {
            if scratch.visited * DENSE > (words - word) * WORD {
                scratch.waiting[word..].fill(0);
                self.pull(word * WORD, measure, scratch, &mut found)?;
                break;
            }
            while scratch.waiting[word] != 0 {
                let lowest = scratch.waiting[word].trailing_zeros() as usize;
                scratch.waiting[word] &= !(1 << lowest);
                self.push(word * WORD + lowest, measure, scratch, &mut found)?;
            }
        }
        Ok(found)
    }

    /// One node forward: gives its children their parts.
    fn push(
        &self,
        rank: usize,
        measure: Measure,
        scratch: &mut Scratch<S>,
        found: &mut Vec<(NodeId, S)>,
    ) -> Result<(), Spent> {
        let id = self.order[rank];
        let amount = S::value(&take(&mut scratch.sums[id as usize]));
        if amount.is_nothing() {
            return Ok(());
        }
        scratch.visited += 1;
        let (fractions, rests) = self.fractions(measure);
        keep(found, id, amount.times(&rests[id as usize]));
        let mut next = self.nodes[id as usize].first_child;
        while next != NONE {
            scratch.pay(amount.cost())?;
            let link = self.edge_link[next as usize];
            if link.child != NONE {
                let child = link.child as usize;
                S::add_product(&mut scratch.sums[child], &amount, &fractions[next as usize]);
                let (word, mask) = bit(self.nodes[child].rank);
                scratch.waiting[word] |= mask;
            }
            next = link.next;
        }
        Ok(())
    }

    /// All nodes from a rank on take their parts from their parents: reads the edges as they lie,
    /// so that a walk over most of the graph does not follow its links. Parents before that rank
    /// have given theirs already and count as nothing.
    fn pull(
        &self,
        from: usize,
        measure: Measure,
        scratch: &mut Scratch<S>,
        found: &mut Vec<(NodeId, S)>,
    ) -> Result<(), Spent> {
        let (fractions, rests) = self.fractions(measure);
        for &id in &self.order[from..] {
            let range = self.part_range(id as usize);
            let mut sum = take(&mut scratch.sums[id as usize]);
            let mut cost = 0_u64;
            let parents = self.edge_parent[range.clone()].iter();
            for (parent, fraction) in parents.zip(&fractions[range]) {
                let amount = S::value(&scratch.sums[*parent as usize]);
                if !amount.is_nothing() {
                    cost = cost.saturating_add(amount.cost());
                    S::add_product(&mut sum, &amount, fraction);
                }
            }
            scratch.pay(cost)?;
            let amount = S::value(&sum);
            if !amount.is_nothing() {
                scratch.visited += 1;
                keep(found, id, amount.times(&rests[id as usize]));
                S::add_product(&mut scratch.sums[id as usize], &amount, &S::whole());
            }
        }
        for &id in &self.order[from..] {
            scratch.sums[id as usize] = S::Sum::default();
        }
        Ok(())
    }

    /// Where the substance or mass of an origin rests now.
    pub fn forward_of(
        &self,
        origin: OriginId,
        measure: Measure,
        scratch: &mut Scratch<S>,
    ) -> Result<Vec<(NodeId, S)>, Spent> {
        let start = (self.node_of(origin), self.brought(origin.0, measure).clone());
        self.forward(&[start], measure, scratch)
    }
}
