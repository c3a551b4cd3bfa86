//! Trees: what is signed over the logs, and what proofs are made of.
//!
//! ```text
//! committed entries ─► tick: hashed anew, compared ─► tiles + checkpoint, together ─► served
//!                                   │ differs                    ▲ the signer sees the head only
//!                                   └─► alarm: it is never signed again; `open` begins a next
//! ```
//!
//! Invariant: tiles and checkpoints say only what committed entries gave when they were hashed for
//! the signature, and a checkpoint is compared and swapped against the one before it, so that no
//! two inconsistent heads of one origin are ever signed. The keys are not here: a signer is asked.
//! A log's indexes go on through all its trees; within a tree entries are counted from 0.

mod alarm;
mod audit;
mod fact;
mod grow;
mod growth;
mod links;
mod open;
mod read;
mod tick;
mod witness;

#[cfg(test)]
mod tests;

pub(crate) use alarm::standing;
pub use alarm::{Alarm, AlarmCode, AlarmState};
pub(crate) use audit::{Replay, audit};
pub use fact::AlarmFact;
pub(crate) use open::{first_tree, next_trees};
pub use read::Which;
pub use tick::{HeadToSign, Permit, SignedHead, Tick};

use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tl_domain::event::ContinueReason;
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_ledger::merkle::TreeHead;
use tl_ledger::{Frontier, Hash};

use crate::StoreError;
use crate::sql::{Conn, Value};

/// A tree of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Whose log.
    pub party: PartyId,
    /// 1 for the log's first, 2 for the one after a restore, …
    pub number: u64,
    /// Origin in checkpoints.
    pub origin: String,
    /// Verifier key, from the first checkpoint on.
    pub vkey: Option<String>,
    /// Entries of the log from this index on belong to it.
    pub first_index: u64,
    /// Log index of its entry 0, when that is not the first one: `log.continue`.
    pub opening_index: Option<u64>,
    /// Why it was opened; `None` for a log's first tree.
    pub reason: Option<ContinueReason>,
    /// Head of its newest checkpoint; the empty one before the first.
    pub head: TreeHead,
    /// When it was opened.
    pub opened_at: Micros,
}

/// A checkpoint as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// What it states.
    pub head: TreeHead,
    /// The signed note with the log's line alone.
    pub note: String,
    /// Lines of witnesses, each with its line feed.
    pub cosignatures: Vec<String>,
    /// When it was signed.
    pub signed_at: Micros,
}

impl Checkpoint {
    /// The note with the lines of witnesses behind the log's own.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.note.clone();
        self.cosignatures.iter().for_each(|line| text.push_str(line));
        text
    }
}

impl Tree {
    /// Where an entry of the log stands in the tree, from 0; `None` before the tree begins or, in
    /// a later tree, before its opening was written.
    #[must_use]
    pub fn place_of(&self, log_index: u64) -> Option<u64> {
        let offset = log_index.checked_sub(self.first_index)?;
        match self.opening_index {
            None if self.number > 1 => None,
            None => Some(offset),
            Some(opening) if log_index == opening => Some(0),
            Some(opening) if log_index < opening => Some(offset + 1),
            Some(_) => Some(offset),
        }
    }

    /// Log index of the entry at a place of the tree.
    #[must_use]
    pub fn index_of(&self, place: u64) -> u64 {
        match self.opening_index {
            Some(opening) if place == 0 => opening,
            Some(opening) if self.first_index + place <= opening => self.first_index + place - 1,
            _ => self.first_index + place,
        }
    }
}

/// A row of `tree`.
#[derive(diesel::QueryableByName)]
struct TreeRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = Nullable<Text>)]
    vkey: Option<String>,
    #[diesel(sql_type = BigInt)]
    first_idx: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    opening_idx: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = Binary)]
    frontier: Vec<u8>,
    #[diesel(sql_type = Binary)]
    log_frontier: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    opened_at: i64,
}

const TREE: &str = "SELECT party, number, origin, vkey, first_idx, opening_idx, reason, size, \
                    root, frontier, log_frontier, opened_at FROM tree";

/// A tree with the frontiers from which it grows on.
struct Stored {
    tree: Tree,
    frontier: Frontier,
    log_frontier: Frontier,
}

impl TryFrom<TreeRow> for Stored {
    type Error = StoreError;

    fn try_from(row: TreeRow) -> Result<Self, StoreError> {
        let damaged = |what: &str| {
            StoreError::Damaged(format!("tree {} of {}: {what}", row.number, row.party))
        };
        let reason = row.reason.clone().map(|text| serde_json::from_value(text.into()));
        let (first, size) = (row.first_idx.unsigned_abs(), row.size.unsigned_abs());
        let tree = Tree {
            party: row.party.parse().map_err(|_| damaged("its party"))?,
            number: row.number.unsigned_abs(),
            vkey: row.vkey.clone(),
            first_index: first,
            opening_index: row.opening_idx.map(i64::unsigned_abs),
            reason: reason.transpose().map_err(|_| damaged("its reason"))?,
            head: TreeHead {
                size,
                root: Hash::from_slice(&row.root).ok_or_else(|| damaged("its root"))?,
            },
            opened_at: row.opened_at,
            origin: row.origin.clone(),
        };
        let frontier = Frontier::from_bytes(size, &row.frontier)
            .map_err(|error| damaged(&error.to_string()))?;
        let log_frontier = Frontier::from_bytes(first + size, &row.log_frontier)
            .map_err(|error| damaged(&error.to_string()))?;
        Ok(Self { tree, frontier, log_frontier })
    }
}

/// The key of a tree's rows.
fn key<'a>(party: &'a PartyId, number: u64) -> [Value<'a>; 2] {
    [Value::text(party.as_str()), Value::count(number)]
}

/// A tree's row with its frontiers.
fn stored(conn: &mut Conn, party: &PartyId, number: u64) -> Result<Option<Stored>, StoreError> {
    let row: Option<TreeRow> =
        conn.one(&format!("{TREE} WHERE party = ? AND number = ?"), &key(party, number))?;
    row.map(Stored::try_from).transpose()
}
