//! The print queue, and codes that were printed ahead.
//!
//! A job is durable before anything goes to a printer. `sending` is written before the piece that
//! makes a printer print, so that after a kill it is known which copy is in doubt; nothing is ever
//! printed again without somebody saying so. Sending itself is not done here.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use tl_domain::code::Code;

use super::schema::{print_job, printed_code};
use super::{Db, Tx, WriteError};
use crate::words::Words;

/// What a job prints, besides batch, sample, handover and place.
pub(crate) const ROLL: &str = "roll";

/// How a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrintState {
    /// Nothing of the next copy is printed.
    Waiting,
    /// A copy goes to the printer now.
    Sending,
    /// The next copy may be printed; somebody has to look.
    Doubtful,
    /// All copies are printed.
    Printed,
    /// Given up.
    Dropped,
}

impl PrintState {
    /// As it is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Doubtful => "doubtful",
            Self::Printed => "printed",
            Self::Dropped => "dropped",
        }
    }

    /// By its stored name.
    pub(crate) fn of(name: &str) -> Self {
        [Self::Waiting, Self::Sending, Self::Printed, Self::Dropped]
            .into_iter()
            .find(|state| state.as_str() == name)
            .unwrap_or(Self::Doubtful)
    }

    /// Whether nothing more happens to it.
    pub(crate) fn ended(self) -> bool {
        matches!(self, Self::Printed | Self::Dropped)
    }
}

/// A job as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = print_job)]
pub(crate) struct PrintRow {
    /// Grows with each job.
    pub(crate) number: i64,
    /// Name of the printer; empty for paper that a person prints.
    pub(crate) printer: String,
    /// Name of the paper.
    pub(crate) paper: String,
    /// Kind of what the code names, or [`ROLL`].
    pub(crate) what: String,
    /// Its code.
    pub(crate) code: String,
    /// Copies asked for.
    pub(crate) copies: i64,
    /// Copies printed for certain.
    pub(crate) done: i64,
    /// Why it is printed again.
    pub(crate) reason: Option<String>,
    /// 数字识别码 on it.
    pub(crate) national_code: Option<String>,
    /// What it says, JSON; empty once it has ended.
    pub(crate) sheet: String,
    /// Who asked for it.
    pub(crate) operator: Option<String>,
    /// How it is.
    pub(crate) state: String,
    /// What happened last: a line in Chinese, a line in English.
    pub(crate) detail: String,
    /// Times the printer was tried in vain.
    pub(crate) tries: i64,
    /// When it was asked for.
    pub(crate) asked_micros: i64,
}

impl PrintRow {
    /// How it is.
    pub(crate) fn state(&self) -> PrintState {
        PrintState::of(&self.state)
    }

    /// What happened last.
    pub(crate) fn words(&self) -> Words {
        let (zh, en) = self.detail.split_once('\n').unwrap_or((&self.detail, &self.detail));
        Words::new(zh, en)
    }
}

/// A job to be put into the queue.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = print_job)]
pub(crate) struct NewPrint {
    pub(crate) printer: String,
    pub(crate) paper: String,
    pub(crate) what: String,
    pub(crate) code: String,
    pub(crate) copies: i64,
    pub(crate) reason: Option<String>,
    pub(crate) national_code: Option<String>,
    pub(crate) sheet: String,
    pub(crate) operator: Option<String>,
}

/// Words as they are stored.
fn lines(words: &Words) -> String {
    format!("{}\n{}", words.zh.replace('\n', " "), words.en.replace('\n', " "))
}

/// Newest jobs first.
pub(crate) fn print_jobs(db: &mut Db, limit: i64) -> QueryResult<Vec<PrintRow>> {
    print_job::table
        .order(print_job::number.desc())
        .limit(limit)
        .select(PrintRow::as_select())
        .load(db)
}

/// A job by its number.
pub(crate) fn print_by_number(db: &mut Db, number: i64) -> QueryResult<Option<PrintRow>> {
    print_job::table.find(number).select(PrintRow::as_select()).first(db).optional()
}

/// The oldest job that waits for a printer.
pub(crate) fn next_print(db: &mut Db, printer: &str) -> QueryResult<Option<PrintRow>> {
    print_job::table
        .filter(print_job::state.eq(PrintState::Waiting.as_str()))
        .filter(print_job::printer.eq(printer))
        .order(print_job::number)
        .select(PrintRow::as_select())
        .first(db)
        .optional()
}

/// Jobs that wait or need somebody: (waiting, doubtful).
pub(crate) fn open_prints(db: &mut Db) -> QueryResult<(i64, i64)> {
    let of = |state: PrintState, db: &mut Db| {
        print_job::table.filter(print_job::state.eq(state.as_str())).select(count_star()).first(db)
    };
    Ok((of(PrintState::Waiting, db)?, of(PrintState::Doubtful, db)?))
}

/// Copies of a code that were printed here so far.
pub(crate) fn copies_printed(db: &mut Db, code: &str) -> QueryResult<i64> {
    copies_of_others(db, code, 0)
}

/// Copies of a code that were printed by other jobs than this one.
pub(crate) fn copies_of_others(db: &mut Db, code: &str, number: i64) -> QueryResult<i64> {
    use diesel::dsl::sql;
    use diesel::sql_types::{BigInt, Nullable};
    let all: Option<i64> = print_job::table
        .filter(print_job::code.eq(code).and(print_job::number.ne(number)))
        .select(sql::<Nullable<BigInt>>("CAST(sum(done) AS BIGINT)"))
        .first(db)?;
    Ok(all.unwrap_or(0))
}

/// Whether a label of a code was ever asked for and not given up.
pub(crate) fn print_asked(db: &mut Db, code: &str) -> QueryResult<bool> {
    let found: i64 = print_job::table
        .filter(print_job::code.eq(code))
        .filter(print_job::state.ne(PrintState::Dropped.as_str()))
        .select(count_star())
        .first(db)?;
    Ok(found > 0)
}

/// Whether a code is on a roll that was printed ahead.
pub(crate) fn printed_ahead(db: &mut Db, code: &Code) -> QueryResult<bool> {
    let found: i64 = printed_code::table
        .filter(printed_code::code.eq(code.as_str()))
        .select(count_star())
        .first(db)?;
    Ok(found > 0)
}

impl Tx<'_> {
    /// Puts a job into the queue; gives its number.
    ///
    /// # Errors
    /// No room, or the database's.
    pub(crate) fn queue_print(&mut self, job: &NewPrint) -> Result<i64, WriteError> {
        self.admit()?;
        let now = self.now();
        diesel::insert_into(print_job::table)
            .values((
                job,
                print_job::done.eq(0),
                print_job::state.eq(PrintState::Waiting.as_str()),
                print_job::detail.eq(""),
                print_job::tries.eq(0),
                print_job::asked_micros.eq(now),
            ))
            .execute(self.connection)?;
        // The highest number is the one just given: only this transaction writes.
        let number: Option<i64> =
            print_job::table.select(max(print_job::number)).first(self.connection)?;
        number.ok_or_else(|| WriteError::Storage("the print job is not there".to_owned()))
    }

    /// Notes how a job is now; what it says is let go once it has ended.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn note_print(
        &mut self,
        number: i64,
        state: PrintState,
        done: i64,
        detail: &Words,
    ) -> Result<(), WriteError> {
        let now = self.now();
        let row = print_job::table.find(number);
        diesel::update(row)
            .set((
                print_job::state.eq(state.as_str()),
                print_job::done.eq(done),
                print_job::detail.eq(lines(detail)),
            ))
            .execute(self.connection)?;
        if state.ended() {
            diesel::update(row)
                .set((print_job::sheet.eq(""), print_job::ended_micros.eq(Some(now))))
                .execute(self.connection)?;
        }
        Ok(())
    }

    /// Notes that a printer was tried in vain.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn count_print_try(&mut self, number: i64) -> Result<(), WriteError> {
        diesel::update(print_job::table.find(number))
            .set(print_job::tries.eq(print_job::tries + 1))
            .execute(self.connection)?;
        Ok(())
    }

    /// At the start: what was being sent when the program ended may be printed.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn doubt_unfinished_prints(&mut self, detail: &Words) -> Result<usize, WriteError> {
        let sending = print_job::state.eq(PrintState::Sending.as_str());
        let doubted = diesel::update(print_job::table.filter(sending))
            .set((
                print_job::state.eq(PrintState::Doubtful.as_str()),
                print_job::detail.eq(lines(detail)),
            ))
            .execute(self.connection)?;
        Ok(doubted)
    }

    /// Keeps the codes of a roll from being drawn again.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_roll(&mut self, roll: i64, codes: &[Code]) -> Result<(), WriteError> {
        let now = self.now();
        for code in codes {
            diesel::insert_into(printed_code::table)
                .values((
                    printed_code::code.eq(code.as_str()),
                    printed_code::roll.eq(roll),
                    printed_code::printed_micros.eq(now),
                ))
                .execute(self.connection)?;
        }
        Ok(())
    }

    /// Gives the codes that were just kept the number of their job.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn name_roll(&mut self, roll: i64) -> Result<(), WriteError> {
        diesel::update(printed_code::table.filter(printed_code::roll.eq(0)))
            .set(printed_code::roll.eq(roll))
            .execute(self.connection)?;
        Ok(())
    }
}
