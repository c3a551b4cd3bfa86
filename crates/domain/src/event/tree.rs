//! What a log says of trees: its own new one after a restore, and the newest of other parties.
//!
//! A log is one sequence of entries for ever; the tree over it begins anew when a restore lost its
//! end, because a signed head is never signed again with other entries beneath it.

use serde::{Deserialize, Serialize};
use tl_ledger::Hash;

use crate::ids::PartyId;

/// Most heads that one `log.heads` carries, so that its payload stays within its limit.
pub const HEADS_MAX: usize = 150;

/// Head of a tree, as a checkpoint signs it (C2SP tlog-checkpoint).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// Origin of the tree: the name of its key.
    pub origin: String,
    /// Root hash; SHA-256 of nothing for an empty tree.
    pub root: Hash,
    /// Number of entries.
    pub size: u64,
}

/// Why a log goes on under a new origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContinueReason {
    /// The store came back from a backup.
    Restored,
    /// Somebody holds a newer head than the store: its machine was set back.
    SetBack,
    /// The key of the old tree is lost or was in other hands.
    KeyLost,
}

/// Entry 0 of a log's next tree: commits to the last good checkpoint of the tree before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogContinue {
    /// Origin of the new tree.
    pub origin: String,
    /// Head of the tree before, up to which its entries belong to it.
    pub previous: TreeHead,
    /// Why.
    pub reason: ContinueReason,
    /// Verifier key of the new tree (C2SP signed-note vkey).
    pub vkey: String,
}

/// The newest head of a party's log that the installation had signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyHead {
    /// Head of its newest tree.
    pub head: TreeHead,
    /// Whose log.
    pub log: PartyId,
}

/// Heads of the enterprises of a bureau's area: one small root covers them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogHeads {
    /// At most `HEADS_MAX` of them.
    pub heads: Vec<PartyHead>,
}
