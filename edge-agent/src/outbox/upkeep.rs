//! What upkeep remembers beside the entries, and whether the writer still writes.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::Context as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_migrations::MigrationHarness as _;

use super::schema::upkeep;
use super::writer::{Job, Pass};
use super::{Db, Outbox, Query, Tx, WriteError};

/// The latest time that a server was heard to say before this start; 0 for none.
pub(crate) fn server_micros(db: &mut Db) -> Query<i64> {
    let row: Option<i64> = upkeep::table.select(upkeep::server_micros).first(db).optional()?;
    Ok(row.unwrap_or(0))
}

/// Number of the newest migration that was applied, as 14 digits.
///
/// # Errors
/// The database's.
pub(crate) fn schema_version(db: &mut Db) -> anyhow::Result<String> {
    let applied = db.applied_migrations().map_err(|error| anyhow::anyhow!("{error}"))?;
    let newest = applied.iter().map(ToString::to_string).max();
    newest.ok_or_else(|| anyhow::anyhow!("the outbox has no tables yet"))
}

/// A consistent copy of the outbox in a new file, while the agent goes on writing.
///
/// # Errors
/// The database's, or a name that is no text.
pub(crate) fn copy_outbox_to(db: &mut Db, copy: &Path) -> anyhow::Result<()> {
    let name = copy.to_str().context("the directory's name is no UTF-8 text")?;
    // It reads alone, but `VACUUM INTO` counts as a write of the connection.
    db.batch_execute("PRAGMA query_only=OFF")?;
    let statement = format!("VACUUM INTO '{}'", name.replace('\'', "''"));
    db.batch_execute(&statement).context("cannot copy the outbox")
}

impl Tx<'_> {
    /// Keeps what time a server said it is.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn note_server_micros(&mut self, micros: i64) -> Result<(), WriteError> {
        diesel::insert_into(upkeep::table)
            .values((upkeep::only_row.eq(1), upkeep::server_micros.eq(micros)))
            .on_conflict(upkeep::only_row)
            .do_update()
            .set(upkeep::server_micros.eq(micros))
            .execute(self.connection)?;
        Ok(())
    }
}

impl Outbox {
    /// Whether the writer takes a job, begins a transaction and ends it within `patience`. Writes
    /// nothing and wakes nobody.
    pub(crate) fn answers_within(&self, patience: Duration) -> bool {
        let (answer, wait) = sync_channel(1);
        let job: Job = Box::new(Pass::new(|_: &mut Tx<'_>| Ok(()), answer));
        // A full queue is a writer that is behind; the next look tells whether it moves.
        self.jobs.try_send(job).is_ok() && wait.recv_timeout(patience).is_ok_and(|it| it.is_ok())
    }
}
