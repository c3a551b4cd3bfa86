//! Proofs from tiles, read through a closure: about one tile for each level of tiles.
//!
//! Invariant: no proof leaves here that does not lead to the root it was asked for. So a changed
//! tile is an error here, never a wrong proof; but a tile that no proof needed is not judged. An
//! audit of the whole log is `audit`.

use std::collections::BTreeMap;

use super::{Tile, TileBytesError, layout};
use crate::Hash;
use crate::merkle::{
    self, LeafRange, ProofError, ProveError, Subtree, TreeHead, prove_consistency, prove_inclusion,
    root_of_range, verify_consistency, verify_inclusion,
};

/// Why tiles gave no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileReadError<E> {
    /// Nothing can be proven for these sizes.
    #[error(transparent)]
    Prove(ProveError<std::convert::Infallible>),
    /// The closure could not answer.
    #[error("{tile} could not be read: {source}")]
    Source {
        /// Tile asked for.
        tile: Tile,
        /// What the closure answered.
        source: E,
    },
    /// A tile has the wrong length.
    #[error(transparent)]
    Bytes(#[from] TileBytesError),
    /// The tiles contradict the root.
    #[error("the tiles do not belong to this root: {0}")]
    Proof(#[from] ProofError),
    /// A place that a log of this size does not have.
    #[error("a log of {size} entries has no subtree {subtree:?}")]
    Place {
        /// Subtree asked for.
        subtree: Subtree,
        /// Size of the log.
        size: u64,
    },
}

/// The leaf of an entry and its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Leaf hash, as the tiles have it.
    pub leaf: Hash,
    /// The proof, leaf side first.
    pub hashes: Vec<Hash>,
}

/// Reads the tiles of a log of one size, each at most once.
pub struct TileReader<F> {
    size: u64,
    read: F,
    kept: BTreeMap<Tile, Vec<Hash>>,
}

impl<F, E> TileReader<F>
where
    F: FnMut(Tile) -> Result<Vec<u8>, E>,
{
    /// `read` gives the bytes of the tiles that a log of `size` entries has.
    pub fn new(size: u64, read: F) -> Self {
        Self { size, read, kept: BTreeMap::new() }
    }

    /// Number of tiles read so far.
    #[must_use]
    pub fn tiles_read(&self) -> usize {
        self.kept.len()
    }

    /// Hash of a complete subtree.
    ///
    /// # Errors
    /// What the tile's reading gives.
    pub fn node(&mut self, subtree: Subtree) -> Result<Hash, TileReadError<E>> {
        let (tile, places) = layout::locate(subtree, self.size)
            .ok_or(TileReadError::Place { subtree, size: self.size })?;
        if !self.kept.contains_key(&tile) {
            let bytes =
                (self.read)(tile).map_err(|source| TileReadError::Source { tile, source })?;
            self.kept.insert(tile, tile.parse(&bytes)?);
        }
        Ok(merkle::root(&self.kept[&tile][places]))
    }

    /// Root at a size of at most the reader's.
    ///
    /// # Errors
    /// What the tiles' reading gives.
    pub fn root(&mut self, size: u64) -> Result<Hash, TileReadError<E>> {
        root_of_range(LeafRange { start: 0, end: size }, |at| self.node(at))
    }

    /// Proof of the entry at `index` in the tree with this head.
    ///
    /// # Errors
    /// `Prove` when it is not in the tree, `Proof` when the tiles lead to another root.
    pub fn inclusion(
        &mut self,
        index: u64,
        head: &TreeHead,
    ) -> Result<Inclusion, TileReadError<E>> {
        let hashes = prove_inclusion(index, head.size, |at| self.node(at)).map_err(flatten)?;
        let leaf = self.node(Subtree { level: 0, index })?;
        verify_inclusion(index, head.size, &leaf, &hashes, &head.root)?;
        Ok(Inclusion { leaf, hashes })
    }

    /// Proof that the tree of `old` is the beginning of the tree of `new`.
    ///
    /// # Errors
    /// `Prove` unless 0 < old ≤ new, `Proof` when the tiles lead to another root of either.
    pub fn consistency(
        &mut self,
        old: &TreeHead,
        new: &TreeHead,
    ) -> Result<Vec<Hash>, TileReadError<E>> {
        let hashes = prove_consistency(old.size, new.size, |at| self.node(at)).map_err(flatten)?;
        verify_consistency(old.size, new.size, &old.root, &new.root, &hashes)?;
        Ok(hashes)
    }
}

fn flatten<E>(error: ProveError<TileReadError<E>>) -> TileReadError<E> {
    match error {
        ProveError::Source(error) => error,
        ProveError::IndexOutside { index, size } => {
            TileReadError::Prove(ProveError::IndexOutside { index, size })
        }
        ProveError::Sizes { old, new } => TileReadError::Prove(ProveError::Sizes { old, new }),
    }
}
