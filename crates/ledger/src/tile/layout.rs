//! Which tiles and bundles a log of some size has, and where in them a hash stands.
//!
//! Invariant: the tiles of a size are exactly those of c2sp.org/tlog-tiles: level L has
//! ⌊size / 256^L⌋ hashes, the last tile of a level is partial when they are no multiple of 256,
//! and no empty tile exists. Numbers only; nothing is read.

use std::iter::successors;
use std::ops::Range;

use super::{Bundle, TILE_HEIGHT, TILE_WIDTH, Tile};
use crate::merkle::Subtree;

/// Every tile of a log, level by level, partial ones included.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    new_tiles(0, size)
}

/// Every bundle of a log, the partial one included.
pub fn bundles(size: u64) -> impl Iterator<Item = Bundle> {
    new_bundles(0, size)
}

/// The tiles that a log of `new` entries has and one of `old` had not: what growth writes.
pub fn new_tiles(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    let counts = successors(Some((0_u8, old, new)), |(level, old, new)| {
        Some((level + 1, old >> TILE_HEIGHT, new >> TILE_HEIGHT))
    });
    counts.take_while(|(_, _, new)| *new > 0).flat_map(|(level, old, new)| {
        new_places(old, new).map(move |(index, width)| Tile { level, index, width })
    })
}

/// The bundles that a log of `new` entries has and one of `old` had not.
pub fn new_bundles(old: u64, new: u64) -> impl Iterator<Item = Bundle> {
    new_places(old, new).map(|(index, width)| Bundle { index, width })
}

/// Indexes and widths of the pieces that `new` hashes fill and `old` did not.
fn new_places(old: u64, new: u64) -> impl Iterator<Item = (u64, u16)> {
    let width = u64::from(TILE_WIDTH);
    let end = if old < new { new.div_ceil(width) } else { 0 };
    (old / width..end).map(move |index| {
        let left = (new - index * width).min(width);
        (index, u16::try_from(left).expect("at most 256"))
    })
}

/// The tile at a place as a log of this size has it; `None` when the place is empty there.
#[must_use]
pub(super) fn tile_at(level: u8, index: u64, size: u64) -> Option<Tile> {
    let count = size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))?;
    let first = index.checked_mul(u64::from(TILE_WIDTH))?;
    let left = count.checked_sub(first).filter(|left| *left > 0)?;
    let width = u16::try_from(left.min(u64::from(TILE_WIDTH))).expect("at most 256");
    Some(Tile { level, index, width })
}

/// Where a complete subtree stands in a log of this size: its tile, and the hashes in it whose
/// root it is. `None` when the log does not have all its leaves.
#[must_use]
pub fn locate(subtree: Subtree, size: u64) -> Option<(Tile, Range<usize>)> {
    let level = subtree.level / TILE_HEIGHT;
    let inner = subtree.level % TILE_HEIGHT;
    let first = subtree.index.checked_mul(1 << inner)?;
    let tile = tile_at(level, first / u64::from(TILE_WIDTH), size)?;
    let start = usize::try_from(first % u64::from(TILE_WIDTH)).expect("below 256");
    let end = start + (1 << inner);
    (end <= usize::from(tile.width)).then_some((tile, start..end))
}
