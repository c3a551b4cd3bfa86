//! The desk of the gate's page: what forms became, drafts, habits.
//!
//! A form's own value is unique, so that a form that is sent again after a lost answer or a restart
//! gives its first result; it is kept in the transaction of the entries themselves. Nothing here is
//! ever sent, and no entry depends on it.

mod gate;
mod reverse;
mod schema;

use diesel::prelude::*;

pub(crate) use gate::{
    Arrival, Pot, Totaliser, WasteKept, arrival_of, arrivals_between, last_handover,
    open_questions, pot_of, totalisers, unsent_pots, waste_in_store,
};
pub(crate) use reverse::{UNDO_MICROS, last_act, reversible};
use schema::{act, draft, habit};

use super::{Db, Mark, Tx, WriteError, to_db};

/// Longest draft in bytes; a longer one is not kept.
pub(crate) const DRAFT_BYTES_MAX: usize = 32 * 1024;
/// Drafts of one person; the oldest goes.
const DRAFTS_MAX: i64 = 60;
/// Days for which acts and drafts are kept.
const KEPT_DAYS: i64 = 120;
const DAY_MICROS: i64 = 86_400_000_000;
/// Acts after which old ones are looked for.
const SWEEP_EVERY: i64 = 500;

/// A form that recorded something.
#[derive(Debug, Clone)]
pub(crate) struct NewAct<'a> {
    /// The form's own value.
    pub(crate) once: &'a str,
    /// Who sent it.
    pub(crate) operator: &'a str,
    /// Where its result is shown.
    pub(crate) location: &'a str,
    /// Paper sheet that it was copied from.
    pub(crate) sheet: Option<&'a str>,
}

/// The result of a form that was sent before by the same person.
pub(crate) fn act_result(db: &mut Db, operator: &str, once: &str) -> QueryResult<Option<String>> {
    if once.is_empty() {
        return Ok(None);
    }
    act::table
        .filter(act::once.eq(keyed(operator, once)))
        .select(act::location)
        .first(db)
        .optional()
}

/// Two people's forms never clash, even if a page gave both the same value.
fn keyed(operator: &str, once: &str) -> String {
    format!("{operator} {once}")
}

/// Names and values of a person's half-filled form, as JSON.
pub(crate) fn draft_of(db: &mut Db, operator: &str, path: &str) -> QueryResult<Option<String>> {
    draft::table.find((operator, path)).select(draft::fields).first(db).optional()
}

/// What a person chose last for a field.
pub(crate) fn habit_of(db: &mut Db, operator: &str, field: &str) -> QueryResult<Option<String>> {
    habit::table.find((operator, field)).select(habit::value).first(db).optional()
}

impl Tx<'_> {
    /// Keeps what a form became; `before` is where the stream stood before it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_act(&mut self, new: &NewAct<'_>, before: Mark) -> Result<(), WriteError> {
        let (epoch, last) = (self.stream.epoch, self.stream.dseq);
        let first = if epoch == before.epoch { before.through + 1 } else { 1 };
        let now = self.shared.clock.wall();
        diesel::insert_into(act::table)
            .values((
                act::once.eq((!new.once.is_empty()).then(|| keyed(new.operator, new.once))),
                act::operator.eq(new.operator),
                act::location.eq(new.location),
                act::epoch.eq(to_db(epoch)),
                act::first_dseq.eq(to_db(first)),
                act::last_dseq.eq(to_db(last)),
                act::recorded_micros.eq(now),
                act::undone.eq(false),
                act::sheet.eq(new.sheet),
                act::typed_micros.eq(new.sheet.map(|_| now)),
            ))
            .execute(self.connection)?;
        self.sweep(now)
    }

    /// Forgets acts and drafts that nobody asks for any more, now and then.
    fn sweep(&mut self, now: i64) -> Result<(), WriteError> {
        let newest: Option<i64> =
            act::table.select(diesel::dsl::max(act::number)).first(self.connection)?;
        if newest.is_none_or(|number| number % SWEEP_EVERY != 0) {
            return Ok(());
        }
        let oldest = now - KEPT_DAYS * DAY_MICROS;
        diesel::delete(act::table.filter(act::recorded_micros.lt(oldest)))
            .execute(self.connection)?;
        diesel::delete(draft::table.filter(draft::saved_micros.lt(oldest)))
            .execute(self.connection)?;
        Ok(())
    }

    /// Where the stream stands.
    pub(crate) fn mark(&self) -> Mark {
        Mark { epoch: self.stream.epoch, through: self.stream.dseq }
    }

    /// Keeps a half-filled form, or forgets it when nothing is in it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn save_draft(
        &mut self,
        operator: &str,
        path: &str,
        fields: Option<&str>,
    ) -> Result<(), WriteError> {
        let Some(fields) = fields else {
            diesel::delete(draft::table.find((operator, path))).execute(self.connection)?;
            return Ok(());
        };
        diesel::replace_into(draft::table)
            .values((
                draft::operator.eq(operator),
                draft::path.eq(path),
                draft::fields.eq(fields),
                draft::saved_micros.eq(self.shared.clock.wall()),
            ))
            .execute(self.connection)?;
        let old: Vec<String> = draft::table
            .filter(draft::operator.eq(operator))
            .order(draft::saved_micros.desc())
            .offset(DRAFTS_MAX)
            .limit(DRAFTS_MAX)
            .select(draft::path)
            .load(self.connection)?;
        diesel::delete(
            draft::table.filter(draft::operator.eq(operator).and(draft::path.eq_any(old))),
        )
        .execute(self.connection)?;
        Ok(())
    }

    /// Forgets the drafts of a page: what was typed there is recorded.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn drop_drafts(&mut self, operator: &str, page: &str) -> Result<(), WriteError> {
        let of_page = draft::path.like(format!("{page}#%"));
        diesel::delete(draft::table.filter(draft::operator.eq(operator).and(of_page)))
            .execute(self.connection)?;
        Ok(())
    }

    /// Remembers what a person chose.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_habit(
        &mut self,
        operator: &str,
        field: &str,
        value: &str,
    ) -> Result<(), WriteError> {
        diesel::replace_into(habit::table)
            .values((habit::operator.eq(operator), habit::field.eq(field), habit::value.eq(value)))
            .execute(self.connection)?;
        Ok(())
    }
}
