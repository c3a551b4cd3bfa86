//! C2SP tlog-tiles: a log as files that never change.
//!
//! A tile is up to 256 hashes that stand beside each other in one level of the tree; a bundle is
//! the entries under a tile of level 0. `Resource` reads and writes their paths, `layout` says
//! which of them a log of some size has, `TileReader` makes proofs from them. A tile proves
//! nothing by itself: proofs are verified against a root, and `audit` computes tiles anew.

mod bundle;
mod layout;
mod path;
mod reader;

#[cfg(test)]
mod tests;

pub use bundle::{BundleError, BundleWriteError, parse_bundle, push_entry};
pub use layout::{bundles, locate, new_bundles, new_tiles, tiles};
pub use path::{PathError, Resource};
pub use reader::{Inclusion, TileReadError, TileReader};

use std::fmt;

use crate::Hash;

/// Levels of the tree that one tile covers.
pub const TILE_HEIGHT: u8 = 8;
/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Bytes of one hash in a tile.
pub const HASH_BYTES: usize = 32;
/// Highest level that a path can name; a log that fits `SIZE_MAX` has none above 7.
pub const TILE_LEVEL_MAX: u8 = 63;

/// Which tile: `width` hashes of level `level`, from hash `index · 256` on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tile {
    /// Level, in steps of 8 levels of the tree.
    pub level: u8,
    /// Place in its level, from 0.
    pub index: u64,
    /// Number of hashes, 1 to 256; below 256 the tile is partial.
    pub width: u16,
}

/// Which bundle: `width` entries from entry `index · 256` on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bundle {
    /// Place, from 0.
    pub index: u64,
    /// Number of entries, 1 to 256; below 256 the bundle is partial.
    pub width: u16,
}

/// Bytes that are not the tile they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{tile} has {expected} bytes, read {read}")]
pub struct TileBytesError {
    /// The tile.
    pub tile: Tile,
    /// 32 bytes for each of its hashes.
    pub expected: usize,
    /// Bytes that were there.
    pub read: usize,
}

impl Tile {
    /// Whether it has all its hashes and never changes again.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same place with all 256 hashes.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// Number of entries under one of its hashes: 256^level.
    #[must_use]
    pub fn entries_per_hash(self) -> Option<u64> {
        1_u64.checked_shl(u32::from(self.level) * u32::from(TILE_HEIGHT))
    }

    /// The hashes of the tile's bytes.
    ///
    /// # Errors
    /// `TileBytesError` unless there are exactly as many as its width says.
    pub fn parse(self, bytes: &[u8]) -> Result<Vec<Hash>, TileBytesError> {
        let expected = usize::from(self.width) * HASH_BYTES;
        if bytes.len() != expected {
            return Err(TileBytesError { tile: self, expected, read: bytes.len() });
        }
        Ok(bytes.chunks_exact(HASH_BYTES).filter_map(Hash::from_slice).collect())
    }
}

impl fmt::Display for Tile {
    /// Its path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Resource::Tile(*self).fmt(f)
    }
}

impl Bundle {
    /// Whether it has all its entries and never changes again.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same place with all 256 entries.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// Index of its first entry in the log.
    #[must_use]
    pub fn first_entry(self) -> u64 {
        self.index.saturating_mul(u64::from(TILE_WIDTH))
    }
}

impl fmt::Display for Bundle {
    /// Its path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Resource::Entries(*self).fmt(f)
    }
}

/// The bytes of a tile with these hashes.
#[must_use]
pub fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}
