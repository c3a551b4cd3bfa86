//! Paths of a tiled log, below its prefix: `checkpoint`, `tile/L/N[.p/W]`, `tile/entries/N[.p/W]`.
//!
//! Invariant: each resource has one path and each path that is read prints again as it was; so
//! neither a server nor a folder can hold the same tile under two names.

use std::fmt;
use std::str::FromStr;

use super::{Bundle, TILE_LEVEL_MAX, TILE_WIDTH, Tile};
use crate::line;

/// Longest path that is read, in bytes: level 63, seven groups of digits and a width fit.
const PATH_BYTES_MAX: usize = 80;

/// What a tiled log serves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Resource {
    /// The newest signed checkpoint.
    Checkpoint,
    /// Hashes.
    Tile(Tile),
    /// Entries.
    Entries(Bundle),
}

/// Why a path names nothing of a tiled log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{read:?} is no path of a tiled log: {why}")]
pub struct PathError {
    /// The path, shortened.
    pub read: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl FromStr for Resource {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        parse(path)
            .map_err(|why| PathError { read: path.chars().take(PATH_BYTES_MAX).collect(), why })
    }
}

fn parse(path: &str) -> Result<Resource, &'static str> {
    if path == "checkpoint" {
        return Ok(Resource::Checkpoint);
    }
    if path.len() > PATH_BYTES_MAX {
        return Err("it is too long");
    }
    let rest = path.strip_prefix("tile/").ok_or("it begins with neither checkpoint nor tile/")?;
    let (level, place) = rest.split_once('/').ok_or("it ends after the level")?;
    let (index, width) = match place.split_once(".p/") {
        Some((index, width)) => {
            let width = line::decimal(width).and_then(|width| u16::try_from(width).ok());
            let width = width.filter(|width| (1..TILE_WIDTH).contains(width));
            (index, width.ok_or("the width of a partial tile is 1 to 255")?)
        }
        None => (place, TILE_WIDTH),
    };
    let index = parse_index(index)?;
    if level == "entries" {
        return Ok(Resource::Entries(Bundle { index, width }));
    }
    let level = line::decimal(level).and_then(|level| u8::try_from(level).ok());
    let level = level.filter(|level| *level <= TILE_LEVEL_MAX);
    let level = level.ok_or("the level is 0 to 63 or \"entries\"")?;
    Ok(Resource::Tile(Tile { level, index, width }))
}

/// Groups of three digits; all but the last begin with x, and none in front is zero in vain.
fn parse_index(text: &str) -> Result<u64, &'static str> {
    const WHY: &str = "the index is groups of three digits, all but the last after an x";
    let groups: Vec<&str> = text.split('/').collect();
    let (last, front) = groups.split_last().ok_or(WHY)?;
    if front.first() == Some(&"x000") {
        return Err("the index has a group of zeros in front");
    }
    let mut index = 0_u64;
    let front = front.iter().map(|group| group.strip_prefix('x'));
    for group in front.chain([Some(*last)]) {
        let digits = group.filter(|digits| digits.len() == 3).ok_or(WHY)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(WHY);
        }
        let value: u64 = digits.parse().map_err(|_| WHY)?;
        index = index
            .checked_mul(1000)
            .and_then(|index| index.checked_add(value))
            .ok_or("the index is too large for a log")?;
    }
    Ok(index)
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Checkpoint => return f.write_str("checkpoint"),
            Self::Tile(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
            Self::Entries(bundle) => {
                f.write_str("tile/entries/")?;
                (bundle.index, bundle.width)
            }
        };
        let mut groups = vec![format!("{:03}", index % 1000)];
        let mut front = index / 1000;
        while front > 0 {
            groups.push(format!("x{:03}", front % 1000));
            front /= 1000;
        }
        groups.reverse();
        f.write_str(&groups.join("/"))?;
        if width < TILE_WIDTH { write!(f, ".p/{width}") } else { Ok(()) }
    }
}
