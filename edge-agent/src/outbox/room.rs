//! How much may be kept: warn at 80 %, refuse new captures at 95 % of the quota.
//!
//! Refuse, never drop the oldest: what was acknowledged stays. Marks and verdicts of the server are
//! still written, because they are what makes room.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

use super::WriteError;
use crate::config::OutboxConfig;

/// Share of the quota from which people are warned, in per cent.
const WARN_PERCENT: u64 = 80;
/// Share of the quota from which captures are refused, in per cent.
const REFUSE_PERCENT: u64 = 95;

/// What may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoomState {
    /// Everything.
    Free,
    /// Everything, and people are warned.
    Warning,
    /// Only marks and verdicts: the quota is used up.
    Full,
    /// Only marks and verdicts: the file system had no room left.
    DiskFull,
}

/// How much room there is, as last measured.
#[derive(Debug)]
pub(crate) struct Room {
    quota: u64,
    /// Bytes that the ballast has when the disk has room.
    pub(super) ballast_bytes: u64,
    used: AtomicU64,
    disk_full: AtomicBool,
}

impl Room {
    pub(super) fn new(config: &OutboxConfig) -> Self {
        Self {
            quota: config.quota_bytes,
            ballast_bytes: config.ballast_bytes,
            used: AtomicU64::new(0),
            disk_full: AtomicBool::new(false),
        }
    }

    /// Bytes in use and bytes allowed.
    pub(crate) fn used(&self) -> (u64, u64) {
        (self.used.load(Ordering::Relaxed), self.quota)
    }

    /// What may be written now.
    pub(crate) fn state(&self) -> RoomState {
        if self.disk_full.load(Ordering::Acquire) {
            return RoomState::DiskFull;
        }
        let percent = |share: u64| self.quota / 100 * share;
        match self.used.load(Ordering::Relaxed) {
            used if used >= percent(REFUSE_PERCENT) => RoomState::Full,
            used if used >= percent(WARN_PERCENT) => RoomState::Warning,
            _ => RoomState::Free,
        }
    }

    /// Refuses a capture when there is no room for it.
    pub(crate) fn admit(&self) -> Result<(), WriteError> {
        match self.state() {
            RoomState::Free | RoomState::Warning => Ok(()),
            RoomState::Full => {
                let (used, quota) = self.used();
                Err(WriteError::NoRoom { used, quota })
            }
            RoomState::DiskFull => Err(WriteError::DiskFull),
        }
    }

    pub(super) fn set_disk_full(&self, full: bool) {
        self.disk_full.store(full, Ordering::Release);
    }

    /// Measures pages in use and blobs.
    pub(super) fn measure(&self, connection: &mut SqliteConnection) -> QueryResult<()> {
        self.used.store(used_bytes(connection)?, Ordering::Relaxed);
        Ok(())
    }
}

/// Bytes of pages in use and of blobs.
pub(crate) fn used_bytes(connection: &mut SqliteConnection) -> QueryResult<u64> {
    let row: Bytes = sql_query(USED).get_result(connection)?;
    Ok(u64::try_from(row.bytes).unwrap_or(0))
}

/// Pages that were freed count as room: the file itself never shrinks.
const USED: &str = "SELECT (SELECT page_count FROM pragma_page_count()) \
                  * (SELECT page_size FROM pragma_page_size()) \
                  - (SELECT freelist_count FROM pragma_freelist_count()) \
                  * (SELECT page_size FROM pragma_page_size()) \
                  + (SELECT coalesce(sum(size), 0) FROM blob) AS bytes";

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}
