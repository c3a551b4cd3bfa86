//! Connections to the outbox: one that writes with every commit on the disk, others that read.
//!
//! WAL with `synchronous=FULL`: what was acknowledged survives a power cut. Caches are small,
//! because the whole agent has to stay in a few megabytes.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/edge");

/// Pragmas of every connection: wait for locks, 256 KiB of cache, no mapping of the file.
const COMMON: &str = "PRAGMA busy_timeout=5000; PRAGMA cache_size=-256; PRAGMA mmap_size=0; \
                      PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;";
/// Pragmas of the writer; the WAL is moved over after about 1 MB.
const WRITER: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
                      PRAGMA wal_autocheckpoint=256; PRAGMA journal_size_limit=1048576;";

/// Opens the writing connection, making or upgrading the tables.
pub(crate) fn open_writer(path: &Path) -> Result<SqliteConnection> {
    let mut connection = connect(path)?;
    connection.batch_execute(COMMON)?;
    connection.batch_execute(WRITER).context("cannot set up the outbox's journal")?;
    connection
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| anyhow!("cannot make the outbox's tables: {error}"))?;
    Ok(connection)
}

/// Opens a connection that can't write; works while the agent runs.
pub(crate) fn open_reader(path: &Path) -> Result<SqliteConnection> {
    anyhow::ensure!(path.exists(), "{} does not exist yet", path.display());
    let mut connection = connect(path)?;
    connection.batch_execute(COMMON)?;
    connection.batch_execute("PRAGMA query_only=ON;")?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<SqliteConnection> {
    let name = path.to_str().context("the directory's name is no UTF-8 text")?;
    SqliteConnection::establish(name).with_context(|| format!("cannot open {name}"))
}
