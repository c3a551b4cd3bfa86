//! Verifying proofs by the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2.
//!
//! Invariant: a proof is accepted only when it has exactly the hashes it needs and leads to the
//! roots given. It shares nothing with `plan`, so a mistake there can't be made good here.

use crate::Hash;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf's index is not below the size.
    #[error("entry {index} is not in a log of {size} entries")]
    IndexOutside {
        /// Index given.
        index: u64,
        /// Size given.
        size: u64,
    },
    /// A consistency proof needs an old tree that is not empty and not larger than the new one.
    #[error("there is no consistency proof from size {old} to size {new}")]
    Sizes {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// Hashes are missing.
    #[error("the proof ends too early: {read} hashes are not enough")]
    TooShort {
        /// Hashes in the proof.
        read: usize,
    },
    /// Hashes are left over.
    #[error("the proof has {read} hashes, only {used} belong to it")]
    TooLong {
        /// Hashes in the proof.
        read: usize,
        /// Hashes after which the root was reached.
        used: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to root {computed}, not to {expected}")]
    Root {
        /// Root that was to be proven.
        expected: Hash,
        /// Root that came out.
        computed: Hash,
    },
    /// The hashes lead to another old root.
    #[error("the proof leads to old root {computed}, not to {expected}")]
    OldRoot {
        /// Root of the older tree.
        expected: Hash,
        /// Root that came out.
        computed: Hash,
    },
}

/// Verifies that `leaf` is the leaf at `index` of the tree with `size` leaves and this root.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Hash,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutside { index, size });
    }
    let (mut at, mut last) = (index, size - 1);
    let mut computed = *leaf;
    for (used, hash) in proof.iter().enumerate() {
        if last == 0 {
            return Err(ProofError::TooLong { read: proof.len(), used });
        }
        if at & 1 == 1 || at == last {
            computed = Hash::node(hash, &computed);
            // A last node without a right neighbour rises until it is a right child.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            computed = Hash::node(&computed, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::TooShort { read: proof.len() });
    }
    expect_root(root, computed)
}

/// Verifies that the tree of `old` leaves with `old_root` is the beginning of the tree of `new`
/// leaves with `new_root`. From the empty tree nothing can be proven, so `old` is at least 1.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old == new {
        return match proof {
            [] => expect_root(new_root, *old_root),
            _ => Err(ProofError::TooLong { read: proof.len(), used: 0 }),
        };
    }
    if old == 0 || old > new {
        return Err(ProofError::Sizes { old, new });
    }
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    // When the old tree is one complete subtree, its root is the hash the proof begins with.
    let (first, rest) = match proof.split_first() {
        _ if old.is_power_of_two() => (*old_root, proof),
        Some((first, rest)) => (*first, rest),
        None => return Err(ProofError::TooShort { read: 0 }),
    };
    let (mut from_old, mut computed) = (first, first);
    for (used, hash) in rest.iter().enumerate() {
        if last == 0 {
            let used = used + proof.len() - rest.len();
            return Err(ProofError::TooLong { read: proof.len(), used });
        }
        if at & 1 == 1 || at == last {
            from_old = Hash::node(hash, &from_old);
            computed = Hash::node(hash, &computed);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            computed = Hash::node(&computed, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::TooShort { read: proof.len() });
    }
    if from_old != *old_root {
        return Err(ProofError::OldRoot { expected: *old_root, computed: from_old });
    }
    expect_root(new_root, computed)
}

fn expect_root(expected: &Hash, computed: Hash) -> Result<(), ProofError> {
    if computed == *expected {
        Ok(())
    } else {
        Err(ProofError::Root { expected: *expected, computed })
    }
}
