//! Making room: bytes of entries that the server acknowledged long ago.
//!
//! The mark is durable before anything goes. Links stay, so that the chain can still be checked;
//! only the signed bytes and the uploaded blobs go.

use diesel::prelude::*;
use tl_domain::time::DAY_MICROS;

use super::schema::{blob, entry, stream};
use super::{Tx, WriteError};

/// Rows pruned in one transaction.
const PRUNE_ROWS_MAX: i64 = 1000;

/// What was pruned: entries, and blobs whose files may go now.
#[derive(Debug, Default)]
pub(crate) struct Pruned {
    /// Number of entries.
    pub(crate) entries: usize,
    /// Hashes of blobs.
    pub(crate) blobs: Vec<String>,
}

impl Tx<'_> {
    /// Prunes what is acknowledged and older than `keep_days`.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn prune(&mut self, keep_days: u32) -> Result<Pruned, WriteError> {
        let before = self.now() - i64::from(keep_days) * DAY_MICROS;
        let (epoch, through): (i64, i64) = stream::table
            .select((stream::acked_epoch, stream::acked_through))
            .first(self.connection)?;
        let old: Vec<i64> = entry::table
            .filter(entry::epoch.lt(epoch).or(entry::epoch.eq(epoch).and(entry::dseq.le(through))))
            .filter(entry::state.eq_any(["stored", "refused"]))
            .filter(entry::recorded_micros.lt(before))
            .filter(entry::envelope.is_not_null())
            .limit(PRUNE_ROWS_MAX)
            .select(entry::position)
            .load(self.connection)?;
        let entries = diesel::update(entry::table.filter(entry::position.eq_any(&old)))
            .set(entry::envelope.eq(None::<Vec<u8>>))
            .execute(self.connection)?;
        let done =
            blob::table.filter(blob::complete.eq(true)).filter(blob::stored_micros.lt(before));
        let blobs = done.select(blob::sha256).load(self.connection)?;
        diesel::delete(blob::table.filter(blob::sha256.eq_any(&blobs))).execute(self.connection)?;
        Ok(Pruned { entries, blobs })
    }
}
