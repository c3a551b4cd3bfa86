//! Elimination without a subtraction: node after node is taken out of the flow sheet, its inputs
//! joined to its outputs, and then given its composition from the nodes that were left.
//!
//! The node with the fewest new connections goes first, so a plant without recycles costs one pass
//! and a large one stays sparse. A node's flow to itself is left out: it changes no composition.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::Zero;

use super::{Composition, FlowOrigin};
use crate::number::{Ratio, Share};

/// The flow sheet while nodes are taken out.
pub(super) struct Elimination<S> {
    /// What leaves a node for good.
    leak: Vec<S>,
    /// What enters it from outside or from taken-out nodes, by origin.
    inflow: Vec<Composition<S>>,
    out: Vec<BTreeMap<usize, S>>,
    into: Vec<BTreeSet<usize>>,
    /// Something moved in or through the node.
    busy: Vec<bool>,
    budget: u64,
}

/// Why it failed.
pub(super) enum Failed {
    Closed(usize),
    Budget,
}

/// What was known of a node when it was taken out.
struct Taken<S> {
    node: usize,
    inflow: Composition<S>,
    from: Vec<(usize, S)>,
    through: S,
}

impl<S: Share> Elimination<S> {
    pub(super) fn new(nodes: usize, budget: u64) -> Self {
        Self {
            leak: vec![S::nothing(); nodes],
            inflow: vec![Composition::new(); nodes],
            out: vec![BTreeMap::new(); nodes],
            into: vec![BTreeSet::new(); nodes],
            busy: vec![false; nodes],
            budget,
        }
    }

    pub(super) fn leaks(&mut self, node: usize, amount: &Ratio) {
        self.leak[node] = self.leak[node].plus(&S::of(amount));
        self.busy[node] |= !amount.is_zero();
    }

    pub(super) fn brings(&mut self, node: usize, origin: FlowOrigin, amount: &Ratio) {
        if !amount.is_zero() {
            self.inflow[node].insert(origin, S::of(amount));
            self.busy[node] = true;
        }
    }

    pub(super) fn moves(&mut self, from: usize, to: usize, amount: &Ratio) {
        if amount.is_zero() {
            return;
        }
        self.busy[from] = true;
        self.busy[to] = true;
        if from != to {
            self.join(from, to, S::of(amount));
        }
    }

    fn join(&mut self, from: usize, to: usize, amount: S) {
        let flow = self.out[from].entry(to).or_insert_with(S::nothing);
        *flow = flow.plus(&amount);
        self.into[to].insert(from);
    }

    fn degree(&self, node: usize) -> usize {
        self.out[node].len() * self.into[node].len()
    }

    fn spend(&mut self, cost: u64) -> Result<(), Failed> {
        self.budget = self.budget.checked_sub(cost).ok_or(Failed::Budget)?;
        Ok(())
    }

    fn take_out(&mut self, node: usize) -> Result<Taken<S>, Failed> {
        let out = std::mem::take(&mut self.out[node]);
        let into = std::mem::take(&mut self.into[node]);
        let through = out.values().fold(self.leak[node].clone(), |sum, flow| sum.plus(flow));
        if through.is_nothing() && self.busy[node] {
            return Err(Failed::Closed(node));
        }
        let inflow = std::mem::take(&mut self.inflow[node]);
        let operations = (out.len() + 1) * (into.len() + inflow.len() + 1);
        self.spend(through.cost().saturating_mul(operations as u64))?;
        let shares: Vec<(usize, S)> =
            out.iter().map(|(to, flow)| (*to, flow.over(&through))).collect();
        for (to, share) in &shares {
            self.into[*to].remove(&node);
            for (origin, amount) in &inflow {
                let entry = self.inflow[*to].entry(*origin).or_insert_with(S::nothing);
                *entry = entry.plus(&amount.times(share));
            }
        }
        let mut from = Vec::with_capacity(into.len());
        for before in into {
            let Some(flow) = self.out[before].remove(&node) else { continue };
            for (to, share) in &shares {
                // What returns to where it came from is a flow to itself.
                if *to != before {
                    self.join(before, *to, flow.times(share));
                }
            }
            let lost = flow.times(&self.leak[node]).over(&through);
            self.leak[before] = self.leak[before].plus(&lost);
            from.push((before, flow));
        }
        Ok(Taken { node, inflow, from, through })
    }
}

/// The composition of each node's pool: the share of each origin, summing to one; empty where
/// nothing moved.
pub(super) fn eliminate<S: Share>(mut work: Elimination<S>) -> Result<Vec<Composition<S>>, Failed> {
    let count = work.leak.len();
    let mut queue: BTreeSet<(usize, usize)> =
        (0..count).map(|node| (work.degree(node), node)).collect();
    let mut taken = Vec::with_capacity(count);
    while let Some((_, node)) = queue.pop_first() {
        let near: BTreeSet<usize> =
            work.out[node].keys().chain(work.into[node].iter()).copied().collect();
        for other in &near {
            queue.remove(&(work.degree(*other), *other));
        }
        taken.push(work.take_out(node)?);
        queue.extend(near.into_iter().map(|other| (work.degree(other), other)));
    }
    let mut shares: Vec<Composition<S>> = vec![Composition::new(); count];
    for Taken { node, inflow, from, through } in taken.into_iter().rev() {
        let mut sums: BTreeMap<FlowOrigin, S::Sum> = BTreeMap::new();
        for (origin, amount) in &inflow {
            S::add_product(sums.entry(*origin).or_default(), amount, &S::whole());
        }
        for (before, flow) in &from {
            work.spend(flow.cost().saturating_mul(shares[*before].len() as u64))?;
            for (origin, share) in &shares[*before] {
                S::add_product(sums.entry(*origin).or_default(), flow, share);
            }
        }
        if !through.is_nothing() {
            let share =
                |(origin, sum): (FlowOrigin, S::Sum)| (origin, S::value(&sum).over(&through));
            shares[node] = sums.into_iter().map(share).collect();
        }
    }
    Ok(shares)
}
