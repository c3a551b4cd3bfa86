//! Databases that live as long as a test.
//!
//! SQLite always; PostgreSQL when `TL_TEST_POSTGRES` holds the URL of a maintenance database, in
//! which each test makes a database of its own and drops it at the end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// Names the maintenance database of a PostgreSQL cluster for tests.
const POSTGRES_VARIABLE: &str = "TL_TEST_POSTGRES";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Embedded, a file.
    Sqlite,
    /// A cluster.
    Postgres,
}

/// The backends that tests can run on here.
#[must_use]
pub fn backends() -> Vec<Backend> {
    let mut found = vec![Backend::Sqlite];
    if std::env::var_os(POSTGRES_VARIABLE).is_some() {
        found.push(Backend::Postgres);
    } else {
        println!("skipped: PostgreSQL, {POSTGRES_VARIABLE} is not set");
    }
    found
}

/// An empty database and a folder, both gone when dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    folder: TempDir,
    /// Maintenance URL and name of a PostgreSQL database.
    postgres: Option<(String, String)>,
}

impl TestDatabase {
    /// Makes a database.
    ///
    /// # Errors
    /// The folder can't be made, or the cluster does not answer.
    pub fn new(backend: Backend) -> Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = tempfile::tempdir().context("cannot make a folder for a test database")?;
        if backend == Backend::Sqlite {
            let url = format!("sqlite:{}", folder.path().join("test.db").display());
            return Ok(Self { url, folder, postgres: None });
        }
        let maintenance = std::env::var(POSTGRES_VARIABLE)
            .with_context(|| format!("{POSTGRES_VARIABLE} must name a maintenance database"))?;
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("tl_test_{}_{count}", std::process::id());
        let url = tl_store::create_postgres_database(&maintenance, &name)?;
        Ok(Self { url, folder, postgres: Some((maintenance, name)) })
    }

    /// An SQLite database.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    #[must_use]
    pub fn sqlite() -> Self {
        Self::new(Backend::Sqlite).expect("a temporary folder")
    }

    /// Its URL for `Store::create`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder for blobs, backups and other files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where blobs go.
    #[must_use]
    pub fn blob_dir(&self) -> PathBuf {
        self.folder.path().join("blobs")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some((maintenance, name)) = &self.postgres
            && let Err(error) = tl_store::drop_postgres_database(maintenance, name)
        {
            eprintln!("database {name} is left behind: {error}");
        }
    }
}
