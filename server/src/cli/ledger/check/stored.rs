//! The files of a tlog-tiles folder, found by their paths.
//!
//! Invariant: each file below `tile/` is either a tile, a bundle or counted as foreign; none is
//! passed over in silence. Links to folders are not followed, so that no walk is endless.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tl_ledger::tile::{Bundle, Resource, Tile};

use super::{Failure, input};

/// Longest bundle: 256 entries of 65,535 bytes behind their lengths.
const BUNDLE_BYTES_MAX: usize = 256 * (2 + 65_535);
/// Longest tile: 256 hashes.
const TILE_BYTES_MAX: usize = 256 * 32;

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Stored {
    folder: PathBuf,
    /// Widths of the tiles at each level and index.
    tiles: BTreeMap<(u8, u64), Vec<u16>>,
    /// Widths of the bundles at each index.
    bundles: BTreeMap<u64, Vec<u16>>,
    /// Files that no tiled log has.
    pub(super) foreign: Vec<String>,
}

impl Stored {
    /// Finds all files of the folder.
    pub(super) fn find(folder: &Path) -> Result<Self, Failure> {
        let mut stored = Self { folder: folder.to_owned(), ..Self::default() };
        let top = folder.join("tile");
        if top.is_dir() {
            stored.walk(&top, "tile")?;
        }
        for widths in stored.tiles.values_mut().chain(stored.bundles.values_mut()) {
            widths.sort_unstable();
        }
        Ok(stored)
    }

    fn walk(&mut self, folder: &Path, path: &str) -> Result<(), Failure> {
        let unreadable =
            |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", folder.display()));
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let below = format!("{path}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(unreadable)?.is_dir() {
                self.walk(&entry.path(), &below)?;
                continue;
            }
            match below.parse() {
                Ok(Resource::Tile(Tile { level, index, width })) => {
                    self.tiles.entry((level, index)).or_default().push(width);
                }
                Ok(Resource::Entries(Bundle { index, width })) => {
                    self.bundles.entry(index).or_default().push(width);
                }
                Ok(Resource::Checkpoint) | Err(_) => self.foreign.push(below),
            }
        }
        Ok(())
    }

    /// Takes the tiles stored at a place, narrowest first.
    pub(super) fn take_tiles(&mut self, level: u8, index: u64) -> Vec<Tile> {
        let widths = self.tiles.remove(&(level, index)).unwrap_or_default();
        widths.into_iter().map(|width| Tile { level, index, width }).collect()
    }

    /// The bundles stored at a place, narrowest first.
    pub(super) fn bundles(&self, index: u64) -> Vec<Bundle> {
        let widths = self.bundles.get(&index).map_or(&[][..], Vec::as_slice);
        widths.iter().map(|width| Bundle { index, width: *width }).collect()
    }

    /// Tiles that were not taken and bundles from a place on: what no checkpoint covers yet.
    pub(super) fn left_over(&self, bundles_from: u64) -> usize {
        let bundles = self.bundles.range(bundles_from..).map(|(_, widths)| widths.len());
        self.tiles.values().map(Vec::len).chain(bundles).sum()
    }

    pub(super) fn read_tile(&self, tile: Tile) -> Result<Vec<u8>, Failure> {
        input::bytes(&self.folder.join(tile.to_string()), TILE_BYTES_MAX)
    }

    pub(super) fn read_bundle(&self, bundle: Bundle) -> Result<Vec<u8>, Failure> {
        input::bytes(&self.folder.join(bundle.to_string()), BUNDLE_BYTES_MAX)
    }
}
