//! The body of the witness protocol (c2sp.org/tlog-witness): `add-checkpoint` and its judgement.
//!
//! A log shows its new checkpoint with a consistency proof from the last one that the witness
//! cosigned; `judge` says what the witness answers. That the last one is compared and replaced in
//! one durable step is the witness's own duty: nothing is kept here.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::Hash;
use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::line::{self, LineError, TextError};
use crate::merkle::{PROOF_HASHES_MAX, ProofError, TreeHead, verify_consistency};
use crate::note::{NOTE_BYTES_MAX, NoteError, VerifierKey};

/// Largest request body that is read, in bytes: a note and 10 kB of proof.
pub const REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + 10_000;

/// The body of an `add-checkpoint` request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the proof begins at; 0 when there was none.
    pub old_size: u64,
    /// Consistency proof from there.
    pub hashes: Vec<Hash>,
    /// The new checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// Why bytes are no request. All of them are answered with 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Too large, not UTF-8, or with control characters.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A line before the checkpoint.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The checkpoint's form.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The origin is not the log's whose key was given.
    #[error("log {0:?} is not known here")]
    UnknownLog(String),
    /// No signature of the log, or one that fails.
    #[error("the log's signature is not good: {0}")]
    Signature(NoteError),
    /// The old size is above the new one.
    #[error("the old size {old} is above the checkpoint's size {new}")]
    SizeShrinks {
        /// Old size in the request.
        old: u64,
        /// Size of the checkpoint.
        new: u64,
    },
    /// The old size is not that of the last checkpoint cosigned.
    #[error("the last checkpoint cosigned has size {last}, the request begins at {old}")]
    OtherOldSize {
        /// Size that the witness has; it is the body of the answer.
        last: u64,
        /// Old size in the request.
        old: u64,
    },
    /// The empty log has one root only.
    #[error("the root of an empty log is SHA-256 of nothing, not {0}")]
    EmptyRoot(Hash),
    /// A proof where there is nothing to prove.
    #[error("from size 0 the proof is empty, but it has {0} hashes")]
    NeedlessProof(usize),
    /// The two trees contradict each other.
    #[error("the checkpoint is not consistent with the last one: {0}")]
    Inconsistent(ProofError),
}

impl Refusal {
    /// HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::SizeShrinks { .. } => 400,
            Self::Signature(_) => 403,
            Self::UnknownLog(_) => 404,
            Self::OtherOldSize { .. } => 409,
            Self::EmptyRoot(_) | Self::NeedlessProof(_) | Self::Inconsistent(_) => 422,
        }
    }
}

impl AddCheckpoint {
    /// Reads a request body.
    ///
    /// # Errors
    /// Any `RequestError`, with the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let text = line::text(bytes, REQUEST_BYTES_MAX)?;
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or_else(|| LineError::new(1, "an empty line stands before the checkpoint", text))?;
        let mut lines = head.split('\n').zip(1..);
        let first = lines.next().map_or("", |(line, _)| line);
        let old_size = first.strip_prefix("old ").and_then(line::decimal).ok_or_else(|| {
            LineError::new(1, "the first line is \"old N\", N without a leading zero", first)
        })?;
        let hashes = line::hashes(lines, PROOF_HASHES_MAX)?;
        let first_line = head.matches('\n').count() + 3;
        let checkpoint = SignedCheckpoint::parse_text(checkpoint, first_line)?;
        Ok(Self { old_size, hashes, checkpoint })
    }

    /// What a witness does that last cosigned `last` for this log (`None`: nothing yet): cosign,
    /// or refuse. The checks come in the order of the protocol.
    ///
    /// # Errors
    /// The refusal with its status.
    pub fn judge(&self, last: Option<&TreeHead>, log: &VerifierKey) -> Result<(), Refusal> {
        let checkpoint = self.checkpoint.checkpoint();
        if checkpoint.origin() != log.name().as_str() {
            return Err(Refusal::UnknownLog(checkpoint.origin().to_owned()));
        }
        self.checkpoint.note().verify([log]).map_err(Refusal::Signature)?;
        let (old, new) = (self.old_size, checkpoint.head());
        if old > new.size {
            return Err(Refusal::SizeShrinks { old, new: new.size });
        }
        let last = last.copied().unwrap_or_else(TreeHead::empty);
        if old != last.size {
            return Err(Refusal::OtherOldSize { last: last.size, old });
        }
        self.extends(&last)
    }

    /// Whether the new tree continues `last`, whose size is the request's old size.
    ///
    /// # Errors
    /// `EmptyRoot`, `NeedlessProof` or `Inconsistent`.
    pub fn extends(&self, last: &TreeHead) -> Result<(), Refusal> {
        let new = self.checkpoint.head();
        if new.size == 0 && new != TreeHead::empty() {
            return Err(Refusal::EmptyRoot(new.root));
        }
        if last.size == 0 {
            return match self.hashes.len() {
                0 => Ok(()),
                more => Err(Refusal::NeedlessProof(more)),
            };
        }
        verify_consistency(last.size, new.size, &last.root, &new.root, &self.hashes)
            .map_err(Refusal::Inconsistent)
    }
}

impl fmt::Display for AddCheckpoint {
    /// The request body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = format!("old {}\n", self.old_size);
        line::push_hashes(&mut head, &self.hashes);
        write!(f, "{head}\n{}", self.checkpoint)
    }
}
