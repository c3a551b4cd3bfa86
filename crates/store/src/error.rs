//! What can go wrong in the store.

use std::path::PathBuf;

use tl_domain::ids::PartyId;

/// Why the store did not do what was asked. After an error nothing of the call was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A URL of no known scheme.
    #[error("database address {0:?}: expected sqlite:PATH or postgres://USER@HOST/DATABASE")]
    Url(String),
    /// A SQLite file that is not there and must not be created by a typing error.
    #[error("no database at {}: create one first, or check the path", .0.display())]
    Missing(PathBuf),
    /// A SQLite library that can lose committed rows in WAL mode.
    #[error("SQLite {read} can lose committed rows; {least} or newer is needed")]
    OldSqlite {
        /// Version that is linked.
        read: String,
        /// Oldest version that is good.
        least: String,
    },
    /// SQLite refused a setting without which commits are not durable.
    #[error("the database file does not allow {0}: is it on a network or read-only disk?")]
    Setting(String),
    /// The database did not let us in.
    #[error("cannot connect to the database {place}: {reason}")]
    Connect {
        /// File or host, without a password.
        place: String,
        /// What the database said.
        reason: String,
    },
    /// The tables could not be brought to this version.
    #[error("cannot bring the database to this version: {0}")]
    Migrate(String),
    /// The database failed or went away; nothing of the call was kept.
    #[error("the database failed: {0}")]
    Database(String),
    /// The queue of the writer is full.
    #[error("{waiting} entries are waiting already; try again")]
    Busy {
        /// Entries in the queue.
        waiting: usize,
    },
    /// Another process has taken over the log.
    #[error("another process writes the log of {0} now: this one must not")]
    Fenced(PartyId),
    /// The projections of the log are being made anew.
    #[error("the projections of {0} are being made anew; try again later")]
    Rebuilding(PartyId),
    /// The writer ended, or failed on these very entries; nothing of the call was kept.
    #[error("the writer ended before it answered")]
    Closed,
    /// A log that does not exist.
    #[error("there is no log of {0}")]
    NoLog(PartyId),
    /// A log that exists already.
    #[error("there is a log of {0} already")]
    LogExists(PartyId),
    /// No signing key was registered for the party.
    #[error("no signing key is registered for {0}")]
    NoSigner(PartyId),
    /// The registered key is not the one that the log knows.
    #[error("the registered key {key} is not valid in the log of {party}")]
    WrongSigner {
        /// The log.
        party: PartyId,
        /// Public key that was registered.
        key: String,
    },
    /// What a page wants to record has no form of an entry.
    #[error("this can't be recorded: {0}")]
    Draft(String),
    /// A name, code or number that is in use.
    #[error("{what} {value:?} is in use")]
    Taken {
        /// What kind of thing.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// Something that is not there.
    #[error("there is no {what} {value:?}")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// Stored data that can't have been written by this program.
    #[error("the database is damaged: {0}; run `tl-server doctor`")]
    Damaged(String),
    /// A blob whose bytes are not those it is named by.
    #[error("blob {name}: {reason}")]
    Blob {
        /// SHA-256 that it is named by.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The party's files would be more than it may have.
    #[error(
        "the files of {party} have {used} bytes; with {more} more they would pass the {most} that \
         a party may have: raise `blob_quota_bytes`"
    )]
    BlobQuota {
        /// The party.
        party: PartyId,
        /// Bytes of its files, as announced.
        used: u64,
        /// Bytes of the file that was refused.
        more: u64,
        /// Most bytes.
        most: u64,
    },
    /// The disk of the files would have less room than has to stay free.
    #[error(
        "the disk has {free} bytes left; {more} more would leave less than the {least} that have \
         to stay free: make room, or lower `disk_free_min_bytes`"
    )]
    DiskLow {
        /// Bytes that are free.
        free: u64,
        /// Bytes that would be written.
        more: u64,
        /// Bytes that have to stay free.
        least: u64,
    },
    /// The database is not empty, and restoring would mix two histories.
    #[error("the database holds {0} logs or accounts: restore only into an empty one")]
    NotEmpty(u64),
    /// A backup that is incomplete or altered.
    #[error("backup {}: {reason}", .path.display())]
    Backup {
        /// File within the backup.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
