//! The checkpoints that were accepted, and the alarms of what contradicted them.
//!
//! Invariant: the newest row is what the next answer is judged by, and it is durable before anybody
//! acts on it. Alarms are evidence: they are marked as dealt with, never deleted.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use tl_domain::time::{DAY_MICROS, Micros};

use super::schema::{checkpoint_alarm, held_checkpoint};
use super::{Query, Tx, WriteError};
use crate::held::{AlarmCode, Contradiction, Held, Kept};

/// Accepted checkpoints that are kept: of the last days, one a day.
const HISTORY_ROWS: i64 = 32;
/// Open alarms of one code whose evidence is kept; more of the same say nothing new.
const OPEN_PER_CODE_MAX: i64 = 4;

/// A held checkpoint as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = held_checkpoint)]
pub(crate) struct HeldRow {
    pub(crate) number: i64,
    pub(crate) origin: String,
    pub(crate) vkey: String,
    pub(crate) size: i64,
    pub(crate) root: Vec<u8>,
    pub(crate) note: String,
    pub(crate) first_index: i64,
    pub(crate) received_micros: i64,
    pub(crate) confirmed_micros: i64,
}

impl HeldRow {
    /// The checkpoint, verified anew: the disk is not believed either.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn verified(&self) -> Result<Held, String> {
        let vkey = self.vkey.parse().map_err(|error| format!("vkey: {error}"))?;
        let first_index = u64::try_from(self.first_index).map_err(|error| error.to_string())?;
        let held = Held::read(vkey, &self.note, first_index)?;
        let agrees = held.origin() == self.origin
            && database(held.head.size) == self.size
            && held.head.root.0.as_slice() == self.root;
        if agrees { Ok(held) } else { Err("its columns are not what its note says".to_owned()) }
    }
}

/// An alarm as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, serde::Serialize)]
#[diesel(table_name = checkpoint_alarm)]
pub(crate) struct AlarmRow {
    pub(crate) number: i64,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) held: Option<String>,
    pub(crate) seen: Option<String>,
    pub(crate) answer: Option<String>,
    pub(crate) raised_micros: i64,
    pub(crate) last_micros: i64,
    pub(crate) times: i64,
    pub(crate) cleared_micros: Option<i64>,
}

/// The accepted checkpoints, newest first.
pub(crate) fn held_rows(db: &mut SqliteConnection) -> Query<Vec<HeldRow>> {
    held_checkpoint::table
        .order(held_checkpoint::number.desc())
        .limit(HISTORY_ROWS)
        .select(HeldRow::as_select())
        .load(db)
}

/// The newest accepted checkpoint.
pub(crate) fn newest_held(db: &mut SqliteConnection) -> Query<Option<HeldRow>> {
    held_checkpoint::table
        .order(held_checkpoint::number.desc())
        .select(HeldRow::as_select())
        .first(db)
        .optional()
}

/// Kinds of alarms that nobody has dealt with, in the order of their first one.
pub(crate) fn open_alarms(db: &mut SqliteConnection) -> Query<Vec<AlarmCode>> {
    let codes: Vec<String> = checkpoint_alarm::table
        .filter(checkpoint_alarm::cleared_micros.is_null())
        .order(checkpoint_alarm::number)
        .select(checkpoint_alarm::code)
        .load(db)?;
    let mut open = Vec::new();
    for code in codes.iter().filter_map(|code| AlarmCode::of(code)) {
        if !open.contains(&code) {
            open.push(code);
        }
    }
    Ok(open)
}

/// Every alarm with its evidence, oldest first.
pub(crate) fn alarm_rows(db: &mut SqliteConnection) -> Query<Vec<AlarmRow>> {
    checkpoint_alarm::table.order(checkpoint_alarm::number).select(AlarmRow::as_select()).load(db)
}

/// What was asked, or `None` for an outbox that this version has not run on: its tables come with
/// the next start.
pub(crate) fn if_made<T>(asked: Query<T>) -> Query<Option<T>> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.to_string().starts_with("no such table") => Ok(None),
        Err(error) => Err(error),
    }
}

/// What checkpoints received before a time cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covered {
    /// Entries of the log before this number.
    pub(super) before_index: i64,
    /// When the newest of these checkpoints came.
    pub(super) received_micros: Micros,
}

/// What the checkpoints received before a time cover; none while an alarm stands, because then
/// nobody knows which of the entries the server really has.
pub(super) fn covered(db: &mut SqliteConnection, before: Micros) -> Query<Option<Covered>> {
    if !open_alarms(db)?.is_empty() {
        return Ok(None);
    }
    let old = held_checkpoint::table.filter(held_checkpoint::received_micros.lt(before));
    let (covers, received): (Option<i64>, Option<i64>) = old
        .select((max(held_checkpoint::covers), max(held_checkpoint::received_micros)))
        .first(db)?;
    Ok(covers
        .zip(received)
        .map(|(before_index, received_micros)| Covered { before_index, received_micros }))
}

impl Tx<'_> {
    /// Holds an accepted checkpoint from now on.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn hold(&mut self, kept: &Kept) -> Result<(), WriteError> {
        let now = self.shared.clock.wall();
        let held = &kept.held;
        let before = newest_held(self.connection)?;
        let same = before.as_ref().is_some_and(|row| {
            row.origin == held.origin()
                && row.size == database(held.head.size)
                && row.root == held.head.root.0
        });
        if let (true, Some(row)) = (same, &before) {
            // The same head, perhaps with the lines of more witnesses.
            diesel::update(held_checkpoint::table.find(row.number))
                .set((
                    held_checkpoint::note.eq(&held.note),
                    held_checkpoint::confirmed_micros.eq(now),
                ))
                .execute(self.connection)?;
            return Ok(());
        }
        if let Some(ends) = kept.ends {
            diesel::update(
                held_checkpoint::table.filter(held_checkpoint::covers.gt(database(ends))),
            )
            .set(held_checkpoint::covers.eq(database(ends)))
            .execute(self.connection)?;
        }
        let day = |micros: Micros| micros.div_euclid(DAY_MICROS);
        if let Some(row) = before
            && row.origin == held.origin()
            && day(row.received_micros) == day(now)
        {
            diesel::delete(held_checkpoint::table.find(row.number)).execute(self.connection)?;
        }
        diesel::insert_into(held_checkpoint::table)
            .values((
                held_checkpoint::origin.eq(held.origin()),
                held_checkpoint::vkey.eq(held.vkey.to_string()),
                held_checkpoint::size.eq(database(held.head.size)),
                held_checkpoint::root.eq(held.head.root.0.to_vec()),
                held_checkpoint::note.eq(&held.note),
                held_checkpoint::first_index.eq(database(held.first_index)),
                held_checkpoint::covers.eq(database(held.covers())),
                held_checkpoint::received_micros.eq(now),
                held_checkpoint::confirmed_micros.eq(now),
            ))
            .execute(self.connection)?;
        self.shorten_history()
    }

    fn shorten_history(&mut self) -> Result<(), WriteError> {
        let oldest_kept: Option<i64> = held_checkpoint::table
            .order(held_checkpoint::number.desc())
            .offset(HISTORY_ROWS - 1)
            .select(held_checkpoint::number)
            .first(self.connection)
            .optional()?;
        if let Some(oldest) = oldest_kept {
            diesel::delete(held_checkpoint::table.filter(held_checkpoint::number.lt(oldest)))
                .execute(self.connection)?;
        }
        Ok(())
    }

    /// Keeps an alarm with its evidence; gives whether it is a new one.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn raise(&mut self, found: &Contradiction) -> Result<bool, WriteError> {
        let now = self.shared.clock.wall();
        let open = checkpoint_alarm::table
            .filter(checkpoint_alarm::cleared_micros.is_null())
            .filter(checkpoint_alarm::code.eq(found.code.as_str()));
        let count: i64 = open.select(count_star()).first(self.connection)?;
        let last: Option<(i64, String, Option<String>)> = open
            .order(checkpoint_alarm::number.desc())
            .select((checkpoint_alarm::number, checkpoint_alarm::detail, checkpoint_alarm::seen))
            .first(self.connection)
            .optional()?;
        if let Some((number, detail, seen)) = last
            && ((detail == found.detail && seen == found.seen) || count >= OPEN_PER_CODE_MAX)
        {
            diesel::update(checkpoint_alarm::table.find(number))
                .set((
                    checkpoint_alarm::last_micros.eq(now),
                    checkpoint_alarm::times.eq(checkpoint_alarm::times + 1),
                ))
                .execute(self.connection)?;
            return Ok(false);
        }
        diesel::insert_into(checkpoint_alarm::table)
            .values((
                checkpoint_alarm::code.eq(found.code.as_str()),
                checkpoint_alarm::detail.eq(&found.detail),
                checkpoint_alarm::held.eq(&found.held),
                checkpoint_alarm::seen.eq(&found.seen),
                checkpoint_alarm::answer.eq(&found.answer),
                checkpoint_alarm::raised_micros.eq(now),
                checkpoint_alarm::last_micros.eq(now),
                checkpoint_alarm::times.eq(1),
            ))
            .execute(self.connection)?;
        Ok(true)
    }

    /// Marks every alarm as dealt with; one whose cause goes on comes back.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn clear_alarms(&mut self) -> Result<(), WriteError> {
        let open = checkpoint_alarm::table.filter(checkpoint_alarm::cleared_micros.is_null());
        diesel::update(open)
            .set(checkpoint_alarm::cleared_micros.eq(self.shared.clock.wall()))
            .execute(self.connection)?;
        Ok(())
    }
}

/// A number that a server may have chosen, as the database keeps it.
fn database(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
