//! Backup and restore: one folder that holds everything but the keys.
//!
//! Logs, evidence and blobs are copied byte by byte and hashed on the way; projections are left out
//! because they follow from the entries. The manifest is written last, so that a folder without one
//! is no backup. Restoring goes only into an empty store. Keys are backed up apart.

use std::path::Path;

use tl_domain::ids::PartyId;
use tl_ledger::Hash;

use crate::{Store, StoreError};

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

impl Store {
    /// Writes a backup into a new folder.
    ///
    /// # Errors
    /// `File`, `Backup` when the folder is not empty.
    pub fn backup(&self, folder: &Path) -> Result<BackupReport, StoreError> {
        todo!()
    }

    /// Restores a backup into this empty store; the installation then writes in a new epoch.
    ///
    /// # Errors
    /// `NotEmpty`, `Backup`, `File`.
    pub fn restore(&self, folder: &Path) -> Result<BackupReport, StoreError> {
        todo!()
    }

    /// Reads a backup and recomputes every hash and root against its manifest; changes nothing.
    ///
    /// # Errors
    /// `Backup` names the file and what is wrong.
    pub fn verify_backup(folder: &Path) -> Result<BackupReport, StoreError> {
        todo!()
    }
}
