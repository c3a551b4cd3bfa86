//! Making room: bytes of entries that the server acknowledged long ago and its ledger covers.
//!
//! The mark is durable before anything goes. Links stay, so that the chain can still be checked;
//! only the signed bytes and the uploaded blobs go. What a restore of the server's last backups
//! could lack stays: a checkpoint held for `SETTLED_DAYS` must cover an entry. The agent cannot
//! know which backups were verified, so this time stands for them.

#[cfg(test)]
mod tests;

use diesel::prelude::*;
use tl_domain::time::{DAY_MICROS, Micros};

use super::held::{Covered, covered};
use super::schema::{blob, entry, stream};
use super::{Query, Tx, WriteError};

/// Rows pruned in one transaction.
const PRUNE_ROWS_MAX: i64 = 1000;
/// Days after which a checkpoint's entries are in backups that were verified, at one a night.
const SETTLED_DAYS: i64 = 7;

/// What was pruned: entries, and blobs whose files may go now.
#[derive(Debug, Default)]
pub(crate) struct Pruned {
    /// Number of entries.
    pub(crate) entries: usize,
    /// Hashes of blobs.
    pub(crate) blobs: Vec<String>,
}

/// A row that may be pruned.
#[derive(Queryable, Selectable)]
#[diesel(table_name = entry)]
struct Row {
    position: i64,
    epoch: i64,
    dseq: i64,
    state: String,
    log_index: Option<i64>,
    recorded_micros: Micros,
}

impl Tx<'_> {
    /// Prunes what is acknowledged, covered and older than `keep_days`; nothing by a clock that
    /// does not go with the server's, for which everything may be old, and nothing while the
    /// ledger contradicts itself.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn prune(&mut self, keep_days: u32) -> Result<Pruned, WriteError> {
        let clock = &self.shared.clock;
        if !clock.is_trusted() {
            return Ok(Pruned::default());
        }
        // Not behind the last entry, as ids are: a clock that was wrong once must not count here.
        let now = clock.wall();
        let before = now - i64::from(keep_days) * DAY_MICROS;
        let Some(covered) = covered(self.connection, now - SETTLED_DAYS * DAY_MICROS)? else {
            return Ok(Pruned::default());
        };
        let entries = self.prune_entries(before, covered)?;
        let done = blob::table
            .filter(blob::complete.eq(true))
            .filter(blob::stored_micros.lt(before.min(covered.received_micros)));
        let blobs = done.select(blob::sha256).load(self.connection)?;
        diesel::delete(blob::table.filter(blob::sha256.eq_any(&blobs))).execute(self.connection)?;
        Ok(Pruned { entries, blobs })
    }

    fn prune_entries(&mut self, before: Micros, covered: Covered) -> Result<usize, WriteError> {
        let (epoch, through, mark): (i64, i64, i64) = stream::table
            .select((stream::acked_epoch, stream::acked_through, stream::pruned_position))
            .first(self.connection)?;
        let mut next: Vec<Row> = entry::table
            .filter(entry::position.gt(mark))
            .order(entry::position)
            .limit(PRUNE_ROWS_MAX)
            .select(Row::as_select())
            .load(self.connection)?;
        let end = covered_end(self.connection, &next, covered)?;
        next.truncate(end);
        let mut old = Vec::new();
        let mut looked_at = mark;
        for row in next {
            let acked = (row.epoch, row.dseq) <= (epoch, through) || row.state == "replaced";
            if !acked || row.recorded_micros >= before {
                break;
            }
            looked_at = row.position;
            // What clashed with the server stays as evidence.
            if matches!(row.state.as_str(), "stored" | "refused" | "replaced") {
                old.push(row.position);
            }
        }
        let entries = diesel::update(entry::table.filter(entry::position.eq_any(&old)))
            .set(entry::envelope.eq(None::<Vec<u8>>))
            .execute(self.connection)?;
        diesel::update(stream::table)
            .set(stream::pruned_position.eq(looked_at))
            .execute(self.connection)?;
        Ok(entries)
    }
}

/// How many of the rows come before the first that is not covered. A row that is not in the log
/// itself (refused, replaced) is needed as long as the next one that is: a stream is sent again
/// without gaps.
fn covered_end(connection: &mut SqliteConnection, rows: &[Row], covered: Covered) -> Query<usize> {
    let Some(last) = rows.last() else { return Ok(0) };
    let is_covered = |index: Option<i64>| index.is_some_and(|index| index < covered.before_index);
    let behind: Option<Option<i64>> = entry::table
        .filter(entry::position.gt(last.position))
        .filter(entry::state.eq("stored"))
        .order(entry::position)
        .select(entry::log_index)
        .first(connection)
        .optional()?;
    let first_open =
        rows.iter().position(|row| row.state == "stored" && !is_covered(row.log_index));
    if first_open.is_none() && behind.is_some_and(is_covered) {
        return Ok(rows.len());
    }
    let limit = first_open.unwrap_or(rows.len());
    let last_in_log = rows[..limit].iter().rposition(|row| row.state == "stored");
    Ok(last_in_log.map_or(0, |at| at + 1))
}
