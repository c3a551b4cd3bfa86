//! A tree that grows entry by entry: its frontier, the frontier of the whole log, its tiles.
//!
//! Entries come in the order of the log. A later tree begins with its opening entry, which the log
//! has after entries that the tree before did not cover: those wait until it comes. Pure: what a
//! caller does with the tiles is the caller's business.

use tl_ledger::{Frontier, Hash};

/// Hashes in a full tile (C2SP tlog-tiles).
pub(super) const TILE_WIDTH: usize = 256;

/// A tile that has changed: full, or the growing one at the right edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) level: u8,
    pub(super) n: u64,
    pub(super) hashes: Vec<Hash>,
}

/// The growing tile of a level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Edge {
    n: u64,
    hashes: Vec<Hash>,
    changed: bool,
}

/// A tree on its way.
#[derive(Debug, Clone)]
pub(super) struct Growth {
    pub(super) tree: Frontier,
    pub(super) log: Frontier,
    edges: Vec<Edge>,
    /// Log index of the opening entry that has not come yet, with what waits for it.
    waits_for: Option<u64>,
    waiting: Vec<Hash>,
    full: Vec<Tile>,
}

impl Growth {
    /// Goes on from stored frontiers; `edges` are the hashes of the growing tile of each level.
    pub(super) fn from_stored(tree: Frontier, log: Frontier, edges: Vec<Vec<Hash>>) -> Self {
        let size = tree.size();
        let edges = (0_u32..).zip(edges).map(|(level, hashes)| {
            let n = size.checked_shr(8 * (level + 1)).unwrap_or(0);
            Edge { n, hashes, changed: false }
        });
        let edges = edges.collect();
        Self { tree, log, edges, waits_for: None, waiting: vec![], full: vec![] }
    }

    /// An empty tree over a log that has entries before it.
    pub(super) fn begin(log: Frontier, opening_index: Option<u64>) -> Self {
        let mut growth = Self::from_stored(Frontier::new(), log, vec![]);
        growth.waits_for = opening_index;
        growth
    }

    /// How many hashes the growing tile of each level has in a tree of this size.
    pub(super) fn edge_widths(size: u64) -> Vec<usize> {
        let levels = (0..8).map(|level| size >> (8 * level));
        let counts = levels.take_while(|count| *count > 0);
        counts.map(|count| usize::try_from(count % TILE_WIDTH as u64).unwrap_or(0)).collect()
    }

    /// Appends the log's next entry.
    pub(super) fn push(&mut self, leaf: Hash) {
        let index = self.log.size();
        self.log.append(leaf);
        match self.waits_for {
            Some(opening) if index == opening => {
                self.waits_for = None;
                self.append(leaf);
                for waited in std::mem::take(&mut self.waiting) {
                    self.append(waited);
                }
            }
            Some(_) => self.waiting.push(leaf),
            None => self.append(leaf),
        }
    }

    /// Whether the opening entry is still to come.
    pub(super) fn is_waiting(&self) -> bool {
        self.waits_for.is_some()
    }

    fn append(&mut self, leaf: Hash) {
        self.tree.append(leaf);
        let mut hash = leaf;
        for level in 0_u8.. {
            let at = usize::from(level);
            if self.edges.len() == at {
                self.edges.push(Edge::default());
            }
            let edge = &mut self.edges[at];
            edge.hashes.push(hash);
            edge.changed = true;
            if edge.hashes.len() < TILE_WIDTH {
                return;
            }
            let hashes = std::mem::take(&mut edge.hashes);
            hash = tl_ledger::merkle::root(&hashes);
            self.full.push(Tile { level, n: edge.n, hashes });
            edge.n += 1;
        }
    }

    /// Full tiles since the last call.
    pub(super) fn take_full(&mut self) -> Vec<Tile> {
        std::mem::take(&mut self.full)
    }

    /// The growing tiles that have changed since `from_stored`.
    pub(super) fn changed_edges(&self) -> impl Iterator<Item = Tile> {
        (0_u8..)
            .zip(&self.edges)
            .filter(|(_, edge)| edge.changed && !edge.hashes.is_empty())
            .map(|(level, edge)| Tile { level, n: edge.n, hashes: edge.hashes.clone() })
    }
}
