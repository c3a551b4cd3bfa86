//! C2SP tlog-proof: one text file that proves, offline and for ever, that a log has an entry.
//!
//! It holds the entry's index, the inclusion proof and the signed checkpoint. With the entry's own
//! bytes and the log's key nothing else is needed. The `extra` line is anybody's note: it is kept
//! and never trusted. A proof shows that an entry is unchanged, not that what it says is true.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::Hash;
use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::line::{self, LineError, TextError};
use crate::merkle::{PROOF_HASHES_MAX, ProofError, verify_inclusion};
use crate::note::{NOTE_BYTES_MAX, Verified, VerifierKey};

/// First line of every file.
pub const PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Ending of file names.
pub const PROOF_EXTENSION: &str = "tlog-proof";
/// Largest file that is read, in bytes: a note and 100 kB before it.
pub const PROOF_BYTES_MAX: usize = NOTE_BYTES_MAX + 100_000;

/// A proof file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryProof {
    /// Bytes with a meaning of the application; not authenticated by anything.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry in the log, from 0.
    pub index: u64,
    /// Inclusion proof, leaf side first.
    pub hashes: Vec<Hash>,
    /// The checkpoint that the proof leads to.
    pub checkpoint: SignedCheckpoint,
}

/// Why bytes are no proof file, or why one proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryProofError {
    /// Too large, not UTF-8, or with control characters.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A line before the checkpoint.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The checkpoint.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The proof does not lead from the entry to the checkpoint's root.
    #[error("the entry is not proven: {0}")]
    Proof(#[from] ProofError),
}

impl EntryProof {
    /// Reads a proof file; judges neither proof nor signatures yet.
    ///
    /// # Errors
    /// Any `EntryProofError` about form, with the line of the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryProofError> {
        let text = line::text(bytes, PROOF_BYTES_MAX)?;
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or_else(|| LineError::new(1, "an empty line stands before the checkpoint", text))?;
        let mut lines = head.split('\n').zip(1..);
        let mut next = lines.next();
        if next.is_none_or(|(line, _)| line != PROOF_HEADER) {
            let read = next.map_or("", |(line, _)| line);
            return Err(LineError::new(1, "the first line is c2sp.org/tlog-proof@v1", read).into());
        }
        next = lines.next();
        let mut extra = None;
        if let Some((line, number)) = next
            && let Some(coded) = line.strip_prefix("extra ")
        {
            let decoded = line::base64(coded).filter(|bytes| !bytes.is_empty());
            extra = Some(decoded.ok_or_else(|| {
                LineError::new(number, "extra data are base64, left out when empty", line)
            })?);
            next = lines.next();
        }
        let index = next.and_then(|(line, _)| line.strip_prefix("index ")).and_then(line::decimal);
        let index = index.ok_or_else(|| {
            let (line, number) = next.unwrap_or(("", head.matches('\n').count() + 2));
            LineError::new(number, "this line is \"index N\", N without a leading zero", line)
        })?;
        let hashes = line::hashes(lines, PROOF_HASHES_MAX)?;
        let first_line = head.matches('\n').count() + 3;
        let checkpoint = SignedCheckpoint::parse_text(checkpoint, first_line)?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    /// Proves that `entry` (its bytes as logged) is in the log with this key, under a checkpoint
    /// that every one of `witnesses` signed too; gives the signatures that hold.
    ///
    /// # Errors
    /// What is wrong with checkpoint, signatures or proof.
    pub fn verify<'k>(
        &self,
        entry: &[u8],
        log: &'k VerifierKey,
        witnesses: &'k [VerifierKey],
    ) -> Result<Vec<Verified<'k>>, EntryProofError> {
        let verified = self.checkpoint.verify(log, witnesses)?;
        self.verify_inclusion(&Hash::leaf(entry))?;
        Ok(verified)
    }

    /// Proves a leaf alone, when the checkpoint is judged in another way (`policy`).
    ///
    /// # Errors
    /// What is wrong with the proof.
    pub fn verify_inclusion(&self, leaf: &Hash) -> Result<(), ProofError> {
        let head = self.checkpoint.head();
        verify_inclusion(self.index, head.size, leaf, &self.hashes, &head.root)
    }
}

impl fmt::Display for EntryProof {
    /// The file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = format!("{PROOF_HEADER}\n");
        if let Some(extra) = self.extra.as_ref().filter(|bytes| !bytes.is_empty()) {
            head.push_str(&format!("extra {}\n", line::to_base64(extra)));
        }
        head.push_str(&format!("index {}\n", self.index));
        line::push_hashes(&mut head, &self.hashes);
        write!(f, "{head}\n{}", self.checkpoint)
    }
}
