//! What the gate remembers beside the entries: arrivals, pots, totalisers, waste in store, shifts.
//!
//! All of it can be lost without harm to the books; it serves comparing and lists while offline.

use diesel::prelude::*;
use tl_domain::ids::EntryId;

use super::schema::{arrival, pot, shift_handover, totaliser, waste_kept};
use crate::outbox::{Db, Tx, WriteError};

/// What was said of a batch when it came.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = arrival)]
pub(crate) struct Arrival {
    /// The batch.
    pub(crate) batch: String,
    /// Who registered it.
    pub(crate) operator: Option<String>,
    /// When.
    pub(crate) arrived_micros: i64,
    /// Declared net, wet grams as text.
    pub(crate) declared_grams: Option<String>,
    /// Plate of the truck; never in an entry.
    pub(crate) plate: Option<String>,
    /// `open`, `accepted`, `refused` or `kept` (待核).
    pub(crate) question: Option<String>,
    /// What the question is about.
    pub(crate) words: Option<String>,
}

/// A pot of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = pot)]
pub(crate) struct Pot {
    /// The sample.
    pub(crate) sample: String,
    /// What people call its batches.
    pub(crate) batches: String,
    /// `sample`, `duplicate` or `retained`.
    pub(crate) role: String,
    /// When it went to the laboratory.
    pub(crate) sent_micros: Option<i64>,
}

/// A totaliser as last reported.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = totaliser)]
pub(crate) struct Totaliser {
    /// The stream.
    pub(crate) stream: String,
    /// What it showed.
    pub(crate) value: String,
    /// Its unit.
    pub(crate) unit: String,
    /// When it was read.
    pub(crate) read_micros: i64,
    /// The reading before.
    pub(crate) before_value: Option<String>,
    /// When that was.
    pub(crate) before_micros: Option<i64>,
    /// The report.
    pub(crate) entry: String,
}

/// Waste that lies in store.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = waste_kept)]
pub(crate) struct WasteKept {
    /// The batch.
    pub(crate) batch: String,
    /// The entry that put it into store.
    pub(crate) entry: String,
    /// What people call it.
    pub(crate) name: String,
    /// Waste code.
    pub(crate) waste_code: String,
    /// When it was made.
    pub(crate) made_micros: i64,
    /// Longest storage in days.
    pub(crate) days_max: i64,
}

/// What was said of a batch when it came.
pub(crate) fn arrival_of(db: &mut Db, batch: &str) -> QueryResult<Option<Arrival>> {
    arrival::table.find(batch).select(Arrival::as_select()).first(db).optional()
}

/// Arrivals of a span, oldest first, at most `limit`.
pub(crate) fn arrivals_between(
    db: &mut Db,
    (from, to): (i64, i64),
    limit: i64,
) -> QueryResult<Vec<Arrival>> {
    arrival::table
        .filter(arrival::arrived_micros.ge(from).and(arrival::arrived_micros.lt(to)))
        .order(arrival::arrived_micros)
        .limit(limit)
        .select(Arrival::as_select())
        .load(db)
}

/// Differences that nobody has settled (待核 and undecided), newest first.
pub(crate) fn open_questions(db: &mut Db, limit: i64) -> QueryResult<Vec<Arrival>> {
    arrival::table
        .filter(arrival::question.eq_any(["open", "kept"]))
        .order(arrival::arrived_micros.desc())
        .limit(limit)
        .select(Arrival::as_select())
        .load(db)
}

/// A sample's pot.
pub(crate) fn pot_of(db: &mut Db, sample: &str) -> QueryResult<Option<Pot>> {
    pot::table.find(sample).select(Pot::as_select()).first(db).optional()
}

/// Pots that did not go to the laboratory yet; retained ones stay where they are.
pub(crate) fn unsent_pots(db: &mut Db, limit: i64) -> QueryResult<Vec<Pot>> {
    pot::table
        .filter(pot::sent_micros.is_null().and(pot::role.ne("retained")))
        .order(pot::sample.desc())
        .limit(limit)
        .select(Pot::as_select())
        .load(db)
}

/// All totalisers.
pub(crate) fn totalisers(db: &mut Db) -> QueryResult<Vec<Totaliser>> {
    totaliser::table.order(totaliser::stream).select(Totaliser::as_select()).load(db)
}

/// Waste in store, oldest first.
pub(crate) fn waste_in_store(db: &mut Db, limit: i64) -> QueryResult<Vec<WasteKept>> {
    waste_kept::table
        .order(waste_kept::made_micros)
        .limit(limit)
        .select(WasteKept::as_select())
        .load(db)
}

/// When a shift was last handed over, and its summary.
pub(crate) fn last_handover(db: &mut Db) -> QueryResult<Option<(i64, String)>> {
    shift_handover::table
        .order(shift_handover::at_micros.desc())
        .select((shift_handover::at_micros, shift_handover::summary))
        .first(db)
        .optional()
}

impl Tx<'_> {
    /// Keeps what was said of a batch.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_arrival(&mut self, row: &Arrival) -> Result<(), WriteError> {
        diesel::replace_into(arrival::table).values(row).execute(self.connection)?;
        Ok(())
    }

    /// Notes how a difference stands.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn set_question(
        &mut self,
        batch: &str,
        question: &str,
        words: Option<&str>,
    ) -> Result<(), WriteError> {
        let row = arrival::table.find(batch);
        match words {
            Some(words) => diesel::update(row)
                .set((arrival::question.eq(Some(question)), arrival::words.eq(Some(words))))
                .execute(self.connection)?,
            None => diesel::update(row)
                .set(arrival::question.eq(Some(question)))
                .execute(self.connection)?,
        };
        Ok(())
    }

    /// Notes the plate that a batch came with.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn set_plate(&mut self, batch: &str, plate: &str) -> Result<(), WriteError> {
        diesel::update(arrival::table.find(batch))
            .set(arrival::plate.eq(Some(plate)))
            .execute(self.connection)?;
        Ok(())
    }

    /// Keeps a sample's pot.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_pot(&mut self, row: &Pot) -> Result<(), WriteError> {
        diesel::replace_into(pot::table).values(row).execute(self.connection)?;
        Ok(())
    }

    /// Notes that pots went to the laboratory.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn send_pots(&mut self, samples: &[String]) -> Result<usize, WriteError> {
        let now = self.now();
        Ok(diesel::update(pot::table.filter(pot::sample.eq_any(samples)))
            .set(pot::sent_micros.eq(Some(now)))
            .execute(self.connection)?)
    }

    /// Keeps a totaliser's reading, with the one before.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_totaliser(&mut self, row: &Totaliser) -> Result<(), WriteError> {
        diesel::replace_into(totaliser::table).values(row).execute(self.connection)?;
        Ok(())
    }

    /// Keeps waste that was put into store.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_waste(&mut self, row: &WasteKept) -> Result<(), WriteError> {
        diesel::replace_into(waste_kept::table).values(row).execute(self.connection)?;
        Ok(())
    }

    /// Forgets waste that left the store.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn drop_waste(&mut self, batch: &str) -> Result<(), WriteError> {
        diesel::delete(waste_kept::table.find(batch)).execute(self.connection)?;
        Ok(())
    }

    /// Keeps a handover of the shift.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_handover(
        &mut self,
        entry: EntryId,
        (given_by, taken_by): (&str, &str),
        summary: &str,
    ) -> Result<(), WriteError> {
        diesel::insert_into(shift_handover::table)
            .values((
                shift_handover::entry.eq(entry.to_string()),
                shift_handover::given_by.eq(given_by),
                shift_handover::taken_by.eq(taken_by),
                shift_handover::at_micros.eq(self.now()),
                shift_handover::summary.eq(summary),
            ))
            .execute(self.connection)?;
        Ok(())
    }
}
