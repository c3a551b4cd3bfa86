//! Rows about the party itself: masters, keys, open tasks.

use serde::{Deserialize, Serialize};
use tl_ledger::PublicKey;

use crate::event::{KeyRole, Master};
use crate::ids::{DeviceId, EntryId, SiteId};
use crate::project::verdict::Verdict;
use crate::time::Micros;

/// The newest version of a master record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MasterRow {
    /// The record.
    pub record: Master,
    /// Whether it is in use.
    pub active: bool,
    /// Entry that gave it.
    pub entry: EntryId,
}

/// A key of the party's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyRow {
    /// The key.
    pub key: PublicKey,
    /// Device that holds it.
    pub device: DeviceId,
    /// What it may sign.
    pub role: KeyRole,
    /// Site where the device stands.
    pub site: Option<SiteId>,
    /// Index of the entry that revoked it.
    pub revoked_at: Option<u64>,
}

/// Something that somebody has to look at; goes away when its cause does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// `noun:id` of the object concerned.
    pub object: String,
    /// What is odd.
    pub verdict: Verdict,
    /// Entry that showed it first.
    pub entry: EntryId,
    /// When that happened.
    pub since: Micros,
    /// How many entries show it.
    pub count: u64,
    /// Figures for the text, by name.
    pub detail: Vec<(String, String)>,
}
