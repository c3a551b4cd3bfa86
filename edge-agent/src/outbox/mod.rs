//! The outbox: what the agent has recorded, durable before anybody is told so (DESIGN §9).
//!
//! One writer thread owns the one writing connection. A capture is a job that runs inside its
//! transaction: sequence number, signed bytes, previous hash and the working state become durable
//! together or not at all, and only then the caller gets its answer. Jobs that wait are committed
//! as one group. Reading goes over a second connection that can't write.

mod ballast;
mod chain;
mod commission;
mod connection;
mod desk;
mod epoch;
mod foreign;
mod held;
mod kept;
pub(crate) mod lab;
mod labels;
mod meters;
mod print;
mod prune;
mod queue;
mod room;
pub(crate) mod schema;
mod sources;
pub(crate) mod state;
mod tickets;
mod transaction;
mod trays;
mod upkeep;
mod writer;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result};
use diesel::SqliteConnection;
use tl_ledger::Signer;

pub(crate) use chain::{TAIL_LINKS, check_links};
pub(crate) use commission::{CommissionRow, calibration_at, commission_of, commissions};
pub(crate) use connection::open_reader;
#[cfg(test)]
pub(crate) use connection::open_writer;
pub(crate) use desk::*;
pub(crate) use foreign::ask_foreign;
#[cfg(test)]
pub(crate) use held::AlarmRow;
pub(crate) use held::{HeldRow, alarm_rows, held_rows, if_made, newest_held, open_alarms};
pub(crate) use kept::{StoredSnapshot, open_blobs, stored_snapshot};
pub(crate) use labels::{
    code_of_entry, owner_of_code, sample_by_code, sample_by_id, sample_by_lab_name, signed_entry,
};
pub(crate) use meters::meter_state;
pub(crate) use print::{
    NewPrint, PrintRow, PrintState, ROLL, copies_of_others, copies_printed, next_print,
    open_prints, print_asked, print_by_number, print_jobs, printed_ahead,
};
pub(crate) use queue::{
    Counts, EntryRow, Mark, Pending, counts, entry_by_id, leaf_at, newest, pending, standing,
};
pub(crate) use room::{Room, RoomState, used_bytes};
pub(crate) use sources::{SourceMark, seen_between, source_mark};
pub(crate) use tickets::{TicketRow, open_tickets, open_weighings, ticket_by_number};
pub(crate) use transaction::{Appended, Draft, Tx};
#[cfg(test)]
pub(crate) use trays::DAMAGE_ROWS_MAX;
pub(crate) use trays::{Quarantined, Unmatched, quarantined, unmatched_names, unmatched_results};
pub(crate) use upkeep::{copy_outbox_to, schema_version, server_micros};

use crate::clock::AgentClock;
use crate::config::OutboxConfig;
use crate::home::{Home, Identity};
use crate::words::Words;
use writer::{Job, Pass};

/// A connection to the outbox, for the questions of this module.
pub(crate) type Db = SqliteConnection;
/// What a question gives.
pub(crate) type Query<T> = diesel::QueryResult<T>;

/// Jobs that may wait for the writer; more wait at their caller.
const QUEUE_JOBS_MAX: usize = 256;
/// Stack of the writer's thread in bytes.
const WRITER_STACK_BYTES: usize = 1 << 20;

/// Why nothing was written.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum WriteError {
    /// The rules of capture say no; nothing is wrong with the agent.
    #[error("{0}")]
    Refused(Words),
    /// The quota is used up; acknowledged entries are still there.
    #[error("storage is full: {used} of {quota} bytes are used; new captures are refused")]
    NoRoom {
        /// Bytes in use.
        used: u64,
        /// Bytes allowed.
        quota: u64,
    },
    /// The file system has no room left.
    #[error("the disk is full; new captures are refused until there is room")]
    DiskFull,
    /// The database failed.
    #[error("the outbox cannot write: {0}")]
    Storage(String),
    /// The entry can't be signed as it is.
    #[error("the entry cannot be signed: {0}")]
    Form(String),
    /// The agent is stopping.
    #[error("the agent is stopping")]
    Stopped,
}

impl WriteError {
    /// The message for the person who tried.
    pub(crate) fn words(&self) -> Words {
        let en = self.to_string();
        let zh = match self {
            Self::Refused(words) => return words.clone(),
            Self::NoRoom { used, quota } => {
                let (used, quota) = (used >> 20, quota >> 20);
                format!("存储空间已用 {used} MB,上限 {quota} MB,不能再记录;请联网上传或通知管理员")
            }
            Self::DiskFull => {
                "磁盘已满,本次未记录;已记录的数据仍在,请通知管理员清理磁盘".to_owned()
            }
            Self::Storage(reason) => format!("本机存储出错,本次未记录:{reason}"),
            Self::Form(reason) => format!("内容不符合格式,本次未记录:{reason}"),
            Self::Stopped => "程序正在停止,本次未记录".to_owned(),
        };
        Words { zh, en }
    }
}

impl From<diesel::result::Error> for WriteError {
    fn from(error: diesel::result::Error) -> Self {
        let text = error.to_string();
        if text.contains("database or disk is full") { Self::DiskFull } else { Self::Storage(text) }
    }
}

/// What writer and readers share.
pub(crate) struct Shared {
    /// Who signs.
    pub(crate) identity: Identity,
    /// With which key.
    pub(crate) signer: Signer,
    /// The clock.
    pub(crate) clock: Arc<AgentClock>,
    /// How much room there is.
    pub(crate) room: Room,
    /// Version of the site's masters in use; 0 for none.
    pub(crate) snapshot_version: AtomicU64,
    /// The agent's directory.
    pub(crate) home: Home,
}

/// The handle through which everybody writes and reads.
#[derive(Clone)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
    jobs: SyncSender<Job>,
    reader: Arc<Mutex<SqliteConnection>>,
    on_append: Arc<Mutex<Option<SyncSender<()>>>>,
}

/// The writer's thread; joining it waits for the last commit.
pub(crate) struct Writer(JoinHandle<()>);

impl Writer {
    /// Waits until all handles are gone and the last job is committed.
    pub(crate) fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the outbox's writer ended by a panic");
        }
    }
}

impl Outbox {
    /// Opens or makes the outbox of a directory and starts its writer.
    ///
    /// # Errors
    /// The database can't be opened, or belongs to another device.
    pub(crate) fn open(
        home: &Home,
        config: &OutboxConfig,
        clock: Arc<AgentClock>,
    ) -> Result<(Self, Writer)> {
        let shared = Arc::new(Shared {
            identity: home.identity()?,
            signer: home.event_key(false)?,
            clock,
            room: Room::new(config),
            snapshot_version: AtomicU64::new(0),
            home: home.clone(),
        });
        ballast::keep(home, config.ballast_bytes, &shared.room);
        let worker = writer::Worker::open(shared.clone())?;
        let reader = Arc::new(Mutex::new(open_reader(&home.database())?));
        let (jobs, waiting) = sync_channel(QUEUE_JOBS_MAX);
        let thread = std::thread::Builder::new()
            .name("outbox".to_owned())
            .stack_size(WRITER_STACK_BYTES)
            .spawn(move || worker.run(&waiting))
            .context("cannot start the outbox's writer")?;
        let on_append = Arc::new(Mutex::new(None));
        Ok((Self { shared, jobs, reader, on_append }, Writer(thread)))
    }

    /// What writer and readers share.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Says where to knock after something was appended.
    pub(crate) fn knock_at(&self, bell: SyncSender<()>) {
        *lock(&self.on_append) = Some(bell);
    }

    /// Runs a job inside the writer's transaction and waits until it is durable.
    ///
    /// # Errors
    /// Why nothing was written; then nothing of the job is kept.
    pub(crate) fn write<T, F>(&self, job: F) -> Result<T, WriteError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, WriteError> + Send + 'static,
    {
        let (answer, wait) = sync_channel(1);
        let job: Job = Box::new(Pass::new(job, answer));
        self.jobs.send(job).map_err(|_| WriteError::Stopped)?;
        let result = wait.recv().map_err(|_| WriteError::Stopped)?;
        if result.is_ok()
            && let Some(bell) = lock(&self.on_append).as_ref()
        {
            // A bell that is already ringing is enough.
            if let Err(TrySendError::Disconnected(())) = bell.try_send(()) {
                tracing::debug!("nobody listens for new entries");
            }
        }
        result
    }

    /// Reads over the connection that can't write.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&mut SqliteConnection) -> diesel::QueryResult<T>,
    ) -> Result<T, WriteError> {
        Ok(query(&mut lock(&self.reader))?)
    }

    /// Notes which version of the masters is in use.
    pub(crate) fn set_snapshot_version(&self, version: u64) {
        self.shared.snapshot_version.store(version, Ordering::Release);
    }
}

/// A lock whose holder panicked is still a lock: the data are plain values.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A sequence number as the database keeps it.
pub(crate) fn to_db(number: u64) -> i64 {
    i64::try_from(number).expect("sequence numbers stay below 2^63")
}

/// A sequence number as it was kept.
pub(crate) fn from_db(number: i64) -> u64 {
    u64::try_from(number).expect("sequence numbers are never negative")
}
