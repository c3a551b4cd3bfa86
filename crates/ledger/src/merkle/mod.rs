//! The RFC 6962 tree: appending, proving, verifying.
//!
//! `Frontier` grows a tree and gives its root. A proof is planned first (`inclusion_plan`,
//! `consistency_plan`: which complete subtrees it is made of), then filled from wherever hashes are
//! kept; so a proof costs about log n look-ups whatever the size of the log. Verifying follows the
//! algorithms of RFC 9162 and shares no code with proving. Nothing here reads or keeps anything.

mod frontier;
mod plan;
mod verify;

#[cfg(test)]
mod tests;

pub use frontier::{Frontier, FrontierError};
pub use plan::{
    LeafRange, ProveError, Subtree, consistency_plan, inclusion_plan, prove_consistency,
    prove_inclusion, root_of_range,
};
pub use verify::{ProofError, verify_consistency, verify_inclusion};

use crate::Hash;

/// Largest size of a log: it fits every signed 64-bit integer, in databases and other verifiers.
pub const SIZE_MAX: u64 = (1 << 63) - 1;
/// Most hashes of a proof that is read: a log of `SIZE_MAX` leaves is 63 levels high.
pub const PROOF_HASHES_MAX: usize = 63;

/// Size and root: what a checkpoint states about a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

impl TreeHead {
    /// The empty tree, whose root is SHA-256 of nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self { size: 0, root: Hash::of(b"") }
    }
}

/// Root over hashes that stand beside each other: leaves, or the hashes of a full tile.
#[must_use]
pub fn root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    frontier.extend(hashes.iter().copied());
    frontier.root()
}
