//! Bounds of the store.

use std::time::Duration;

/// Most entries that wait for the writer; more are answered with `StoreError::Busy`.
pub const QUEUE_ENTRIES_MAX: usize = 4_096;
/// Most entries that one transaction takes.
pub const BATCH_ENTRIES_MAX: usize = 512;
/// Most rows that one page of a query shows.
pub const PAGE_ROWS_MAX: u32 = 500;
/// Connections that read.
pub const READERS_MAX: u32 = 4;
/// How long a query waits for a connection.
pub const READER_WAIT: Duration = Duration::from_secs(3);
/// How long SQLite waits for another process's write, in milliseconds.
pub const BUSY_TIMEOUT_MS: u32 = 10_000;
/// Rows and facts that the writer remembers between transactions, over all parties.
pub const CACHE_ITEMS_MAX: usize = 60_000;
/// Values in one block of label codes that a device draws from.
pub const CODE_BLOCK_VALUES: u64 = 1 << 25;
/// Oldest SQLite that keeps committed rows in WAL mode (DESIGN §11).
pub const SQLITE_VERSION_MIN: (u32, u32, u32) = (3, 51, 3);
