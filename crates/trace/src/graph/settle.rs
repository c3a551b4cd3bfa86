//! What every node held in all, and the unaccounted terms of those that were measured.
//!
//! One pass in the order of the nodes. A node that is pinned holds what was measured in it: what
//! its parts bring short of that, or beyond, becomes its own amount, so a corrected lot moves the
//! gaps at the next measurements and nothing behind them.

use super::{Amount, Graph, NONE, NodeId};
use crate::number::Compensated;

/// A gap below this fraction of what was measured is rounding, and none.
const GAP_MIN: f64 = 1e-12;

impl Graph<f64> {
    /// Settles the gaps of pinned nodes (a number each, NaN for none, by node) and gives what each
    /// node held: substance and mass.
    pub fn settle(&mut self, pinned: &[f64]) -> Vec<[f64; 2]> {
        let mut totals = vec![[0.0; 2]; self.nodes.len()];
        for rank in 0..self.order.len() {
            let node = self.order[rank] as usize;
            let mut sums = [Compensated::default(); 2];
            for edge in self.part_range(node) {
                let [substance, mass] = totals[self.edge_parent[edge] as usize];
                let fraction = self.edge_fraction[edge];
                sums[0].add(substance * fraction[0]);
                sums[1].add(mass * fraction[1]);
            }
            let wanted = pinned.get(node).copied().filter(|grams| !grams.is_nan());
            if let (Some(wanted), true) = (wanted, self.nodes[node].parts > 0) {
                let carried = sums[0].value();
                let gap = wanted - carried;
                let real = gap.abs() > GAP_MIN * wanted.abs().max(carried.abs());
                let substance = if real { gap } else { 0.0 };
                let number = NodeId(u32::try_from(node).expect("nodes are numbered so"));
                self.add_origin(number, Amount { substance, mass: 0.0 });
            }
            let origin = self.nodes[node].origin;
            if origin != NONE {
                let amount = &self.origins[origin as usize].amount;
                sums[0].add(amount.substance);
                sums[1].add(amount.mass);
            }
            totals[node] = [sums[0].value(), sums[1].value()];
        }
        totals
    }

    /// Puts other fractions on the edges of a node whose parents stay the same.
    pub(crate) fn reweigh(&mut self, node: NodeId, fractions: impl Iterator<Item = [f64; 2]>) {
        for (edge, both) in self.part_range(node.index()).zip(fractions) {
            self.edge_fraction[edge] = both;
        }
    }
}
