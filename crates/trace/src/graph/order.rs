//! An order of all nodes, parents first, kept up as edges arrive late (Pearce and Kelly 2006).
//!
//! An edge whose parent already ranks before its child costs nothing. Else only the nodes ranked
//! between the two, and joined to them, change places. It deliberately does not know fractions.

use std::collections::HashMap;

use super::{Graph, GraphError, NONE, NodeId};

impl<S> Graph<S> {
    /// Makes room in the order for an edge from `parent` to `child`, or names the loop.
    pub(super) fn admit(&mut self, parent: NodeId, child: NodeId) -> Result<(), GraphError> {
        let upper = self.nodes[parent.index()].rank;
        let lower = self.nodes[child.index()].rank;
        if parent == child {
            return Err(GraphError::Loop(vec![parent]));
        }
        if upper < lower {
            return Ok(());
        }
        let below = self.below(child, upper, parent)?;
        let above = self.above(parent, lower);
        self.rearrange(above, below);
        Ok(())
    }

    /// All descendants of `child` up to a rank; meeting `parent` among them is a loop.
    fn below(&self, child: NodeId, upper: u32, parent: NodeId) -> Result<Vec<u32>, GraphError> {
        let mut came_from: HashMap<u32, u32> = HashMap::from([(child.0, NONE)]);
        let mut open = vec![child.0];
        while let Some(node) = open.pop() {
            for next in self.children(NodeId(node)) {
                if self.nodes[next.index()].rank > upper || came_from.contains_key(&next.0) {
                    continue;
                }
                came_from.insert(next.0, node);
                if next == parent {
                    return Err(GraphError::Loop(path(&came_from, next.0)));
                }
                open.push(next.0);
            }
        }
        Ok(came_from.into_keys().collect())
    }

    /// All ancestors of `parent` down to a rank.
    fn above(&self, parent: NodeId, lower: u32) -> Vec<u32> {
        let mut seen: HashMap<u32, ()> = HashMap::from([(parent.0, ())]);
        let mut open = vec![parent.0];
        while let Some(node) = open.pop() {
            for edge in self.part_range(node as usize) {
                let from = self.edge_parent[edge];
                let live = self.edge_link[edge].child != NONE;
                let near = self.nodes[from as usize].rank >= lower;
                if live && near && seen.insert(from, ()).is_none() {
                    open.push(from);
                }
            }
        }
        seen.into_keys().collect()
    }

    /// Gives the ranks of both groups out again, ancestors first.
    fn rearrange(&mut self, mut above: Vec<u32>, mut below: Vec<u32>) {
        let rank = |node: &u32| self.nodes[*node as usize].rank;
        above.sort_unstable_by_key(rank);
        below.sort_unstable_by_key(rank);
        above.append(&mut below);
        let mut ranks: Vec<u32> = above.iter().map(rank).collect();
        ranks.sort_unstable();
        for (node, rank) in above.into_iter().zip(ranks) {
            self.nodes[node as usize].rank = rank;
            self.order[rank as usize] = node;
        }
    }
}

/// The nodes on the way back from a node, each made from the next.
fn path(came_from: &HashMap<u32, u32>, end: u32) -> Vec<NodeId> {
    let mut nodes = vec![NodeId(end)];
    let mut at = end;
    while let Some(&before) = came_from.get(&at).filter(|before| **before != NONE) {
        nodes.push(NodeId(before));
        at = before;
    }
    nodes
}
