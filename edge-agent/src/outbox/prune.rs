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
    /// Prunes what is acknowledged and older than `keep_days`; nothing by a clock that does not go
    /// with the server's, for which everything may be old.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn prune(&mut self, keep_days: u32) -> Result<Pruned, WriteError> {
        let clock = &self.shared.clock;
        if !clock.is_trusted() {
            return Ok(Pruned::default());
        }
        // Not behind the last entry, as ids are: a clock that was wrong once must not count here.
        let before = clock.wall() - i64::from(keep_days) * DAY_MICROS;
        let (epoch, through, mark): (i64, i64, i64) = stream::table
            .select((stream::acked_epoch, stream::acked_through, stream::pruned_position))
            .first(self.connection)?;
        let next: Vec<(i64, i64, i64, String, i64)> = entry::table
            .filter(entry::position.gt(mark))
            .order(entry::position)
            .limit(PRUNE_ROWS_MAX)
            .select((
                entry::position,
                entry::epoch,
                entry::dseq,
                entry::state,
                entry::recorded_micros,
            ))
            .load(self.connection)?;
        let mut old = Vec::new();
        let mut looked_at = mark;
        for (position, at_epoch, dseq, state, recorded) in next {
            let acked = (at_epoch, dseq) <= (epoch, through) || state == "replaced";
            if !acked || recorded >= before {
                break;
            }
            looked_at = position;
            // What clashed with the server stays as evidence.
            if matches!(state.as_str(), "stored" | "refused" | "replaced") {
                old.push(position);
            }
        }
        let entries = diesel::update(entry::table.filter(entry::position.eq_any(&old)))
            .set(entry::envelope.eq(None::<Vec<u8>>))
            .execute(self.connection)?;
        diesel::update(stream::table)
            .set(stream::pruned_position.eq(looked_at))
            .execute(self.connection)?;
        let done =
            blob::table.filter(blob::complete.eq(true)).filter(blob::stored_micros.lt(before));
        let blobs = done.select(blob::sha256).load(self.connection)?;
        diesel::delete(blob::table.filter(blob::sha256.eq_any(&blobs))).execute(self.connection)?;
        Ok(Pruned { entries, blobs })
    }
}
