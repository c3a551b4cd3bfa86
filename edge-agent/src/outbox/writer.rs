//! The writer's thread: takes what waits, runs each job in a savepoint, commits once, answers.
//!
//! Invariant: no caller hears "done" before the commit that holds its job is durable, and after a
//! failed commit nobody does. A storage error makes it open the database anew and read the stream
//! from it, so that memory never runs ahead of the disk.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection as _;

use super::transaction::{Stream, Tx};
use super::{Shared, WriteError, ballast, connection};

/// Most jobs in one commit.
const GROUP_JOBS_MAX: usize = 64;
/// Pause between tries to put the ballast back after the disk was full.
const BALLAST_PAUSE: Duration = Duration::from_secs(20);

/// A job as the writer sees it.
pub(super) type Job = Box<dyn Step + Send>;

/// The two halves of a job: what happens in the transaction, and the answer after it.
pub(super) trait Step {
    /// Runs in the transaction; `Err` rolls this job back, `fatal` the whole group.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Answers the caller.
    fn answer(self: Box<Self>, committed: Result<(), WriteError>);
}

/// What became of a job in the transaction.
pub(super) enum Ran {
    /// Its writes stay.
    Keep,
    /// Its writes go; the others stay.
    Undo,
    /// The database failed: the whole group goes.
    Fatal(WriteError),
}

/// A job with a typed result.
pub(super) struct Pass<T, F> {
    job: Option<F>,
    result: Option<Result<T, WriteError>>,
    answer: SyncSender<Result<T, WriteError>>,
}

impl<T, F> Pass<T, F> {
    pub(super) fn new(job: F, answer: SyncSender<Result<T, WriteError>>) -> Self {
        Self { job: Some(job), result: None, answer }
    }
}

impl<T, F> Step for Pass<T, F>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, WriteError>,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        let Some(job) = self.job.take() else {
            return Ran::Undo;
        };
        let result = job(tx);
        let ran = match &result {
            Ok(_) => Ran::Keep,
            Err(error @ (WriteError::Storage(_) | WriteError::DiskFull))
                if !tx.refused_for_room() =>
            {
                Ran::Fatal(error.clone())
            }
            Err(_) => Ran::Undo,
        };
        self.result = Some(result);
        ran
    }

    fn answer(self: Box<Self>, committed: Result<(), WriteError>) {
        let result = match (self.result, committed) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(WriteError::Stopped),
        };
        // A caller that went away does not want its answer any more.
        let _ = self.answer.send(result);
    }
}

/// What the writer's thread owns.
pub(super) struct Worker {
    shared: Arc<Shared>,
    connection: SqliteConnection,
    stream: Stream,
    ballast_tried: Instant,
}

impl Worker {
    /// Opens the database and reads where the stream stands.
    pub(super) fn open(shared: Arc<Shared>) -> Result<Self> {
        let (connection, stream) = open(&shared)?;
        Ok(Self { shared, connection, stream, ballast_tried: Instant::now() })
    }

    /// Works until every handle is gone.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let first = match jobs.recv_timeout(BALLAST_PAUSE) {
                Ok(job) => job,
                Err(RecvTimeoutError::Timeout) => {
                    self.restore_ballast();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut group = vec![first];
            while group.len() < GROUP_JOBS_MAX
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            self.restore_ballast();
            self.commit(group);
        }
        if let Err(error) = self.connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the journal was not moved over at the end");
        }
    }

    fn commit(&mut self, mut group: Vec<Job>) {
        let before = self.stream.clone();
        let outcome = self.run_group(&mut group);
        if let Err(error) = &outcome {
            tracing::error!(%error, jobs = group.len(), "nothing of this group was written");
            self.stream = before;
            self.recover(error);
        } else if let Err(error) = self.shared.room.measure(&mut self.connection) {
            tracing::warn!(%error, "cannot measure the outbox");
        }
        for job in group {
            job.answer(outcome.clone());
        }
    }

    fn run_group(&mut self, group: &mut [Job]) -> Result<(), WriteError> {
        self.connection.batch_execute("BEGIN IMMEDIATE")?;
        for job in group {
            let before = self.stream.clone();
            self.connection.batch_execute("SAVEPOINT job")?;
            let mut tx = Tx::new(&mut self.connection, &mut self.stream, &self.shared);
            match job.run(&mut tx) {
                Ran::Keep => self.connection.batch_execute("RELEASE job")?,
                Ran::Undo => {
                    self.connection.batch_execute("ROLLBACK TO job; RELEASE job")?;
                    self.stream = before;
                }
                Ran::Fatal(error) => return Err(error),
            }
        }
        self.connection.batch_execute("COMMIT")?;
        Ok(())
    }

    /// After a storage error nothing in memory is believed: rollback, open anew, read the stream.
    fn recover(&mut self, error: &WriteError) {
        if matches!(error, WriteError::DiskFull) {
            ballast::release(&self.shared.home, &self.shared.room);
            self.ballast_tried = Instant::now();
        }
        // SQLite rolls some failures back by itself; then there is nothing left to roll back.
        let _ = self.connection.batch_execute("ROLLBACK");
        match open(&self.shared) {
            Ok((connection, stream)) => {
                self.connection = connection;
                self.stream = stream;
            }
            Err(error) => tracing::error!(%error, "the outbox cannot be opened again"),
        }
    }

    fn restore_ballast(&mut self) {
        let room = &self.shared.room;
        if room.state() == super::RoomState::DiskFull
            && self.ballast_tried.elapsed() >= BALLAST_PAUSE
        {
            self.ballast_tried = Instant::now();
            ballast::keep(&self.shared.home, room.ballast_bytes, room);
        }
    }
}

fn open(shared: &Shared) -> Result<(SqliteConnection, Stream)> {
    let mut connection = connection::open_writer(&shared.home.database())?;
    let stream = Stream::load(&mut connection, &shared.identity)
        .context("cannot read where the stream stands")?;
    shared.room.measure(&mut connection).context("cannot measure the outbox")?;
    Ok((connection, stream))
}
