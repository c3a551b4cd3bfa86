//! The tree as a frontier: the roots of the full subtrees of a log, largest first.
//!
//! Appending is O(log n) and needs nothing but the frontier, which is kept beside the log's head
//! and loaded again after a start. It can't prove anything: that takes stored hashes.

use crate::Hash;

/// Roots of the full subtrees of a tree of `size` leaves, in order of decreasing size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

/// Stored bytes that are no frontier of the size given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frontier of {size} leaves has {expected} bytes, read {read}")]
pub struct FrontierError {
    /// Size of the tree.
    pub size: u64,
    /// 32 bytes for each set bit of the size.
    pub expected: usize,
    /// Bytes that were there.
    pub read: usize,
}

impl Frontier {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one of the size is a full subtree that the new leaf completes.
        for _ in 0..self.size.trailing_ones() {
            let left = self.roots.pop().expect("one root for each set bit of the size");
            node = Hash::node(&left, &node);
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// Root of the tree; of the empty tree SHA-256 of nothing (RFC 6962 §2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else {
            return Hash::of(b"");
        };
        roots.fold(*last, |right, left| Hash::node(left, &right))
    }

    /// The roots one after another, 32 bytes each: the form in which a store keeps them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.iter().flat_map(|root| root.0).collect()
    }

    /// Takes what `to_bytes` gave.
    ///
    /// # Errors
    /// `FrontierError` when the bytes do not fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, FrontierError> {
        let expected = 32 * usize::try_from(size.count_ones()).expect("at most 64 bits");
        if bytes.len() != expected {
            return Err(FrontierError { size, expected, read: bytes.len() });
        }
        let roots = bytes.chunks_exact(32).filter_map(Hash::from_slice).collect();
        Ok(Self { size, roots })
    }
}

impl Extend<Hash> for Frontier {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.append(leaf));
    }
}
