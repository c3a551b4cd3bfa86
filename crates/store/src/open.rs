//! Opening a store: connections, tables, the one writer.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use tl_domain::ids::PartyId;
use tl_ledger::Signer;

use crate::StoreError;
use crate::blobs::BlobBounds;
use crate::ingest::{Engine, Queue, WriterThread};
use crate::limits::{READER_WAIT, READERS_MAX};
use crate::sql::{self, Conn, Connector, Place};
use crate::verify::KeyBook;

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

/// A store; clones share one writer and one pool of readers. The last clone to go ends the writer.
#[derive(Clone)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
    _writer: Arc<WriterThread>,
}

/// What the store and its writer thread share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) queue: Queue,
    pub(crate) signers: RwLock<HashMap<PartyId, Signer>>,
    pub(crate) key_books: RwLock<HashMap<PartyId, Arc<KeyBook>>>,
    pub(crate) blob_bounds: OnceLock<BlobBounds>,
    place: Place,
    readers: r2d2::Pool<Connector>,
    lane: Mutex<Lane>,
}

/// The one connection that writes, with what the writer of logs remembers between transactions.
struct Lane {
    conn: Option<Conn>,
    engine: Engine,
}

impl Store {
    /// Opens a database and brings its tables to this version. An interrupted rebuild is finished.
    ///
    /// # Errors
    /// `Url`, `Missing`, `OldSqlite`, `Connect`, `Migrate`.
    pub fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        let place = Place::of(url)?;
        let mut conn = place.connect(options.create_if_missing)?;
        place.migrate(&mut conn)?;
        if let Some(folder) = &options.blob_dir {
            std::fs::create_dir_all(folder)
                .map_err(|source| StoreError::File { path: folder.clone(), source })?;
        }
        let readers = r2d2::Pool::builder()
            .max_size(READERS_MAX)
            .min_idle(Some(0))
            .connection_timeout(READER_WAIT)
            .test_on_check_out(matches!(place, Place::Postgres(_)))
            .build_unchecked(Connector(place.clone()));
        let shared = Arc::new(Shared {
            options,
            queue: Queue::default(),
            signers: RwLock::default(),
            key_books: RwLock::default(),
            blob_bounds: OnceLock::new(),
            place,
            readers,
            lane: Mutex::new(Lane { conn: Some(conn), engine: Engine::default() }),
        });
        let writer = Arc::new(WriterThread::start(&shared)?);
        let store = Self { shared, _writer: writer };
        store.finish_rebuild(&mut |_, _| {})?;
        Ok(store)
    }

    /// Opens a database, creating a SQLite file that does not exist.
    ///
    /// # Errors
    /// As `open`.
    pub fn create(url: &str, options: Options) -> Result<Self, StoreError> {
        Self::open(url, Options { create_if_missing: true, ..options })
    }

    /// Whether nothing was ever stored: neither log nor account nor device.
    ///
    /// # Errors
    /// The database's.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.records_in_all()? == 0)
    }

    /// Logs, accounts and devices in all.
    pub(crate) fn records_in_all(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM log) + (SELECT COUNT(*) FROM account) \
                   + (SELECT COUNT(*) FROM device) AS number";
        Ok(self.read(|conn| conn.number(sql, &[]))?.unsigned_abs())
    }

    /// A short question to the database, for health checks.
    ///
    /// # Errors
    /// The database's.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.read(|conn| conn.number("SELECT COUNT(*) AS number FROM setting", &[]).map(drop))
    }

    /// Registers the key with which the installation signs for a party.
    pub fn add_signer(&self, party: &PartyId, signer: Signer) {
        let mut signers = self.shared.signers.write().unwrap_or_else(PoisonError::into_inner);
        signers.insert(party.clone(), signer);
    }

    /// Whether the key with which the installation signs for a party is registered.
    #[must_use]
    pub fn has_signer(&self, party: &PartyId) -> bool {
        let signers = self.shared.signers.read().unwrap_or_else(PoisonError::into_inner);
        signers.contains_key(party)
    }

    /// One query on a connection of the pool.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut conn = self
            .shared
            .readers
            .get()
            .map_err(|e| StoreError::Database(format!("no connection to read with: {e}")))?;
        work(&mut conn)
    }

    /// Several queries on one state of the database.
    pub(crate) fn read_all<T>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read(|conn| conn.read(work))
    }

    /// A write outside the logs: all of it, or nothing.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.shared.write(|conn, _| work(conn))
    }
}

impl Shared {
    /// The one way to write: waits for its turn, begins, and commits all or nothing. After an error
    /// the engine forgets what it remembered, because the database did.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Conn, &mut Engine) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lane: MutexGuard<'_, Lane> =
            self.lane.lock().unwrap_or_else(PoisonError::into_inner);
        let Lane { conn: slot, engine } = &mut *lane;
        // Taken out, so that a panic throws the connection away with its open transaction.
        let mut conn = match slot.take() {
            Some(conn) => conn,
            None => {
                engine.forget();
                self.place.connect(false)?
            }
        };
        let result = conn.write(|conn| work(conn, engine));
        match &result {
            Ok(_) => {
                let changed = engine.settle();
                self.forget_keys(&changed);
            }
            Err(_) => engine.forget(),
        }
        let failed = matches!(result, Err(StoreError::Database(_)));
        if !failed && !conn.is_broken() {
            *slot = Some(conn);
        }
        result
    }
}

/// Makes a PostgreSQL database in the cluster of a maintenance URL; gives the new URL.
///
/// # Errors
/// `Connect`, `Database`.
pub fn create_postgres_database(maintenance_url: &str, name: &str) -> Result<String, StoreError> {
    sql::create_database(maintenance_url, name)
}

/// Removes a PostgreSQL database with everything in it, sending its clients away.
///
/// # Errors
/// `Connect`, `Database`.
pub fn drop_postgres_database(maintenance_url: &str, name: &str) -> Result<(), StoreError> {
    sql::drop_database(maintenance_url, name)
}
