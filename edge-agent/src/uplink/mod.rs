//! The uplink: sends what waits, in order, until the server has it durable.
//!
//! The server's mark decides what is sent; an answer lost after the commit only means that the same
//! bytes go again. Each answer is stored before the next bundle. A number that the server has with
//! another hash stops the uplink and shows an alarm; capture goes on.

mod blobs;
mod compare;
mod link;
mod prune;
mod reconcile;
pub(crate) mod renew;
mod report;
mod send;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tl_wire::device::HeadAnswer;

use crate::api::{ApiError, Server};
use crate::config::UplinkConfig;
use crate::outbox::{Mark, Outbox, WriteError, pending, standing};
use crate::site::{SharedSite, SnapshotError};
pub(crate) use link::{LinkState, LinkStatus};
use renew::{Turn, Turned};

/// Entries in one upload.
const UPLOAD_ENTRIES: i64 = 100;
/// First pause after a failure; doubles up to the configured cap.
const RETRY_FIRST: Duration = Duration::from_millis(500);
/// Shortest pause after a failure, also when new entries knock.
const RETRY_LEAST: Duration = Duration::from_millis(300);

/// Why a round ended early.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Outbox(#[from] WriteError),
    #[error("the server waits for entry {0}; asking anew where it stands")]
    OutOfStep(u64),
    #[error("{0}")]
    Alarm(String),
    #[error("blob {0}: {1}")]
    Blob(String, std::io::Error),
}

/// What a round achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    /// There is more to send.
    More,
    /// Everything is there.
    Idle,
    /// An alarm stands.
    Stopped,
}

/// The uplink of one agent.
pub(crate) struct Uplink<S> {
    server: S,
    outbox: Outbox,
    site: SharedSite,
    config: UplinkConfig,
    keep_days: u32,
    status: Arc<LinkStatus>,
    /// The server's head, once it was compared with our chain in this connection.
    head: Option<HeadAnswer>,
    /// Whether our chain and the server's agreed at any time since the start.
    agreed: bool,
    pruned: Option<Instant>,
    /// Most entries in the next upload.
    upload_entries: i64,
    /// Files that the server did not take.
    unsent: blobs::Held,
    comparing: compare::Comparing,
    reporting: report::Reporting,
}

impl<S: Server> Uplink<S> {
    /// An uplink that has not talked to the server yet.
    pub(crate) fn new(
        server: S,
        outbox: Outbox,
        site: SharedSite,
        config: UplinkConfig,
        keep_days: u32,
        status: Arc<LinkStatus>,
    ) -> Self {
        Self {
            server,
            outbox,
            site,
            config,
            keep_days,
            status,
            head: None,
            agreed: false,
            pruned: None,
            upload_entries: UPLOAD_ENTRIES,
            unsent: blobs::Held::default(),
            comparing: compare::Comparing::default(),
            reporting: report::Reporting::default(),
        }
    }

    /// Works until `stop`; `bell` rings when something was appended.
    pub(crate) fn run(
        mut self,
        bell: &Receiver<()>,
        stop: &AtomicBool,
        mut upkeep: impl FnMut(&S, Turn<'_>) -> Turned<S>,
    ) {
        let mut failures: u32 = 0;
        while !stop.load(Ordering::Acquire) {
            self.status.beat();
            let pause = match self.round() {
                Ok(Round::More) => {
                    failures = 0;
                    continue;
                }
                Ok(Round::Idle) => {
                    failures = 0;
                    self.status.set(LinkState::Online);
                    self.turned(upkeep(&self.server, Turn::Idle));
                    Duration::from_secs(self.config.poll_seconds.max(1))
                }
                Ok(Round::Stopped) => Duration::from_secs(self.config.poll_seconds.max(1)),
                Err(error) => {
                    self.head = None;
                    self.failed(&error);
                    let turned = upkeep(&self.server, Turn::Failed(&error.to_string()));
                    if turned.server.is_some() {
                        self.turned(turned);
                        continue;
                    }
                    self.turned(turned);
                    failures = failures.saturating_add(1);
                    std::thread::sleep(RETRY_LEAST);
                    self.backoff(failures)
                }
            };
            match bell.recv_timeout(pause) {
                Ok(()) => while bell.try_recv().is_ok() {},
                // Nothing new for a while: ask where the server stands.
                Err(RecvTimeoutError::Timeout) => self.head = None,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn turned(&mut self, turned: Turned<S>) {
        if let Some(server) = turned.server {
            self.server = server;
        }
        if let Some(note) = turned.note {
            self.status.set(LinkState::Offline(note));
        }
    }

    fn failed(&self, error: &RoundError) {
        match error {
            RoundError::Alarm(alarm) => {
                tracing::error!(%alarm, "the uplink stops");
                self.status.set(LinkState::Stopped(alarm.clone()));
            }
            other => self.status.set(LinkState::Offline(other.to_string())),
        }
    }

    /// Doubles with each failure up to the cap, half of it drawn at random.
    fn backoff(&self, failures: u32) -> Duration {
        let cap = Duration::from_secs(self.config.retry_max_seconds.max(1));
        let full = RETRY_FIRST.saturating_mul(1 << failures.min(10)).min(cap);
        let mut random = [0; 2];
        // Without random bytes the pause is just not jittered.
        let _ = getrandom::fill(&mut random);
        full / 2 + full.mul_f64(f64::from(u16::from_be_bytes(random)) / 131_072.0)
    }

    /// One step: compare heads and checkpoints, send a bundle, or, when nothing waits, blobs and
    /// snapshot.
    fn round(&mut self) -> Result<Round, RoundError> {
        let here = self.outbox.read(standing)?;
        if let Some(alarm) = here.alarm {
            self.status.set(LinkState::Stopped(alarm));
            // What was signed is compared all the same: it may be the server that was set back.
            self.compare(Instant::now());
            self.report(Instant::now());
            return Ok(Round::Stopped);
        }
        if self.head.is_none() {
            let head = self.server.head()?;
            self.outbox.shared().clock.compare(head.server_time_micros);
            self.status.set(LinkState::Online);
            self.reconcile(&head, here.newest, here.acked)?;
            self.head = Some(head);
            return Ok(Round::More);
        }
        self.compare(Instant::now());
        self.report(Instant::now());
        let most = self.upload_entries;
        let waiting = self.outbox.read(|db| pending(db, here.acked, most))?;
        if !waiting.is_empty() {
            self.send(&waiting)?;
            return Ok(Round::More);
        }
        self.upload_blobs(Instant::now())?;
        self.fetch_snapshot(here.acked)?;
        self.prune()?;
        Ok(Round::Idle)
    }

    /// Keeps an alarm so that it stands over restarts.
    fn alarm(&self, text: String) -> RoundError {
        let kept = text.clone();
        match self.outbox.write(move |tx| tx.set_alarm(Some(&kept))) {
            Ok(()) => RoundError::Alarm(text),
            Err(error) => RoundError::Outbox(error),
        }
    }

    fn fetch_snapshot(&mut self, acked: Mark) -> Result<(), RoundError> {
        let have = self.site.now().version();
        if self.head.as_ref().is_none_or(|head| head.snapshot_version <= have) {
            return Ok(());
        }
        let Some(bytes) = self.server.snapshot(have)? else {
            return Ok(());
        };
        match self.site.take(bytes, acked, &self.outbox) {
            Ok(version) => tracing::info!(version, "site snapshot taken"),
            Err(SnapshotError::Write(error)) => return Err(error.into()),
            // The one in use stays; an answer that is not newer is no harm.
            Err(SnapshotError::Stale { .. }) => {}
            Err(error) => tracing::error!(%error, "site snapshot refused"),
        }
        Ok(())
    }
}
