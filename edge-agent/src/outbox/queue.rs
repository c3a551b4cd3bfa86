//! What waits for the server, and what the server said of what was sent.
//!
//! Sending follows the server's mark, not our memory of it: whatever lies behind the highest
//! contiguous number that the server has durable is sent again, with the same bytes.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use tl_ledger::Hash;
use tl_wire::device::EntryResult;

use super::schema::{blob, entry, quarantine, stream, unmatched};
use super::{Tx, WriteError, from_db, to_db};

/// How far the server has our stream durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// Epoch.
    pub(crate) epoch: u64,
    /// Highest contiguous number of that epoch.
    pub(crate) through: u64,
}

/// An entry to send.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// Epoch.
    pub(crate) epoch: u64,
    /// Number.
    pub(crate) dseq: u64,
    /// Leaf hash.
    pub(crate) leaf: Hash,
    /// The signed bytes; none when they were pruned.
    pub(crate) envelope: Option<Vec<u8>>,
}

/// What is shown of an entry.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = entry)]
pub(crate) struct EntryRow {
    pub(crate) epoch: i64,
    pub(crate) dseq: i64,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) recorded_micros: i64,
    pub(crate) state: String,
    pub(crate) verdicts: Option<String>,
    pub(crate) problem_code: Option<String>,
    pub(crate) problem_detail: Option<String>,
}

/// How much of what there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Counts {
    /// Entries in all, pruned ones too.
    pub(crate) entries: i64,
    /// Entries that the server has not acknowledged.
    pub(crate) waiting: i64,
    /// Entries that the server refused.
    pub(crate) refused: i64,
    /// Entries that clash with what the server has.
    pub(crate) forked: i64,
    /// Blobs that are not uploaded yet.
    pub(crate) blobs: i64,
    /// Readings in quarantine.
    pub(crate) quarantined: i64,
    /// Results without a sample.
    pub(crate) unmatched: i64,
}

/// Counts for status and the page's header.
pub(crate) fn counts(connection: &mut SqliteConnection) -> QueryResult<Counts> {
    let of_state = |state: &'static str, connection: &mut SqliteConnection| {
        entry::table.filter(entry::state.eq(state)).select(count_star()).first(connection)
    };
    let newest_position: Option<i64> =
        entry::table.select(max(entry::position)).first(connection)?;
    Ok(Counts {
        entries: newest_position.unwrap_or(0),
        waiting: of_state("waiting", connection)?,
        refused: of_state("refused", connection)?,
        forked: of_state("forked", connection)?,
        blobs: blob::table
            .filter(blob::complete.eq(false))
            .select(count_star())
            .first(connection)?,
        quarantined: quarantine::table.select(count_star()).first(connection)?,
        unmatched: unmatched::table.select(count_star()).first(connection)?,
    })
}

/// Where the stream and the server's mark stand: newest number, mark, when it was noted, alarm.
pub(crate) fn standing(connection: &mut SqliteConnection) -> QueryResult<Standing> {
    let (epoch, dseq, acked_epoch, acked_through, acked_micros, alarm) = stream::table
        .select((
            stream::epoch,
            stream::dseq,
            stream::acked_epoch,
            stream::acked_through,
            stream::acked_micros,
            stream::alarm,
        ))
        .first(connection)?;
    Ok(Standing {
        newest: Mark { epoch: from_db(epoch), through: from_db(dseq) },
        acked: Mark { epoch: from_db(acked_epoch), through: from_db(acked_through) },
        acked_micros,
        alarm,
    })
}

/// Where the stream and the server's mark stand.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// Newest entry.
    pub(crate) newest: Mark,
    /// What the server acknowledged.
    pub(crate) acked: Mark,
    /// When it was noted.
    pub(crate) acked_micros: Option<i64>,
    /// Why the uplink stands still.
    pub(crate) alarm: Option<String>,
}

/// Entries behind a mark, in order, at most `limit`; later epochs once its own is sent.
pub(crate) fn pending(
    connection: &mut SqliteConnection,
    after: Mark,
    limit: i64,
) -> QueryResult<Vec<Pending>> {
    type Row = (i64, i64, Vec<u8>, Option<Vec<u8>>);
    let (epoch, through) = (to_db(after.epoch), to_db(after.through));
    let columns = (entry::epoch, entry::dseq, entry::leaf, entry::envelope);
    // Two questions that the index answers; one with OR would read the whole table.
    let mut rows: Vec<Row> = entry::table
        .filter(entry::epoch.eq(epoch).and(entry::dseq.gt(through)))
        .filter(entry::state.ne("replaced"))
        .order(entry::dseq)
        .limit(limit)
        .select(columns)
        .load(connection)?;
    if rows.is_empty() {
        rows = entry::table
            .filter(entry::epoch.gt(epoch))
            .filter(entry::state.ne("replaced"))
            .order((entry::epoch, entry::dseq))
            .limit(limit)
            .select(columns)
            .load(connection)?;
    }
    Ok(rows
        .into_iter()
        .filter_map(|(epoch, dseq, leaf, envelope)| {
            let leaf = Hash::from_slice(&leaf)?;
            Some(Pending { epoch: from_db(epoch), dseq: from_db(dseq), leaf, envelope })
        })
        .collect())
}

/// Leaf hash of a number of ours.
pub(crate) fn leaf_at(connection: &mut SqliteConnection, at: Mark) -> QueryResult<Option<Hash>> {
    let leaf: Option<Vec<u8>> = entry::table
        .filter(entry::epoch.eq(to_db(at.epoch)).and(entry::dseq.eq(to_db(at.through))))
        .select(entry::leaf)
        .first(connection)
        .optional()?;
    Ok(leaf.as_deref().and_then(Hash::from_slice))
}

/// Newest entries first, for the queue page.
pub(crate) fn newest(connection: &mut SqliteConnection, limit: i64) -> QueryResult<Vec<EntryRow>> {
    entry::table
        .select(EntryRow::as_select())
        .order(entry::position.desc())
        .limit(limit)
        .load(connection)
}

/// The newest row of an entry's id.
pub(crate) fn entry_by_id(
    connection: &mut SqliteConnection,
    id: &str,
) -> QueryResult<Option<EntryRow>> {
    entry::table
        .filter(entry::id.eq(id))
        .order(entry::position.desc())
        .select(EntryRow::as_select())
        .first(connection)
        .optional()
}

impl Tx<'_> {
    /// Notes what the server said of one entry.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn note_result(&mut self, at: Mark, result: &EntryResult) -> Result<(), WriteError> {
        let row = entry::table
            .filter(entry::epoch.eq(to_db(at.epoch)).and(entry::dseq.eq(to_db(at.through))));
        match result {
            EntryResult::Stored { index, verdicts, .. } => diesel::update(row)
                .set((
                    entry::state.eq("stored"),
                    entry::log_index.eq(Some(to_db(*index))),
                    entry::verdicts.eq((!verdicts.is_empty()).then(|| verdicts.join(","))),
                ))
                .execute(self.connection)?,
            EntryResult::Refused { code, detail, .. } => diesel::update(row)
                .set((
                    entry::state.eq("refused"),
                    entry::problem_code.eq(Some(code)),
                    entry::problem_detail.eq(Some(detail)),
                ))
                .execute(self.connection)?,
            EntryResult::Forked { stored, .. } => diesel::update(row)
                .set((
                    entry::state.eq("forked"),
                    entry::problem_code.eq(Some("forked")),
                    entry::problem_detail.eq(Some(format!("the server has {stored}"))),
                ))
                .execute(self.connection)?,
            EntryResult::Waiting { .. } => 0,
        };
        Ok(())
    }

    /// Moves the durable mark to where the server is; it may go back after the server's restore.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn set_acked(&mut self, mark: Mark) -> Result<(), WriteError> {
        diesel::update(stream::table)
            .set((
                stream::acked_epoch.eq(to_db(mark.epoch)),
                stream::acked_through.eq(to_db(mark.through)),
                stream::acked_micros.eq(Some(self.shared.clock.wall())),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// Stops the uplink for a reason that people must see, or lets it run again.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn set_alarm(&mut self, alarm: Option<&str>) -> Result<(), WriteError> {
        diesel::update(stream::table).set(stream::alarm.eq(alarm)).execute(self.connection)?;
        Ok(())
    }
}
