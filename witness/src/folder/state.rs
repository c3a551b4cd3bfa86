//! What the witness keeps of one log: the last checkpoint it cosigned, with both signatures.
//!
//! Invariant: a state proves itself. It is read only when the log's and the witness's own signature
//! hold and the origin belongs to the file's name, so a damaged file can't pass for an older or
//! another head. Text:
//!
//! ```text
//! tl-witness log state v1
//! log <vkey>
//! first-use 1767225600          (only when the key was taken on trust, and when)
//!
//! <checkpoint with the log's line and ours>
//! ```

use std::fmt;

use tl_ledger::checkpoint::CheckpointError;
use tl_ledger::cosignature::{self, TimeError};
use tl_ledger::note::{Note, NoteError, NoteSignature, VerifierKey, VerifierKeyError};
use tl_ledger::{Hash, SignedCheckpoint, TreeHead};

use crate::key::CosignKey;
use crate::limits::LOG_LINES_MAX;

const HEADER: &str = "tl-witness log state v1";

/// The last checkpoint cosigned for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    log: VerifierKey,
    first_use_seconds: Option<u64>,
    checkpoint: SignedCheckpoint,
    cosignature: NoteSignature,
    time_seconds: u64,
}

/// Why bytes are no state that may be trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    /// The lines before the checkpoint.
    #[error("{0}")]
    Form(&'static str),
    /// The log's key.
    #[error("the log's key: {0}")]
    Key(#[from] VerifierKeyError),
    /// The checkpoint, or one of the two signatures.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The file belongs to another log.
    #[error("the file's name is not the hash of origin {0:?}")]
    OtherLog(String),
}

/// Why a checkpoint could not be cosigned; what was judged before makes all of these unlikely.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CosignError {
    /// A time that no cosignature may state.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The new note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The new note as a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl State {
    /// Cosigns a checkpoint that was judged good. Keeps the lines of `logs`, the keys that were
    /// verified on it (at least one), and drops all others.
    pub(crate) fn cosign(
        key: &CosignKey,
        logs: &[&VerifierKey],
        first_use_seconds: Option<u64>,
        offered: &SignedCheckpoint,
        time_seconds: u64,
    ) -> Result<Self, CosignError> {
        let text = offered.note().text();
        let name = key.verifier().name();
        let cosignature = cosignature::sign(text, name, key.signer(), time_seconds)?;
        let mut note = Note::new(text.to_owned())?;
        for log in logs.iter().take(LOG_LINES_MAX) {
            if let Some(line) = offered.note().signatures().iter().find(|line| line.is_by(log)) {
                note.add(line.clone())?;
            }
        }
        note.add(cosignature.clone())?;
        let checkpoint = SignedCheckpoint::parse(note.to_string().as_bytes())?;
        let log = (*logs.first().expect("a judged checkpoint has a key that verified it")).clone();
        Ok(Self { log, first_use_seconds, checkpoint, cosignature, time_seconds })
    }

    /// Reads the state of the log whose origin has this hash, and verifies both signatures.
    pub(crate) fn parse(
        bytes: &[u8],
        witness: &VerifierKey,
        hash: Hash,
    ) -> Result<Self, StateError> {
        let text = std::str::from_utf8(bytes).map_err(|_| StateError::Form("not UTF-8"))?;
        let (head, note) =
            text.split_once("\n\n").ok_or(StateError::Form("no empty line before the note"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(StateError::Form("the first line is not that of a state file"));
        }
        let log = lines.next().and_then(|line| line.strip_prefix("log "));
        let log: VerifierKey =
            log.ok_or(StateError::Form("no line with the log's key"))?.parse()?;
        let first_use_seconds = match lines.next() {
            None => None,
            Some(line) => {
                let seconds = line.strip_prefix("first-use ").and_then(|text| text.parse().ok());
                Some(seconds.ok_or(StateError::Form("a line that is none of ours"))?)
            }
        };
        if lines.next().is_some() {
            return Err(StateError::Form("more lines than a state file has"));
        }
        let checkpoint = SignedCheckpoint::parse(note.as_bytes())?;
        let verified = checkpoint.verify(&log, std::slice::from_ref(witness))?;
        let time_seconds = verified.iter().find_map(|held| held.time_seconds);
        let cosignature = checkpoint.note().signatures().iter().find(|line| line.is_by(witness));
        let (Some(time_seconds), Some(cosignature)) = (time_seconds, cosignature) else {
            return Err(StateError::Form("no cosignature with a time"));
        };
        let cosignature = cosignature.clone();
        let state = Self { log, first_use_seconds, checkpoint, cosignature, time_seconds };
        if Hash::of(state.origin().as_bytes()) != hash {
            return Err(StateError::OtherLog(state.origin().to_owned()));
        }
        Ok(state)
    }

    /// Which log.
    pub(crate) fn origin(&self) -> &str {
        self.checkpoint.checkpoint().origin()
    }

    /// Size and root that were cosigned last.
    pub(crate) fn head(&self) -> TreeHead {
        self.checkpoint.head()
    }

    /// The log's key under which it was accepted.
    pub(crate) fn log(&self) -> &VerifierKey {
        &self.log
    }

    /// When the key was taken on trust, in seconds since 1970; `None` when the policy had it.
    pub(crate) fn first_use_seconds(&self) -> Option<u64> {
        self.first_use_seconds
    }

    /// The checkpoint with the log's line and ours.
    pub(crate) fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Our line alone.
    pub(crate) fn cosignature(&self) -> &NoteSignature {
        &self.cosignature
    }

    /// The time that our line states, in seconds since 1970.
    pub(crate) fn time_seconds(&self) -> u64 {
        self.time_seconds
    }
}

impl fmt::Display for State {
    /// The state file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nlog {}", self.log)?;
        if let Some(seconds) = self.first_use_seconds {
            writeln!(f, "first-use {seconds}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
