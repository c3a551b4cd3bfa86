//! From a URL to a connection, with the settings without which commits are not durable.

use std::path::{Path, PathBuf};

use diesel::Connection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Number, Value};
use crate::StoreError;
use crate::limits::{BUSY_TIMEOUT_MS, SQLITE_VERSION_MIN};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
/// A plan that was made while a table was small would be kept while it grows: plan each time.
const POSTGRES_SETTINGS: &str =
    "SET client_min_messages TO warning; SET plan_cache_mode TO force_custom_plan";
/// How long a connection to PostgreSQL may take to open.
const CONNECT_SECONDS: u32 = 3;
/// Page cache of a connection to SQLite, in KiB.
const SQLITE_CACHE_KIB: u32 = 16_384;

/// Which database, from its URL. diesel's own choice by trial hides why a connection failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A URL for libpq.
    Postgres(String),
}

impl Place {
    pub(crate) fn of(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                return Err(StoreError::Url(url.to_owned()));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        // A password may stand in it: only the scheme is shown.
        let scheme = url.split(':').next().unwrap_or_default();
        Err(StoreError::Url(format!("{}:…", scheme.chars().take(20).collect::<String>())))
    }

    /// Without the password.
    fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => {
                match url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')) {
                    Some((_, host)) => format!("postgres://{host}"),
                    None => url.clone(),
                }
            }
        }
    }

    fn failed(&self, reason: impl ToString) -> StoreError {
        StoreError::Connect { place: self.shown(), reason: reason.to_string() }
    }

    /// Opens a connection; a SQLite file that is missing is made only when asked for.
    pub(crate) fn connect(&self, create: bool) -> Result<Conn, StoreError> {
        match self {
            Self::Sqlite(path) => {
                if !create && !path.exists() {
                    return Err(StoreError::Missing(path.clone()));
                }
                let text = path.to_str().ok_or_else(|| self.failed("the path is not UTF-8"))?;
                let conn = SqliteConnection::establish(text).map_err(|e| self.failed(e))?;
                let mut conn = Conn::Sqlite(conn);
                settle_sqlite(&mut conn, path)?;
                Ok(conn)
            }
            Self::Postgres(url) => {
                let conn = PgConnection::establish(&bounded(url)).map_err(|e| self.failed(e))?;
                let mut conn = Conn::Postgres(conn);
                conn.script(POSTGRES_SETTINGS)?;
                Ok(conn)
            }
        }
    }

    /// Brings the tables to this version.
    pub(crate) fn migrate(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let failed =
            |e: Box<dyn std::error::Error + Send + Sync>| StoreError::Migrate(e.to_string());
        match conn {
            Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE_MIGRATIONS).map(drop),
            Conn::Postgres(conn) => conn.run_pending_migrations(POSTGRES_MIGRATIONS).map(drop),
        }
        .map_err(failed)
    }
}

/// A database that is gone must be noticed while its caller still waits: libpq alone would try for
/// as long as the network lets it. An address that names a time-out of its own keeps it.
fn bounded(url: &str) -> String {
    if url.contains("connect_timeout=") {
        return url.to_owned();
    }
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}connect_timeout={CONNECT_SECONDS}")
}

#[derive(diesel::QueryableByName)]
struct Told {
    #[diesel(sql_type = diesel::sql_types::Text)]
    told: String,
}

fn settle_sqlite(conn: &mut Conn, path: &Path) -> Result<(), StoreError> {
    // First of all: every later statement reads the file, which another process may be closing.
    conn.script(&format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))?;
    let told = conn.one::<Told>("SELECT sqlite_version() AS told", &[])?;
    check_sqlite_version(&told.map(|row| row.told).unwrap_or_default())?;
    conn.script(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -{SQLITE_CACHE_KIB}; PRAGMA temp_store = MEMORY;"
    ))?;
    let mode = conn.one::<Told>("SELECT journal_mode AS told FROM pragma_journal_mode", &[])?;
    if mode.is_none_or(|row| row.told != "wal") {
        return Err(StoreError::Setting(format!("write-ahead logging at {}", path.display())));
    }
    let full = conn.number("SELECT synchronous AS number FROM pragma_synchronous", &[])?;
    if full != 2 {
        return Err(StoreError::Setting(format!("synchronous = FULL at {}", path.display())));
    }
    Ok(())
}

/// Refuses a library with the WAL-reset bug.
pub(super) fn check_sqlite_version(read: &str) -> Result<(), StoreError> {
    let mut parts = read.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let version = (next(), next(), next());
    if version >= SQLITE_VERSION_MIN {
        return Ok(());
    }
    let (major, minor, patch) = SQLITE_VERSION_MIN;
    Err(StoreError::OldSqlite { read: read.to_owned(), least: format!("{major}.{minor}.{patch}") })
}

/// Makes connections for the pool of readers.
#[derive(Debug)]
pub(crate) struct Connector(pub(crate) Place);

impl r2d2::ManageConnection for Connector {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        self.0.connect(false)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        conn.load::<Number>("SELECT 1 + ? AS number", &[Value::Int(0)]).map(drop)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}

/// Makes a database in a PostgreSQL cluster.
pub(crate) fn create_database(maintenance_url: &str, name: &str) -> Result<String, StoreError> {
    let mut conn = maintenance(maintenance_url)?;
    conn.script(&format!("CREATE DATABASE {}", quoted(name)?))?;
    let (head, tail) = maintenance_url
        .split_once('?')
        .map_or((maintenance_url, None), |(head, tail)| (head, Some(tail)));
    let base = head.rsplit_once('/').map_or(head, |(base, _)| base);
    Ok(tail.map_or_else(|| format!("{base}/{name}"), |tail| format!("{base}/{name}?{tail}")))
}

/// Removes a database of a PostgreSQL cluster and sends its clients away.
pub(crate) fn drop_database(maintenance_url: &str, name: &str) -> Result<(), StoreError> {
    maintenance(maintenance_url)?.script(&format!("DROP DATABASE {} WITH (FORCE)", quoted(name)?))
}

fn maintenance(url: &str) -> Result<Conn, StoreError> {
    match Place::of(url)? {
        place @ Place::Postgres(_) => place.connect(false),
        Place::Sqlite(_) => Err(StoreError::Url(url.to_owned())),
    }
}

fn quoted(name: &str) -> Result<String, StoreError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(StoreError::Url(format!("database name {name:?}")));
    }
    Ok(format!("\"{name}\""))
}
