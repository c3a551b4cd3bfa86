//! C2SP tlog-checkpoint: what a log signs about itself: its origin, its size, its root.
//!
//! Invariant: a `Checkpoint` prints exactly the text it was read from. Extension lines are kept
//! when others wrote them; ours has none, because nobody can audit them. A log's key bears the
//! origin as its name, and a checkpoint is accepted only with that log's own signature.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::line::{self, LineError};
use crate::merkle::TreeHead;
use crate::note::{KeyName, Note, NoteError, NoteKeyId, NoteSignature, Verified, VerifierKey};
use crate::{Hash, Signer};

/// The text of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

/// A checkpoint with its signature lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// Why bytes are no checkpoint, or why one is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it, or a signature.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A line of the text.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Another log's checkpoint.
    #[error("the checkpoint is of log {read:?}, the key is of log {expected:?}")]
    Origin {
        /// Origin in the checkpoint.
        read: String,
        /// Name of the log's key.
        expected: String,
    },
    /// A key that had to sign did not.
    #[error("{name} (key {id}) has not signed this checkpoint")]
    NotSigned {
        /// Name of the key.
        name: KeyName,
        /// Id of the key.
        id: NoteKeyId,
    },
    /// The empty tree has one root only.
    #[error("the root of an empty log is SHA-256 of nothing, not {0}")]
    EmptyRoot(Hash),
}

impl Checkpoint {
    /// The checkpoint of a log at a size.
    #[must_use]
    pub fn new(origin: &KeyName, head: TreeHead) -> Self {
        Self { origin: origin.to_string(), head, extensions: Vec::new() }
    }

    /// Reads a note's text: three lines, then extension lines.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        Self::parse_at(text, 1)
    }

    fn parse_at(text: &str, first_line: usize) -> Result<Self, LineError> {
        let at = |place: usize| first_line + place;
        let body = text
            .strip_suffix('\n')
            .ok_or_else(|| LineError::new(at(0), "the text ends in a line feed", text))?;
        let mut lines = body.split('\n');
        let origin = lines.next().unwrap_or_default();
        if origin.is_empty() {
            return Err(LineError::new(at(0), "the origin is empty", origin));
        }
        let size = lines.next().unwrap_or_default();
        let size = line::decimal(size).ok_or_else(|| {
            LineError::new(at(1), "the size is decimal digits without a leading zero", size)
        })?;
        let root = lines.next().unwrap_or_default();
        let root = line::hash(root)
            .ok_or_else(|| LineError::new(at(2), "the root is 32 bytes in base64", root))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if let Some(place) = extensions.iter().position(String::is_empty) {
            return Err(LineError::new(at(3 + place), "an extension line is not empty", ""));
        }
        Ok(Self { origin: origin.to_owned(), head: TreeHead { size, root }, extensions })
    }

    /// Which log this is.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root of the log.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// Lines that others added; nothing here reads them.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs the checkpoint as the log whose origin it bears. That no two signed checkpoints of a
    /// log contradict each other is what the caller answers for.
    ///
    /// # Errors
    /// `Origin` unless `name` is the origin, or what makes the text no note.
    pub fn sign(
        self,
        name: &KeyName,
        signer: &Signer,
    ) -> Result<SignedCheckpoint, CheckpointError> {
        if self.origin != name.as_str() {
            return Err(CheckpointError::Origin { read: self.origin, expected: name.to_string() });
        }
        let mut note = Note::new(self.to_string())?;
        note.sign(name, signer)?;
        Ok(SignedCheckpoint { checkpoint: self, note })
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.origin, self.head.size)?;
        writeln!(f, "{}", line::to_base64(&self.head.root.0))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignedCheckpoint {
    /// Reads a checkpoint with its signatures; judges no signature yet.
    ///
    /// # Errors
    /// Any `CheckpointError` about form.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::from_note(Note::parse(bytes)?, 1)
    }

    /// Reads a checkpoint from line `first_line` on of a file already known to be text.
    pub(crate) fn parse_text(text: &str, first_line: usize) -> Result<Self, CheckpointError> {
        Self::from_note(Note::parse_text(text, first_line)?, first_line)
    }

    fn from_note(note: Note, first_line: usize) -> Result<Self, CheckpointError> {
        Ok(Self { checkpoint: Checkpoint::parse_at(note.text(), first_line)?, note })
    }

    /// What was signed.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Size and root of the log.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.checkpoint.head
    }

    /// The note with all its lines.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a witness's line.
    ///
    /// # Errors
    /// `NoteError::TooManySignatures`.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.note.add(signature)
    }

    /// Accepts the checkpoint when the log itself and every one of `witnesses` signed it; gives
    /// the signatures that hold, with the times of the witnesses.
    ///
    /// # Errors
    /// Another origin, a signature that is missing or fails, a wrong empty root.
    pub fn verify<'k>(
        &self,
        log: &'k VerifierKey,
        witnesses: &'k [VerifierKey],
    ) -> Result<Vec<Verified<'k>>, CheckpointError> {
        if self.checkpoint.origin != log.name().as_str() {
            return Err(CheckpointError::Origin {
                read: self.checkpoint.origin.clone(),
                expected: log.name().to_string(),
            });
        }
        let verified = self.note.verify(std::iter::once(log).chain(witnesses))?;
        let signed = |key: &VerifierKey| verified.iter().any(|held| held.key == key);
        if let Some(key) = std::iter::once(log).chain(witnesses).find(|key| !signed(key)) {
            return Err(CheckpointError::NotSigned { name: key.name().clone(), id: key.id() });
        }
        let head = self.head();
        if head.size == 0 && head != TreeHead::empty() {
            return Err(CheckpointError::EmptyRoot(head.root));
        }
        Ok(verified)
    }
}

impl fmt::Display for SignedCheckpoint {
    /// The signed note as it is stored and sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
