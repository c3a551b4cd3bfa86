//! The witness itself: judge a request, store the new head, then sign.
//!
//! Invariant: a cosignature leaves this module only when the head it covers is on the disk, its
//! log has never been cosigned with a head that contradicts it, and neither size nor time of a log
//! ever go back. Each log has its own lock, so that comparing and storing are one step. Knows
//! nothing of HTTP.

mod denial;
mod evidence;
mod trust;

#[cfg(test)]
mod tests;

pub(crate) use denial::{ClockFault, Denial};
pub(crate) use trust::Trust;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tl_ledger::note::{NoteSignature, Verified, VerifierKey};
use tl_ledger::witness::{AddCheckpoint, Refusal};
use tl_ledger::{Hash, SignedCheckpoint};

use crate::alarm::{AlarmName, Alarms, Kind};
use crate::clock::{self, Clock};
use crate::files::ReplaceError;
use crate::folder::{Folder, FolderError, State};
use crate::key::CosignKey;
use crate::limits::{CLOCK_SECONDS_MIN, FIRST_USE_LOGS_MAX};

/// Cosigns for the logs that it trusts.
#[derive(Debug)]
pub(crate) struct Witness {
    key: CosignKey,
    trust: Trust,
    folder: Folder,
    alarms: Alarms,
    clock: Clock,
    slots: Mutex<BTreeMap<Hash, Arc<Mutex<Slot>>>>,
}

/// What is known of one log while the witness runs.
#[derive(Debug, Default)]
struct Slot {
    standing: Standing,
    /// Larger heads that came without a good proof.
    suspicions: Vec<AlarmName>,
}

#[derive(Debug, Default)]
enum Standing {
    /// Nothing was ever cosigned.
    #[default]
    New,
    /// The last checkpoint, as it is on the disk.
    Cosigned(Box<State>),
    /// Nothing is signed until somebody has looked; why.
    Stopped(String),
}

/// How the witness stands, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Health {
    /// Logs that were cosigned.
    pub(crate) logs: usize,
    /// Logs for which signing has stopped.
    pub(crate) stopped: usize,
    /// Splits and rollbacks.
    pub(crate) alarms: usize,
    /// Heads that came with a proof that fails, and were not proven since.
    pub(crate) suspicions: usize,
}

/// Why a witness can't start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The evidence.
    #[error("cannot read the alarms: {0}")]
    Alarms(std::io::Error),
}

impl Witness {
    /// Takes a folder as it stands: reads every state, flushes it, and looks through the alarms.
    pub(crate) fn start(
        key: CosignKey,
        trust: Trust,
        folder: Folder,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let logs = folder.logs()?;
        folder.settle(&logs)?;
        let alarms = Alarms::new(folder.alarms());
        let mut slots: BTreeMap<Hash, Slot> = BTreeMap::new();
        for (hash, state) in logs {
            let standing = match state {
                Ok(state) => Standing::Cosigned(Box::new(state)),
                Err(error) => {
                    let origin = folder.origin(&hash);
                    tracing::error!(?origin, %error, "signing has stopped for a log");
                    Standing::Stopped(error.to_string())
                }
            };
            slots.insert(hash, Slot { standing, suspicions: Vec::new() });
        }
        for name in alarms.list().map_err(StartError::Alarms)? {
            let slot = slots.entry(name.log).or_default();
            match name.kind {
                Kind::Unproven => slot.suspicions.push(name),
                Kind::Rollback => slot.standing = rolled_back(&alarms, name),
                Kind::Split | Kind::Settled => {}
            }
        }
        let slots = slots.into_iter().map(|(hash, slot)| (hash, Arc::new(Mutex::new(slot))));
        let slots = Mutex::new(slots.collect());
        Ok(Self { key, trust, folder, alarms, clock, slots })
    }

    /// Judges an `add-checkpoint` request and cosigns. `announced` is the key that the request
    /// brings along for a log that may be trusted at first use.
    pub(crate) fn add(
        &self,
        body: &[u8],
        announced: Option<&str>,
    ) -> Result<NoteSignature, Denial> {
        let request = AddCheckpoint::parse(body)?;
        let slot = self.slot(&request, announced)?;
        let Ok(mut slot) = slot.lock() else {
            return Err(Denial::Stopped("a fault of the program; restart it".to_owned()));
        };
        if let Standing::Stopped(why) = &slot.standing {
            return Err(Denial::Stopped(why.clone()));
        }
        let origin = request.checkpoint.checkpoint().origin();
        let keys = self.trust.keys(origin, slot.state(), announced)?;
        let verified = verify(&request, &keys)?;
        self.stop_if_rolled_back(&request, &mut slot)?;
        let last = slot.state().map(State::head);
        let log = verified.first().map_or(&keys[0], |held| held.key);
        match request.judge(last.as_ref(), log) {
            Ok(()) => self.cosign(&request, &mut slot, &verified),
            Err(refusal) => {
                self.keep_evidence(&request, &mut slot, &refusal);
                Err(refusal.into())
            }
        }
    }

    /// The last checkpoint cosigned for the log whose origin has this hash; `None` when there is
    /// none.
    pub(crate) fn checkpoint(&self, hash: &Hash) -> Result<Option<SignedCheckpoint>, Denial> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(slot) = slots.get(hash).cloned() else { return Ok(None) };
        drop(slots);
        let Ok(slot) = slot.lock() else {
            return Err(Denial::Stopped("a fault of the program; restart it".to_owned()));
        };
        match &slot.standing {
            Standing::New => Ok(None),
            Standing::Cosigned(state) => Ok(Some(state.checkpoint().clone())),
            Standing::Stopped(why) => Err(Denial::Stopped(why.clone())),
        }
    }

    /// How the witness stands.
    pub(crate) fn health(&self) -> std::io::Result<Health> {
        let slots: Vec<_> = {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.values().cloned().collect()
        };
        let mut health = Health::default();
        for slot in slots {
            let slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            match slot.standing {
                Standing::New => {}
                Standing::Cosigned(_) => health.logs += 1,
                Standing::Stopped(_) => health.stopped += 1,
            }
        }
        for name in self.alarms.list()? {
            match name.kind {
                Kind::Split | Kind::Rollback => health.alarms += 1,
                Kind::Unproven => health.suspicions += 1,
                Kind::Settled => {}
            }
        }
        Ok(health)
    }

    /// The evidence.
    pub(crate) fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// The key that verifies what is cosigned here.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// The log's slot; a new one only for a log that is trusted and has really signed.
    fn slot(
        &self,
        request: &AddCheckpoint,
        announced: Option<&str>,
    ) -> Result<Arc<Mutex<Slot>>, Denial> {
        let origin = request.checkpoint.checkpoint().origin();
        let hash = Hash::of(origin.as_bytes());
        let known = self.slots.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        if let Some(slot) = known {
            return Ok(slot);
        }
        verify(request, &self.trust.keys(origin, None, announced)?)?;
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let others = slots.len().saturating_sub(self.trust.policy_logs());
        if !slots.contains_key(&hash) && !self.trust.names(origin) && others >= FIRST_USE_LOGS_MAX {
            return Err(Denial::TooManyLogs);
        }
        Ok(slots.entry(hash).or_default().clone())
    }

    /// Stores the new head and gives the signature over it, in this order.
    fn cosign(
        &self,
        request: &AddCheckpoint,
        slot: &mut Slot,
        verified: &[Verified<'_>],
    ) -> Result<NoteSignature, Denial> {
        let now = self.clock.seconds();
        let offered = &request.checkpoint;
        let origin = offered.checkpoint().origin();
        if now < CLOCK_SECONDS_MIN {
            return Err(Denial::Clock(ClockFault::NotSet { now: clock::shown(now) }));
        }
        let mut first_use_seconds = (!self.trust.names(origin)).then_some(now);
        if let Some(last) = slot.state() {
            first_use_seconds = last.first_use_seconds();
            if now < last.time_seconds() {
                let (now, last) = (clock::shown(now), clock::shown(last.time_seconds()));
                return Err(Denial::Clock(ClockFault::Backwards { now, last }));
            }
            // Anybody may send a public checkpoint again; within a second the answer is the same.
            let same_text = last.checkpoint().note().text() == offered.note().text();
            if now == last.time_seconds() && same_text {
                return Ok(last.cosignature().clone());
            }
        }
        let logs: Vec<&VerifierKey> = verified.iter().map(|held| held.key).collect();
        let state = State::cosign(&self.key, &logs, first_use_seconds, offered, now)
            .map_err(|error| Denial::Storage(error.to_string()))?;
        if slot.state().is_none() && first_use_seconds.is_some() {
            tracing::warn!(origin, log = %state.log(), "log taken on trust at first use");
        }
        let stored = self.folder.store(&state).and_then(|()| self.folder.remember(origin));
        stored.map_err(|error| slot.not_stored(origin, &error))?;
        let signature = state.cosignature().clone();
        tracing::debug!(origin, size = state.head().size, "cosigned");
        slot.standing = Standing::Cosigned(Box::new(state));
        self.settle_suspicions(slot);
        Ok(signature)
    }
}

impl Slot {
    fn state(&self) -> Option<&State> {
        match &self.standing {
            Standing::Cosigned(state) => Some(state),
            Standing::New | Standing::Stopped(_) => None,
        }
    }

    /// Storing failed. When the old state certainly stands, the next request may try again; else
    /// nobody knows what a power cut would leave, and only a restart can read and flush it.
    fn not_stored(&mut self, origin: &str, error: &ReplaceError) -> Denial {
        tracing::error!(origin, %error, "a cosigned checkpoint could not be stored");
        let is_state = |path: &std::path::Path| path.extension().is_some_and(|e| e == "state");
        match error {
            ReplaceError::Untouched { path, .. } if is_state(path) => {
                Denial::Storage(error.to_string())
            }
            _ => {
                let why = format!("{error}; restart the witness once the disk is well");
                self.standing = Standing::Stopped(why.clone());
                Denial::Stopped(why)
            }
        }
    }
}

fn verify<'k>(
    request: &AddCheckpoint,
    keys: &'k [VerifierKey],
) -> Result<Vec<Verified<'k>>, Denial> {
    let verified = request.checkpoint.note().verify(keys).map_err(Refusal::Signature)?;
    Ok(verified)
}

fn rolled_back(alarms: &Alarms, name: AlarmName) -> Standing {
    let place = alarms.place(name);
    Standing::Stopped(format!(
        "our own signature was seen on a head of size {} that this folder does not know: the \
         folder is older than what was signed (evidence: {})",
        name.size,
        place.display()
    ))
}
