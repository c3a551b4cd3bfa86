//! Opening a store.

use std::path::{Path, PathBuf};

use tl_domain::event::{EpochReason, LogOpen};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::{Micros, Moment};
use tl_ledger::{Hash, Signer};
use tl_wire::device::EntryResult;

use crate::{BackupReport, BlobState, CheckReport, StoreError, Submission};

/// How a store is opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Folder of blobs; made when missing. Without one, blobs are refused.
    pub blob_dir: Option<PathBuf>,
    /// Make a SQLite file that does not exist; else it is an error.
    pub create_if_missing: bool,
    /// Host in the origin of new logs: `HOST/log/PARTY`.
    pub origin_host: Option<String>,
}

/// A store; clones share one writer and one pool of readers.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Opens a database and brings its tables to this version. An interrupted rebuild is finished.
    ///
    /// # Errors
    /// `Url`, `Missing`, `OldSqlite`, `Connect`, `Migrate`.
    pub fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        todo!()
    }

    /// Opens a database, creating a SQLite file that does not exist.
    ///
    /// # Errors
    /// As `open`.
    pub fn create(url: &str, options: Options) -> Result<Self, StoreError> {
        todo!()
    }

    /// Whether nothing was ever stored: neither log nor account nor device.
    ///
    /// # Errors
    /// The database's.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        todo!()
    }

    /// A short question to the database, for health checks.
    ///
    /// # Errors
    /// The database's.
    pub fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Registers the key with which the installation signs for a party.
    pub fn add_signer(&self, party: &PartyId, signer: Signer) {
        todo!()
    }

    /// Creates a log with its entry 0, signed by the registered key; gives that entry's leaf hash.
    ///
    /// # Errors
    /// `NoSigner`, `LogExists`, `Draft`.
    pub fn open_log(
        &self,
        open: &LogOpen,
        id: EntryId,
        observed_at: &Moment,
        received_at: Micros,
    ) -> Result<Hash, StoreError> {
        todo!()
    }

    /// Stores what comes in, in order; returns when it is durable, one result for each submission.
    /// More than `BATCH_ENTRIES_MAX` are stored in several transactions.
    ///
    /// # Errors
    /// `Busy`, `Fenced`, `NoLog`, `NoSigner`, `Draft`, `Database`: nothing of the (last) transaction
    /// was kept.
    pub fn append(&self, submissions: Vec<Submission>) -> Result<Vec<EntryResult>, StoreError> {
        todo!()
    }

    /// Takes over a log that another process wrote; that process is fenced from then on.
    ///
    /// # Errors
    /// `NoLog`.
    pub fn take_over(&self, party: &PartyId) -> Result<(), StoreError> {
        todo!()
    }

    /// Makes all projections anew from the logs; `progress` hears entries done and in all.
    ///
    /// # Errors
    /// The database's; an interrupted rebuild goes on when the store is opened again.
    pub fn rebuild(&self, progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        todo!()
    }

    /// Every projection row as text, in a fixed order that is the same on both databases.
    ///
    /// # Errors
    /// The database's.
    pub fn dump_projections(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }

    /// Hashes everything that is stored anew and compares: leaves, roots, numbers, chains, blobs.
    ///
    /// # Errors
    /// The database's; what is wrong in the data is a finding, not an error.
    pub fn check(&self, progress: impl FnMut(u64, u64)) -> Result<CheckReport, StoreError> {
        todo!()
    }

    /// Writes a backup into a new folder: logs as entry bundles, records as JSON lines, blobs as
    /// files, and a manifest with sizes, roots and hashes. Works for both databases, and a backup
    /// of one can be restored into the other.
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

    /// How much of a blob is there; `None` when it was never announced.
    ///
    /// # Errors
    /// The database's.
    pub fn blob(&self, party: &PartyId, name: &Hash) -> Result<Option<BlobState>, StoreError> {
        todo!()
    }

    /// Takes a piece; one that does not begin where the last ended is answered by what is there.
    /// The last piece completes the blob: all bytes are hashed and made durable before it returns.
    ///
    /// # Errors
    /// `Blob` for a wrong size or hash (the pieces are thrown away), `File`.
    pub fn put_blob_piece(
        &self,
        party: &PartyId,
        name: &Hash,
        size: u64,
        offset: u64,
        bytes: &[u8],
        now: Micros,
    ) -> Result<BlobState, StoreError> {
        todo!()
    }

    /// The file of a complete blob.
    ///
    /// # Errors
    /// The database's.
    pub fn blob_path(&self, party: &PartyId, name: &Hash) -> Result<Option<PathBuf>, StoreError> {
        todo!()
    }
}

/// Makes a PostgreSQL database in the cluster of a maintenance URL; gives the new URL.
///
/// # Errors
/// `Connect`, `Database`.
pub fn create_postgres_database(maintenance_url: &str, name: &str) -> Result<String, StoreError> {
    todo!()
}

/// Removes a PostgreSQL database with everything in it, sending its clients away.
///
/// # Errors
/// `Connect`, `Database`.
pub fn drop_postgres_database(maintenance_url: &str, name: &str) -> Result<(), StoreError> {
    todo!()
}
