//! One walk over the graph, for as many measures at once as are asked.
//!
//! A triangular solve in the order of the nodes, over the nodes reached and no others: what is
//! waiting is a bit per rank, so the next node is found without a heap; a walk that comes to a
//! good part of the graph goes on node by node, as they lie in memory. Fractions are only
//! multiplied and added; none is dropped for being small. A walk over numbers that grow spends a
//! budget and stops when it is gone; whoever asked then cleans the memory.

use std::array::from_fn;
use std::mem::replace;

use super::query::{Measure, Scratch, Spent};
use super::{Graph, NONE, NodeId, OriginId};
use crate::number::Share;

/// Bits in a word of what is waiting.
const WORD: usize = 64;

/// A walk that came to one in so many of the nodes still ahead looks at all of them in turn.
const DENSE: usize = 16;

/// A walk that carries `N` measures and tells `found` what it comes to.
pub(super) struct Walk<'a, S: Share, F, const N: usize> {
    graph: &'a Graph<S>,
    measures: [Measure; N],
    /// By node.
    sums: &'a mut [[S::Sum; N]],
    /// By rank.
    waiting: &'a mut [u64],
    budget: &'a mut u64,
    visited: &'a mut usize,
    found: F,
}

fn bit(rank: u32) -> (usize, u64) {
    (rank as usize / WORD, 1 << (rank as usize % WORD))
}

fn nothing<S: Share, const N: usize>() -> [S::Sum; N] {
    from_fn(|_| S::Sum::default())
}

fn value<S: Share, const N: usize>(sums: &[S::Sum; N]) -> [S; N] {
    from_fn(|lane| S::value(&sums[lane]))
}

/// Adds amounts times the fractions of an edge.
fn add<S: Share, const N: usize>(
    sums: &mut [S::Sum; N],
    amounts: &[S; N],
    measures: [Measure; N],
    fractions: &[S; 2],
) {
    for ((sum, amount), measure) in sums.iter_mut().zip(amounts).zip(measures) {
        S::add_product(sum, amount, &fractions[measure as usize]);
    }
}

fn is_nothing<S: Share, const N: usize>(amounts: &[S; N]) -> bool {
    amounts.iter().all(S::is_nothing)
}

fn cost<S: Share, const N: usize>(amounts: &[S; N]) -> u64 {
    amounts.iter().fold(0, |cost, amount| cost.saturating_add(amount.cost()))
}

impl<'a, S: Share, F, const N: usize> Walk<'a, S, F, N> {
    /// A walk in clean memory.
    pub(super) fn new(
        graph: &'a Graph<S>,
        measures: [Measure; N],
        scratch: &'a mut Scratch<S>,
        found: F,
    ) -> Self {
        let Scratch { sums, waiting, budget, visited } = scratch;
        let nodes = graph.nodes.len();
        if sums.len() < nodes * N {
            sums.resize(nodes * N, S::Sum::default());
        }
        let words = nodes.div_ceil(WORD);
        if waiting.len() < words {
            waiting.resize(words, 0);
        }
        *visited = 0;
        let (sums, _) = sums.as_chunks_mut();
        let (sums, waiting) = (&mut sums[..nodes], &mut waiting[..words]);
        Self { graph, measures, sums, waiting, budget, visited, found }
    }

    /// Puts in what is asked about; the first and last word with something waiting.
    fn begin(&mut self, starts: impl Iterator<Item = (NodeId, [S; N])>) -> Option<(usize, usize)> {
        let mut span: Option<(usize, usize)> = None;
        for (node, shares) in starts {
            for (sum, share) in self.sums[node.index()].iter_mut().zip(&shares) {
                S::add_product(sum, &S::whole(), share);
            }
            let (word, mask) = bit(self.graph.nodes[node.index()].rank);
            self.waiting[word] |= mask;
            span = Some(span.map_or((word, word), |(low, high)| (low.min(word), high.max(word))));
        }
        span
    }

    /// What has come together in a node, which is left with nothing.
    fn take(&mut self, id: usize) -> [S; N] {
        // By reference and not moved out: reading whole what was just written in pieces is slow.
        let amounts = value::<S, N>(&self.sums[id]);
        self.sums[id] = nothing::<S, N>();
        amounts
    }

    fn times(&self, amounts: &[S; N], fractions: &[S; 2]) -> [S; N] {
        from_fn(|lane| amounts[lane].times(&fractions[self.measures[lane] as usize]))
    }

    fn wait(&mut self, id: usize) {
        let (word, mask) = bit(self.graph.nodes[id].rank);
        self.waiting[word] |= mask;
    }

    fn pay(&mut self, cost: u64) -> Result<(), Spent> {
        *self.budget = self.budget.checked_sub(cost).ok_or(Spent)?;
        Ok(())
    }
}

impl<S: Share, F: FnMut(OriginId, [S; N]), const N: usize> Walk<'_, S, F, N> {
    /// From children to parents: tells the origins, the latest in the order first.
    pub(super) fn backward(
        mut self,
        starts: impl Iterator<Item = (NodeId, [S; N])>,
    ) -> Result<(), Spent> {
        let Some((_, high)) = self.begin(starts) else { return Ok(()) };
        for word in (0..=high).rev() {
            if *self.visited * DENSE > (word + 1) * WORD {
                self.waiting[..=word].fill(0);
                let end = ((word + 1) * WORD).min(self.graph.nodes.len());
                return (0..end).rev().try_for_each(|rank| self.step_back::<false>(rank));
            }
            while self.waiting[word] != 0 {
                let top = WORD - 1 - self.waiting[word].leading_zeros() as usize;
                self.waiting[word] &= !(1 << top);
                self.step_back::<true>(word * WORD + top)?;
            }
        }
        Ok(())
    }

    /// One node backward; `MARK` says which parents wait, for walks that look for them.
    fn step_back<const MARK: bool>(&mut self, rank: usize) -> Result<(), Spent> {
        let graph = self.graph;
        let id = graph.order[rank] as usize;
        let shares = self.take(id);
        if is_nothing(&shares) {
            return Ok(());
        }
        *self.visited += 1;
        let node = &graph.nodes[id];
        self.pay(cost(&shares).saturating_mul(u64::from(node.parts) + 1))?;
        if node.origin != NONE {
            let origin = OriginId(node.origin);
            let amounts =
                from_fn(|lane| shares[lane].times(graph.brought(origin, self.measures[lane])));
            if !is_nothing(&amounts) {
                (self.found)(origin, amounts);
            }
        }
        let range = graph.part_range(id);
        let parents = graph.edge_parent[range.clone()].iter();
        for (parent, fractions) in parents.zip(&graph.edge_fraction[range]) {
            add::<S, N>(&mut self.sums[*parent as usize], &shares, self.measures, fractions);
            if MARK {
                self.wait(*parent as usize);
            }
        }
        Ok(())
    }
}

impl<S: Share, F: FnMut(NodeId, [S; N]), const N: usize> Walk<'_, S, F, N> {
    /// From parents to children: tells the nodes where anything rests, the earliest first.
    pub(super) fn forward(
        mut self,
        starts: impl Iterator<Item = (NodeId, [S; N])>,
    ) -> Result<(), Spent> {
        let Some((low, _)) = self.begin(starts) else { return Ok(()) };
        let words = self.waiting.len();
        for word in low..words {
            if *self.visited * DENSE > (words - word) * WORD {
                self.waiting[word..].fill(0);
                return self.pull(word * WORD);
            }
            while self.waiting[word] != 0 {
                let lowest = self.waiting[word].trailing_zeros() as usize;
                self.waiting[word] &= !(1 << lowest);
                self.push(word * WORD + lowest)?;
            }
        }
        Ok(())
    }

    fn keep(&mut self, id: u32, amounts: &[S; N]) {
        let kept = self.times(amounts, &self.graph.rest[id as usize]);
        if !is_nothing(&kept) {
            (self.found)(NodeId(id), kept);
        }
    }

    /// One node forward: gives its children their parts.
    fn push(&mut self, rank: usize) -> Result<(), Spent> {
        let graph = self.graph;
        let id = graph.order[rank];
        let amounts = self.take(id as usize);
        if is_nothing(&amounts) {
            return Ok(());
        }
        *self.visited += 1;
        self.keep(id, &amounts);
        let mut next = graph.nodes[id as usize].first_child;
        while next != NONE {
            self.pay(cost(&amounts))?;
            let link = graph.edge_link[next as usize];
            if link.child != NONE {
                let sums = &mut self.sums[link.child as usize];
                add::<S, N>(sums, &amounts, self.measures, &graph.edge_fraction[next as usize]);
                self.wait(link.child as usize);
            }
            next = link.next;
        }
        Ok(())
    }

    /// All nodes from a rank on take their parts from their parents: reads the edges as they lie,
    /// so that a walk over most of the graph does not follow its links. Parents before that rank
    /// have given theirs already and count as nothing.
    fn pull(&mut self, from: usize) -> Result<(), Spent> {
        let graph = self.graph;
        for &id in &graph.order[from..] {
            let range = graph.part_range(id as usize);
            let mut sums = replace(&mut self.sums[id as usize], nothing::<S, N>());
            let parents = graph.edge_parent[range.clone()].iter();
            for (parent, fractions) in parents.zip(&graph.edge_fraction[range]) {
                let amounts = value::<S, N>(&self.sums[*parent as usize]);
                if !is_nothing(&amounts) {
                    self.pay(cost(&amounts))?;
                    add::<S, N>(&mut sums, &amounts, self.measures, fractions);
                }
            }
            let amounts = value::<S, N>(&sums);
            if !is_nothing(&amounts) {
                *self.visited += 1;
                self.keep(id, &amounts);
                self.sums[id as usize] = sums;
            }
        }
        for &id in &graph.order[from..] {
            self.sums[id as usize] = nothing::<S, N>();
        }
        Ok(())
    }
}
