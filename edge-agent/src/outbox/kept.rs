//! The snapshot in use, and blobs on their way to the server.

use diesel::prelude::*;

use super::schema::{blob, snapshot};
use super::{Db, Mark, Tx, WriteError, from_db, to_db};

/// A stored snapshot.
#[derive(Debug, Clone)]
pub(crate) struct StoredSnapshot {
    /// Its signed bytes.
    pub(crate) envelope: Vec<u8>,
    /// Own entries up to here are in its figures.
    pub(crate) covers: Mark,
    /// When it came.
    pub(crate) received_micros: i64,
}

/// The snapshot in use, when there is one.
pub(crate) fn stored_snapshot(db: &mut Db) -> QueryResult<Option<StoredSnapshot>> {
    type Row = (Vec<u8>, i64, i64, i64);
    let row: Option<Row> = snapshot::table
        .select((
            snapshot::envelope,
            snapshot::covers_epoch,
            snapshot::covers_through,
            snapshot::received_micros,
        ))
        .first(db)
        .optional()?;
    Ok(row.map(|(envelope, epoch, through, received_micros)| StoredSnapshot {
        envelope,
        covers: Mark { epoch: from_db(epoch), through: from_db(through) },
        received_micros,
    }))
}

/// Blobs that the server has not whole: hash and size, oldest first.
pub(crate) fn open_blobs(db: &mut Db) -> QueryResult<Vec<(String, i64)>> {
    blob::table
        .filter(blob::complete.eq(false))
        .order(blob::stored_micros)
        .select((blob::sha256, blob::size))
        .load(db)
}

impl Tx<'_> {
    /// Puts a verified snapshot in place of the one before.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn store_snapshot(
        &mut self,
        version: u64,
        stored: &StoredSnapshot,
    ) -> Result<(), WriteError> {
        let row = (
            snapshot::only_row.eq(1),
            snapshot::version.eq(to_db(version)),
            snapshot::envelope.eq(&stored.envelope),
            snapshot::covers_epoch.eq(to_db(stored.covers.epoch)),
            snapshot::covers_through.eq(to_db(stored.covers.through)),
            snapshot::received_micros.eq(stored.received_micros),
        );
        diesel::replace_into(snapshot::table).values(row).execute(self.connection)?;
        Ok(())
    }

    /// Notes that the server may lack any blob: it is asked for each that is still here.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn doubt_blobs(&mut self) -> Result<(), WriteError> {
        diesel::update(blob::table).set(blob::complete.eq(false)).execute(self.connection)?;
        Ok(())
    }

    /// Notes that the server has a blob whole.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn blob_arrived(&mut self, sha256: &str) -> Result<(), WriteError> {
        diesel::update(blob::table.find(sha256))
            .set(blob::complete.eq(true))
            .execute(self.connection)?;
        Ok(())
    }
}
