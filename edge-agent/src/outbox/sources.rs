//! Tables of tickets: how far each was read, and which tickets stood in it.
//!
//! A ticket that is gone stays known with the moment of it, so that it is reported once and may
//! come back. Nothing recorded is touched.

use diesel::prelude::*;

use super::schema::{ticket, ticket_seen, ticket_source};
use super::{Db, Tx, WriteError};

/// Rows that one statement asks for or changes.
const CHUNK: usize = 500;

/// How far a port's table was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = ticket_source)]
pub(crate) struct SourceMark {
    /// The newest stamp read.
    pub(crate) newest: i64,
    /// When all that is watched was read last.
    pub(crate) deep_micros: i64,
}

/// How far a port's table was read; none before the first time.
pub(crate) fn source_mark(db: &mut Db, port: &str) -> QueryResult<Option<SourceMark>> {
    ticket_source::table.find(port).select(SourceMark::as_select()).first(db).optional()
}

/// Tickets that stood in a port's table with a stamp in a range, both ends included, and are not
/// known to be gone.
pub(crate) fn seen_between(
    db: &mut Db,
    port: &str,
    (from, to): (i64, i64),
) -> QueryResult<Vec<String>> {
    ticket_seen::table
        .filter(ticket_seen::port.eq(port))
        .filter(ticket_seen::stamp.between(from, to))
        .filter(ticket_seen::gone_micros.is_null())
        .select(ticket_seen::number)
        .load(db)
}

impl Tx<'_> {
    /// Notes how far a port's table was read.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn mark_source(&mut self, port: &str, mark: SourceMark) -> Result<(), WriteError> {
        diesel::replace_into(ticket_source::table)
            .values((
                ticket_source::port.eq(port),
                ticket_source::newest.eq(mark.newest),
                ticket_source::deep_micros.eq(mark.deep_micros),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// Notes tickets that stand in a port's table, with their stamps; who was gone is back.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn note_seen(
        &mut self,
        (port, software): (&str, &str),
        rows: &[(String, i64)],
    ) -> Result<(), WriteError> {
        for (number, stamp) in rows {
            let known: Option<(i64, Option<i64>)> = ticket_seen::table
                .find((port, number))
                .select((ticket_seen::stamp, ticket_seen::gone_micros))
                .first(self.connection)
                .optional()?;
            if known == Some((*stamp, None)) {
                continue;
            }
            diesel::replace_into(ticket_seen::table)
                .values((
                    ticket_seen::port.eq(port),
                    ticket_seen::number.eq(number),
                    ticket_seen::stamp.eq(stamp),
                    ticket_seen::gone_micros.eq(None::<i64>),
                ))
                .execute(self.connection)?;
            if known.is_some_and(|(_, gone)| gone.is_some()) {
                diesel::update(ticket::table.find((software, number)))
                    .set(ticket::gone_micros.eq(None::<i64>))
                    .execute(self.connection)?;
            }
        }
        Ok(())
    }

    /// Notes tickets that are gone from a port's table.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn note_gone(
        &mut self,
        (port, software): (&str, &str),
        numbers: &[String],
    ) -> Result<(), WriteError> {
        let now = Some(self.now());
        for chunk in numbers.chunks(CHUNK) {
            let here = ticket_seen::table
                .filter(ticket_seen::port.eq(port).and(ticket_seen::number.eq_any(chunk)));
            diesel::update(here).set(ticket_seen::gone_micros.eq(now)).execute(self.connection)?;
            let rows = ticket::table
                .filter(ticket::software.eq(software).and(ticket::number.eq_any(chunk)));
            diesel::update(rows).set(ticket::gone_micros.eq(now)).execute(self.connection)?;
        }
        Ok(())
    }

    /// Forgets tickets of a port's table that are too old to be watched.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn forget_seen(&mut self, port: &str, before: i64) -> Result<usize, WriteError> {
        let old = ticket_seen::table
            .filter(ticket_seen::port.eq(port).and(ticket_seen::stamp.lt(before)));
        Ok(diesel::delete(old).execute(self.connection)?)
    }
}
