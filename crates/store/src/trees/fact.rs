//! What was noticed about a tree, as a kind with its figures: logs and the doctor say it in
//! English, pages in the reader's language.
//!
//! Invariant: the JSON of a kind never changes its meaning, because alarms are kept for ever. Texts
//! of the database and of libraries stay as they are: they are evidence, not words for a reader.

use std::fmt;

use serde::{Deserialize, Serialize};
use tl_ledger::Hash;

/// One thing that was noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum AlarmFact {
    /// An entry's bytes do not give the leaf beside them.
    EntryAltered {
        /// Index in the log.
        index: u64,
        /// Leaf hash of the bytes.
        leaf: Hash,
    },
    /// An entry is not there.
    EntryMissing {
        /// Index in the log.
        index: u64,
    },
    /// Entries that differ from those whose hashes were signed.
    EntriesAltered {
        /// Indexes in the log, the first few.
        indexes: Vec<u64>,
    },
    /// The entries do not give the root that was signed at a size.
    RootDiffers {
        /// Size of the tree.
        size: u64,
        /// Root of the entries.
        root: Hash,
    },
    /// The entries do not give the root in the log's own row.
    LogRootDiffers {
        /// Entries of the log.
        size: u64,
        /// Root of the entries.
        root: Hash,
    },
    /// A stored tile is not what the entries give.
    TileAltered {
        /// Level, 0 for leaves.
        level: u8,
        /// Number within the level.
        tile: u64,
    },
    /// A growing tile has another number of hashes than were signed.
    TileWidth {
        /// Level, 0 for leaves.
        level: u8,
        /// Number within the level.
        tile: u64,
        /// Hashes that are stored.
        stored: u64,
        /// Hashes that were signed.
        signed: u64,
    },
    /// The growing tiles do not give the signed root.
    TilesRootDiffers,
    /// The stored frontier does not give the signed root.
    FrontierDiffers,
    /// A checkpoint's note is not signed by the tree's key, or is none.
    CheckpointUnsigned {
        /// Size in its row.
        size: u64,
        /// What the verifier says.
        reason: String,
    },
    /// A checkpoint's note says something else than its row.
    CheckpointSays {
        /// Size in its row.
        size: u64,
        /// Size in its note.
        said: u64,
        /// Root in its note.
        root: Hash,
    },
    /// A checkpoint's row does not give the link that was kept with it.
    CheckpointChanged {
        /// Size in its row.
        size: u64,
    },
    /// Rows of checkpoints were taken away.
    CheckpointsMissing {
        /// How many.
        count: u64,
        /// Size of the last one that stands before them; 0 for none.
        after: u64,
        /// Size of the next one that stands.
        before: u64,
    },
    /// The checkpoint of the tree's head is not there.
    NewestCheckpointMissing {
        /// Size of the head.
        size: u64,
    },
    /// A checkpoint beyond the tree's head.
    CheckpointBeyond {
        /// Its size.
        size: u64,
        /// Size of the head.
        head: u64,
    },
    /// The tree's key can't be read.
    KeyUnreadable {
        /// What stands there.
        vkey: String,
    },
    /// How far the entries bear out what was signed.
    BorneOut {
        /// Size of the last checkpoint that they bear out.
        size: u64,
        /// Size of the newest.
        newest: u64,
    },
    /// A row that makes no sense.
    RowDamaged {
        /// What the store says of it.
        detail: String,
    },
    /// The signer remembers more than the store has.
    SignerAhead {
        /// Entries that were signed.
        signed: u64,
        /// Entries that are stored.
        stored: u64,
    },
    /// Somebody outside holds a newer head.
    NewerHead {
        /// Its size.
        seen: u64,
        /// Size that the store has signed.
        signed: u64,
    },
    /// Somebody outside holds another root for a size.
    OtherRoot {
        /// The size.
        size: u64,
        /// The root that was seen.
        seen: Hash,
        /// The root that the store gives.
        stored: Hash,
    },
    /// A witness finds the newest checkpoint inconsistent with the last one that it signed.
    WitnessDisagrees {
        /// Who.
        witness: String,
    },
}

impl fmt::Display for AlarmFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntryAltered { index, leaf } => {
                write!(f, "entry {index}: its bytes give leaf {leaf}, its row another")
            }
            Self::EntryMissing { index } => write!(f, "entry {index} is missing"),
            Self::EntriesAltered { indexes } => {
                write!(f, "not what was signed: entries {}", listed(indexes))
            }
            Self::RootDiffers { size, root } => {
                write!(f, "the first {size} entries give root {root}, not the signed one")
            }
            Self::LogRootDiffers { size, root } => {
                write!(f, "the first {size} entries give root {root}, the log's row another")
            }
            Self::TileAltered { level, tile } => write!(f, "tile {level}/{tile} is altered"),
            Self::TileWidth { level, tile, stored, signed } => {
                write!(f, "tile {level}/{tile} has {stored} hashes, {signed} were signed")
            }
            Self::TilesRootDiffers => f.write_str("the stored tiles do not give the signed root"),
            Self::FrontierDiffers => {
                f.write_str("the stored frontier does not give the signed root")
            }
            Self::RowDamaged { detail } => f.write_str(detail),
            Self::KeyUnreadable { vkey } => write!(f, "{vkey:?} is no verifier key"),
            Self::BorneOut { size, newest } => write!(
                f,
                "the entries bear out the checkpoint of size {size}, the newest has {newest}"
            ),
            other => other.of_checkpoints(f),
        }
    }
}

impl AlarmFact {
    /// Those about rows of checkpoints, and about heads that others hold.
    fn of_checkpoints(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckpointUnsigned { size, reason } => {
                write!(f, "checkpoint of size {size}: {reason}")
            }
            Self::CheckpointSays { size, said, root } => {
                write!(f, "checkpoint of size {size}: its note says size {said} and root {root}")
            }
            Self::CheckpointChanged { size } => {
                write!(f, "checkpoint of size {size}: its row was changed")
            }
            Self::CheckpointsMissing { count, after, before } => write!(
                f,
                "missing checkpoints between those of sizes {after} and {before}: {count}"
            ),
            Self::NewestCheckpointMissing { size } => {
                write!(f, "the newest checkpoint, of size {size}, is missing")
            }
            Self::CheckpointBeyond { size, head } => {
                write!(f, "checkpoint of size {size}: the tree's head has size {head}")
            }
            Self::SignerAhead { signed, stored } => {
                write!(f, "the signer has signed {signed} entries, the store has {stored}")
            }
            Self::NewerHead { seen, signed } => {
                write!(f, "a head of size {seen} was seen, the store has signed up to {signed}")
            }
            Self::OtherRoot { size, seen, stored } => {
                write!(f, "at size {size} a root {seen} was seen, the store gives {stored}")
            }
            Self::WitnessDisagrees { witness } => {
                write!(f, "{witness} finds the newest checkpoint inconsistent with its last one")
            }
            _ => Ok(()),
        }
    }
}

/// Numbers with commas between.
fn listed(numbers: &[u64]) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}
