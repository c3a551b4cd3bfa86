//! A whole log checked from its entries: every tile computed anew and compared byte for byte.
//!
//! Hashes of tiles are never believed because a parent fits: the root follows from the entries
//! alone, and each stored tile must equal the one computed. Bundles may be hashed on many threads
//! (`BundleLeaves::of`) and are then handed over in order; memory is one tile for each level.

#[cfg(test)]
mod tests;

use crate::Hash;
use crate::merkle::{self, TreeHead};
use crate::tile::{Bundle, BundleError, TILE_WIDTH, Tile, parse_bundle, tile_bytes, tiles};

/// Levels of tiles that a log of at most 2^63 entries can have.
const LEVELS_MAX: usize = 8;

/// What an audit found wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// A bundle's bytes are no entries.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Bundles did not come in order, or after the last one.
    #[error("{read} was handed over where entry {next} comes next")]
    Order {
        /// Bundle that came.
        read: Bundle,
        /// First entry that is still missing.
        next: u64,
    },
    /// The log ends too early.
    #[error("the log has entries up to {read}, the checkpoint says {size}")]
    Missing {
        /// Entries that were handed over.
        read: u64,
        /// Size in the checkpoint.
        size: u64,
    },
    /// A stored tile or bundle has another length than its name says.
    #[error("{tile} has {read} bytes instead of {expected}")]
    TileLength {
        /// The tile as stored.
        tile: Tile,
        /// 32 bytes for each hash.
        expected: usize,
        /// Bytes that were there.
        read: usize,
    },
    /// A stored tile differs from the entries.
    #[error(
        "{tile} differs from the entries at its hash {place}, which covers entries from {entry} \
         on: stored {stored}, computed {computed}"
    )]
    TileDiffers {
        /// The tile as stored.
        tile: Tile,
        /// Which of its hashes, from 0.
        place: u64,
        /// First entry under that hash.
        entry: u64,
        /// The hash that is stored.
        stored: Hash,
        /// The hash that the entries give.
        computed: Hash,
    },
    /// Two stored bundles disagree about an entry.
    #[error("{bundle} holds another entry {entry} than the longer bundle at its place")]
    BundleDiffers {
        /// The shorter bundle.
        bundle: Bundle,
        /// Index of the entry.
        entry: u64,
    },
    /// The entries give another root than the checkpoint signs.
    #[error("the entries give root {computed}, the checkpoint has {signed}")]
    Root {
        /// Root that the entries give.
        computed: Hash,
        /// Root in the checkpoint.
        signed: Hash,
    },
}

/// Leaf hashes of one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleLeaves {
    bundle: Bundle,
    leaves: Vec<Hash>,
}

/// A tile as the entries give it, to be compared with what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputedTile {
    tile: Tile,
    hashes: Vec<Hash>,
}

/// A running audit.
#[derive(Debug, Clone)]
pub struct Audit {
    size: u64,
    read: u64,
    levels: [Vec<Hash>; LEVELS_MAX],
    frontier: merkle::Frontier,
}

impl BundleLeaves {
    /// Hashes the entries of a bundle's bytes.
    ///
    /// # Errors
    /// `BundleError` when they are no bundle of that width.
    pub fn of(bundle: Bundle, bytes: &[u8]) -> Result<Self, BundleError> {
        let entries = parse_bundle(bundle, bytes)?;
        Ok(Self { bundle, leaves: entries.into_iter().map(Hash::leaf).collect() })
    }

    /// Which bundle it is.
    #[must_use]
    pub fn bundle(&self) -> Bundle {
        self.bundle
    }

    /// Leaf hashes in the order of entries.
    #[must_use]
    pub fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// The first entries alone: the partial bundle that this one grew from.
    #[must_use]
    pub fn shortened(mut self, width: u16) -> Self {
        self.leaves.truncate(usize::from(width));
        self.bundle.width = self.bundle.width.min(width);
        self
    }

    /// That a shorter bundle stored at the same place holds the same entries, as far as it goes.
    ///
    /// # Errors
    /// `BundleDiffers` with the first entry that is another.
    pub fn agrees_with(&self, shorter: &Self) -> Result<(), AuditError> {
        let mut pairs = self.leaves.iter().zip(&shorter.leaves).zip(0_u64..);
        match pairs.find(|((own, other), _)| own != other) {
            None => Ok(()),
            Some((_, place)) => {
                let entry = shorter.bundle.first_entry() + place;
                Err(AuditError::BundleDiffers { bundle: shorter.bundle, entry })
            }
        }
    }
}

impl ComputedTile {
    /// Which tile it is.
    #[must_use]
    pub fn tile(&self) -> Tile {
        self.tile
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        tile_bytes(&self.hashes)
    }

    /// Compares what is stored at this place under any width: the tile itself, an older partial
    /// one, or a longer one that a newer checkpoint covers (of which only this part is judged).
    ///
    /// # Errors
    /// `TileLength`, or `TileDiffers` with the first hash that is another.
    pub fn compare(&self, stored: Tile, bytes: &[u8]) -> Result<(), AuditError> {
        let hashes = stored.parse(bytes).map_err(|error| AuditError::TileLength {
            tile: stored,
            expected: error.expected,
            read: error.read,
        })?;
        let mut pairs = self.hashes.iter().zip(&hashes).zip(0_u64..);
        match pairs.find(|((own, other), _)| own != other) {
            None => Ok(()),
            Some(((computed, other), place)) => Err(AuditError::TileDiffers {
                tile: stored,
                place,
                entry: first_entry_under(self.tile, place),
                stored: *other,
                computed: *computed,
            }),
        }
    }
}

/// First entry of the log under a hash of a tile.
fn first_entry_under(tile: Tile, place: u64) -> u64 {
    let hash = tile.index * u64::from(TILE_WIDTH) + place;
    hash.saturating_mul(tile.entries_per_hash().unwrap_or(u64::MAX))
}

impl Audit {
    /// An audit of a log of `size` entries.
    #[must_use]
    pub fn new(size: u64) -> Self {
        Self { size, read: 0, levels: Default::default(), frontier: merkle::Frontier::new() }
    }

    /// Takes the next bundle; gives the full tiles that it completes, lowest level first.
    ///
    /// # Errors
    /// `Order` unless it is the next one and as wide as the log's size makes it.
    pub fn push(&mut self, leaves: &BundleLeaves) -> Result<Vec<ComputedTile>, AuditError> {
        let bundle = leaves.bundle;
        let width = (self.size - self.read).min(u64::from(TILE_WIDTH));
        let wanted = self.read / u64::from(TILE_WIDTH);
        if width == 0 || bundle.index != wanted || u64::from(bundle.width) != width {
            return Err(AuditError::Order { read: bundle, next: self.read });
        }
        self.frontier.extend(leaves.leaves.iter().copied());
        self.read += width;
        self.levels[0].extend(&leaves.leaves);
        Ok(self.take_full())
    }

    /// Full tiles leave their level and put one hash into the next.
    fn take_full(&mut self) -> Vec<ComputedTile> {
        let mut full = Vec::new();
        let mut index = (self.read - 1) / u64::from(TILE_WIDTH);
        for level in 0..LEVELS_MAX - 1 {
            if self.levels[level].len() < usize::from(TILE_WIDTH) {
                break;
            }
            let hashes = std::mem::take(&mut self.levels[level]);
            self.levels[level + 1].push(merkle::root(&hashes));
            let level = u8::try_from(level).expect("below 8");
            full.push(ComputedTile { tile: Tile { level, index, width: TILE_WIDTH }, hashes });
            index /= u64::from(TILE_WIDTH);
        }
        full
    }

    /// Ends the audit: gives the partial tiles of the log's right edge, after the root has been
    /// found to be the one of the checkpoint.
    ///
    /// # Errors
    /// `Missing` when entries are, `Root` when they give another one.
    pub fn finish(self, head: &TreeHead) -> Result<Vec<ComputedTile>, AuditError> {
        if self.read != self.size || head.size != self.size {
            return Err(AuditError::Missing { read: self.read, size: head.size });
        }
        let computed = self.frontier.root();
        if computed != head.root {
            return Err(AuditError::Root { computed, signed: head.root });
        }
        let mut levels = self.levels;
        let partial = tiles(self.size).filter(|tile| !tile.is_full());
        let take = |tile: Tile| ComputedTile {
            tile,
            hashes: std::mem::take(&mut levels[usize::from(tile.level)]),
        };
        Ok(partial.map(take).collect())
    }
}
