//! Backup.

use tl_domain::ids::PartyId;
use tl_ledger::Hash;

/// Size and root of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// Whose log.
    pub party: PartyId,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
}

/// What a backup holds, or what a restore brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The logs.
    pub logs: Vec<LogHead>,
    /// Rows of people, devices and settings.
    pub records: u64,
    /// Blobs.
    pub blobs: u64,
}
