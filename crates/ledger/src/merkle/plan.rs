//! Proofs from stored hashes: which complete subtrees a proof needs, then their hashes.
//!
//! A complete subtree never changes once its leaves exist, so its hash may come from a tile, a
//! table or a cache. Invariant: every range in a plan splits into complete subtrees of decreasing
//! size. What a source answers is taken as it is; whoever hands a proof on verifies it first.

use crate::Hash;

/// A complete subtree: the 2^level leaves from `index · 2^level` on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Subtree {
    /// Height over the leaves; 0 is a leaf itself.
    pub level: u8,
    /// Which one of its level, from the left, from 0.
    pub index: u64,
}

/// Leaves `start..end` whose root is one hash of a proof; never empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeafRange {
    /// First leaf.
    pub start: u64,
    /// One past the last leaf.
    pub end: u64,
}

/// Why no proof could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// The entry is not in a tree of this size.
    #[error("entry {index} is not in a log of {size} entries")]
    IndexOutside {
        /// Entry asked for, from 0.
        index: u64,
        /// Number of entries.
        size: u64,
    },
    /// The old size is zero or above the new one.
    #[error("there is no consistency proof from size {old} to size {new}")]
    Sizes {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// The place where hashes are kept could not answer.
    #[error("a stored hash could not be read: {0}")]
    Source(E),
}

impl LeafRange {
    /// The complete subtrees that the range splits into, largest first.
    pub fn subtrees(self) -> impl Iterator<Item = Subtree> {
        let mut start = self.start;
        std::iter::from_fn(move || {
            let left = self.end.checked_sub(start).filter(|left| *left > 0)?;
            let level = left.ilog2();
            let index = start >> level;
            start += 1 << level;
            Some(Subtree { level: u8::try_from(level).expect("at most 63"), index })
        })
    }
}

/// The ranges whose roots prove the leaf at `index`, leaf side first (RFC 6962 §2.1.1).
/// `None` when the tree has no such leaf.
#[must_use]
pub fn inclusion_plan(index: u64, size: u64) -> Option<Vec<LeafRange>> {
    if index >= size {
        return None;
    }
    let mut plan = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            plan.push(LeafRange { start: middle, end });
            end = middle;
        } else {
            plan.push(LeafRange { start, end: middle });
            start = middle;
        }
    }
    plan.reverse();
    Some(plan)
}

/// The ranges whose roots prove that the tree of `old` leaves is the beginning of the tree of
/// `new` ones, in the order of RFC 6962 §2.1.2. `None` unless 0 < old ≤ new: from the empty tree
/// there is nothing to prove.
#[must_use]
pub fn consistency_plan(old: u64, new: u64) -> Option<Vec<LeafRange>> {
    if old == 0 || old > new {
        return None;
    }
    let mut plan = Vec::new();
    let (mut start, mut end) = (0, new);
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            plan.push(LeafRange { start: middle, end });
            end = middle;
        } else {
            plan.push(LeafRange { start, end: middle });
            start = middle;
        }
    }
    // The verifier has the root of the old tree; when that is a whole subtree it needs no hash.
    if start > 0 {
        plan.push(LeafRange { start, end });
    }
    plan.reverse();
    Some(plan)
}

/// Root over a range, from the hashes of its complete subtrees.
///
/// # Errors
/// What `node` answers.
pub fn root_of_range<E>(
    range: LeafRange,
    mut node: impl FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let parts = range.subtrees().map(&mut node).collect::<Result<Vec<_>, _>>()?;
    let mut parts = parts.into_iter().rev();
    let last = parts.next().unwrap_or_else(|| Hash::of(b""));
    Ok(parts.fold(last, |right, left| Hash::node(&left, &right)))
}

/// Inclusion proof of the leaf at `index` in the tree of `size` leaves, leaf side first.
///
/// # Errors
/// `IndexOutside`, or what `node` answers.
pub fn prove_inclusion<E>(
    index: u64,
    size: u64,
    node: impl FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Vec<Hash>, ProveError<E>> {
    let plan = inclusion_plan(index, size).ok_or(ProveError::IndexOutside { index, size })?;
    fill(plan, node)
}

/// Consistency proof from the tree of `old` leaves to the one of `new` leaves.
///
/// # Errors
/// `Sizes`, or what `node` answers.
pub fn prove_consistency<E>(
    old: u64,
    new: u64,
    node: impl FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Vec<Hash>, ProveError<E>> {
    let plan = consistency_plan(old, new).ok_or(ProveError::Sizes { old, new })?;
    fill(plan, node)
}

fn fill<E>(
    plan: Vec<LeafRange>,
    mut node: impl FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Vec<Hash>, ProveError<E>> {
    plan.into_iter()
        .map(|range| root_of_range(range, &mut node))
        .collect::<Result<_, _>>()
        .map_err(ProveError::Source)
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}
