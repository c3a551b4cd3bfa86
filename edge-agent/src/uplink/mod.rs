//! The uplink: sends what waits, in order, until the server has it durable.
//!
//! The server's mark decides what is sent; an answer lost after the commit only means that the same
//! bytes go again. Each answer is stored before the next bundle. A number that the server has with
//! another hash stops the uplink and shows an alarm; capture goes on.

mod blobs;
mod compare;
mod prune;
mod reconcile;
pub(crate) mod renew;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tl_ledger::Hash;
use tl_wire::bundle;
use tl_wire::device::{EntryResult, HeadAnswer, UploadAnswer};

use crate::api::{ApiError, Server};
use crate::config::UplinkConfig;
use crate::outbox::{Mark, Outbox, Pending, WriteError, lock, pending, standing};
use crate::site::{SharedSite, SnapshotError};
use renew::{Turn, Turned};

/// Entries in one upload.
const UPLOAD_ENTRIES: i64 = 100;
/// First pause after a failure; doubles up to the configured cap.
const RETRY_FIRST: Duration = Duration::from_millis(500);
/// Shortest pause after a failure, also when new entries knock.
const RETRY_LEAST: Duration = Duration::from_millis(300);

/// How the link is, for page and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// Not tried yet, or switched off.
    Idle,
    /// The last call was answered.
    Online,
    /// The last call failed.
    Offline(String),
    /// Stopped by an alarm.
    Stopped(String),
}

/// What page and status see of the uplink.
#[derive(Debug)]
pub(crate) struct LinkStatus {
    state: Mutex<LinkState>,
    beaten: Mutex<Instant>,
    met: AtomicBool,
}

impl LinkStatus {
    /// Not tried yet.
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(LinkState::Idle),
            beaten: Mutex::new(Instant::now()),
            met: AtomicBool::new(false),
        }
    }

    /// The uplink goes on: called with each round and each piece of a long one.
    pub(crate) fn beat(&self) {
        *lock(&self.beaten) = Instant::now();
    }

    /// How long the uplink has shown no sign.
    pub(crate) fn silent(&self) -> Duration {
        lock(&self.beaten).elapsed()
    }

    /// Whether the server answered at any time since the start.
    pub(crate) fn has_met(&self) -> bool {
        self.met.load(Ordering::Acquire)
    }

    /// How the link is now.
    pub(crate) fn now(&self) -> LinkState {
        lock(&self.state).clone()
    }

    fn set(&self, state: LinkState) {
        if state == LinkState::Online {
            self.met.store(true, Ordering::Release);
        }
        let mut current = lock(&self.state);
        if *current != state {
            tracing::info!(?state, "uplink");
            *current = state;
        }
    }
}

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

/// Numbers and leaf hashes of a bundle's entries, in order.
type Sent = Vec<(Mark, Hash)>;

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

    /// Sends entries of one epoch and stores what the server says of each.
    fn send(&mut self, waiting: &[Pending]) -> Result<(), RoundError> {
        let (sent, body) = self.pack(waiting)?;
        let answer = self.try_upload(&body)?;
        self.outbox.shared().clock.compare(answer.head.server_time_micros);
        self.status.set(LinkState::Online);
        let before = self.outbox.read(standing)?.acked;
        let acked = self.note(&sent, &answer)?;
        self.head = Some(answer.head.clone());
        if acked > before {
            self.comparing.grew();
        } else {
            let expected = answer.results.iter().find_map(|result| match result {
                EntryResult::Waiting { expected_dseq } => Some(*expected_dseq),
                _ => None,
            });
            return Err(RoundError::OutOfStep(expected.unwrap_or(acked.through + 1)));
        }
        Ok(())
    }

    /// Uploads less the next time when no answer comes: what a slow line does not carry within one
    /// call would else be sent again and again.
    fn try_upload(&mut self, body: &[u8]) -> Result<UploadAnswer, ApiError> {
        let answer = self.server.upload(body);
        self.upload_entries = match &answer {
            Ok(_) => (self.upload_entries * 2).min(UPLOAD_ENTRIES),
            Err(ApiError::Unreachable(_)) => (self.upload_entries / 2).max(1),
            Err(_) => self.upload_entries,
        };
        answer
    }

    /// The bundle of the first epoch among what waits; bytes that changed on the disk never go.
    fn pack(&self, waiting: &[Pending]) -> Result<(Sent, Vec<u8>), RoundError> {
        let mut body = Vec::new();
        let mut sent = Sent::new();
        for row in waiting {
            let other_epoch = sent.first().is_some_and(|(first, _)| first.epoch != row.epoch);
            if other_epoch {
                break;
            }
            let Some(bytes) = &row.envelope else {
                return Err(self.alarm(format!(
                    "服务器缺少本机已清理的第 {} 号记录,请恢复服务器备份 (the server lacks entry \
                     {} that was pruned here)",
                    row.dseq, row.dseq
                )));
            };
            if Hash::leaf(bytes) != row.leaf {
                return Err(self.alarm(format!(
                    "本机第 {} 号记录的字节已被改动,停止上传 (entry {} was changed on the disk)",
                    row.dseq, row.dseq
                )));
            }
            if body.len() + bytes.len() + 2 > tl_wire::UPLOAD_BYTES_MAX {
                break;
            }
            if !bundle::push(&mut body, bytes) {
                return Err(self.alarm(format!("entry {} is too long to send", row.dseq)));
            }
            sent.push((Mark { epoch: row.epoch, through: row.dseq }, row.leaf));
        }
        Ok((sent, body))
    }

    /// Stores results and mark in one transaction; a fork becomes the alarm.
    fn note(&self, sent: &[(Mark, Hash)], answer: &UploadAnswer) -> Result<Mark, RoundError> {
        if answer.results.len() != sent.len() {
            let counts = format!("{} results for {}", answer.results.len(), sent.len());
            return Err(ApiError::Form(counts).into());
        }
        let head = Mark { epoch: answer.head.epoch, through: answer.head.acked_through };
        let last = sent.last().map(|(mark, _)| *mark);
        let mut alarm = None;
        for ((mark, leaf), result) in sent.iter().zip(&answer.results) {
            match result {
                EntryResult::Stored { leaf: stored, .. } if stored != leaf => {
                    let named = format!("the server stored {stored} for {leaf}");
                    return Err(ApiError::Form(named).into());
                }
                EntryResult::Forked { stored, .. } if alarm.is_none() => {
                    alarm = Some(forked(*mark, *leaf, *stored));
                }
                _ => {}
            }
        }
        // A mark outside of what was sent says nothing about our entries.
        let acked = sent
            .iter()
            .map(|(mark, _)| *mark)
            .filter(|mark| *mark <= head)
            .max()
            .or_else(|| last.map(|mark| Mark { through: sent_from(sent), ..mark }));
        let acked = acked.unwrap_or(head);
        let results: Vec<(Mark, EntryResult)> =
            sent.iter().map(|(mark, _)| *mark).zip(answer.results.iter().cloned()).collect();
        let text = alarm.clone();
        self.outbox.write(move |tx| {
            for (mark, result) in &results {
                tx.note_result(*mark, result)?;
            }
            tx.set_acked(acked)?;
            if text.is_some() {
                tx.set_alarm(text.as_deref())?;
            }
            Ok(())
        })?;
        match alarm {
            Some(alarm) => Err(RoundError::Alarm(alarm)),
            None => Ok(acked),
        }
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

/// The number before the first that was sent.
fn sent_from(sent: &[(Mark, Hash)]) -> u64 {
    sent.first().map_or(0, |(mark, _)| mark.through.saturating_sub(1))
}

fn forked(mark: Mark, leaf: Hash, stored: Hash) -> String {
    format!(
        "第 {} 号记录与服务器不一致:本机 {leaf},服务器 {stored};可能有另一台机器使用本机的密钥。\
         上传已停止,采集照常,请通知管理员 (forked at epoch {} entry {})",
        mark.through, mark.epoch, mark.through
    )
}
