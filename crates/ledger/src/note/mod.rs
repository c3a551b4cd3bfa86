//! C2SP signed notes: a text and the lines of those who signed it.
//!
//! `Note::parse` reads the form, `Note::verify` judges it: unknown keys are ignored, a known key
//! that fails rejects the whole note, and at least one known key must hold. What the text means is
//! the business of `checkpoint`. Sizes are bounded so that a note from anywhere may be read.

mod key;
mod signature;

#[cfg(test)]
mod tests;

pub use key::{KeyName, NameError, NoteKeyId, SignatureType, VerifierKey, VerifierKeyError};
pub use signature::NoteSignature;

use std::fmt;

use crate::line::{self, LineError, TextError};
use crate::{Signer, cosignature};

/// Largest note that is read, in bytes.
pub const NOTE_BYTES_MAX: usize = 1_000_000;
/// Most signature lines that are read; the format asks for at least 16.
pub const NOTE_SIGNATURES_MAX: usize = 100;

/// A signed text. Its form is right; whether its signatures are is asked by `verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// Why bytes are no note, or why a note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too large, not UTF-8, or with control characters.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A line is wrong.
    #[error(transparent)]
    Line(#[from] LineError),
    /// No blank line stands between text and signatures.
    #[error("no blank line separates the text from the signatures")]
    NoBlankLine,
    /// Nothing stands after the last blank line.
    #[error("no signature line follows the last blank line")]
    NoSignature,
    /// The last line is cut off.
    #[error("the last line does not end in a line feed")]
    CutOff,
    /// More than `NOTE_SIGNATURES_MAX`.
    #[error("{0} signature lines; at most {NOTE_SIGNATURES_MAX} are read")]
    TooManySignatures(usize),
    /// The text to be signed does not end in a line feed.
    #[error("a note's text ends in a line feed")]
    TextEnd,
    /// No line is by a key that is known here.
    #[error("no signature is by a known key; signed by {0}")]
    OnlyUnknownKeys(String),
    /// A line by a known key does not verify.
    #[error("the signature of {name} (key {id}) does not verify")]
    Signature {
        /// Name of the key.
        name: KeyName,
        /// Id of the key.
        id: NoteKeyId,
    },
}

/// A signature that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key that signed.
    pub key: &'k VerifierKey,
    /// Of a cosignature the time it states, in seconds since 1970; only the cosigner's word.
    pub time_seconds: Option<u64>,
}

impl Note {
    /// A text that nobody has signed yet.
    ///
    /// # Errors
    /// `Text` or `TextEnd`: what could not be read again is not signed.
    pub fn new(text: String) -> Result<Self, NoteError> {
        line::text(text.as_bytes(), NOTE_BYTES_MAX)?;
        if !text.ends_with('\n') {
            return Err(NoteError::TextEnd);
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note: text, the last blank line, one or more signature lines.
    ///
    /// # Errors
    /// Any `NoteError` about form.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        Self::parse_text(line::text(bytes, NOTE_BYTES_MAX)?, 1)
    }

    /// Reads a note that begins at line `first_line` of a file already known to be text.
    pub(crate) fn parse_text(whole: &str, first_line: usize) -> Result<Self, NoteError> {
        if whole.len() > NOTE_BYTES_MAX {
            let error = TextError::TooLarge { read: whole.len(), limit: NOTE_BYTES_MAX };
            return Err(error.into());
        }
        // A text may hold blank lines; only the last one separates.
        let blank = whole.rfind("\n\n").ok_or(NoteError::NoBlankLine)?;
        let (text, lines) = (&whole[..=blank], &whole[blank + 2..]);
        if lines.is_empty() {
            return Err(NoteError::NoSignature);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::CutOff)?;
        let count = lines.split('\n').count();
        if count > NOTE_SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures(count));
        }
        let first = first_line + text.matches('\n').count() + 1;
        let signatures = lines
            .split('\n')
            .enumerate()
            .map(|(at, line)| NoteSignature::parse(line, first + at))
            .collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text with its final line feed: what signatures cover.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in order, verified or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a line; the same line twice is once.
    ///
    /// # Errors
    /// `TooManySignatures`.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        if self.signatures.len() >= NOTE_SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures(self.signatures.len() + 1));
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Signs the text as `name` (type 0x01) and adds the line.
    ///
    /// # Errors
    /// `TooManySignatures`.
    pub fn sign(&mut self, name: &KeyName, signer: &Signer) -> Result<(), NoteError> {
        let key = VerifierKey::new(name.clone(), SignatureType::Ed25519, signer.public());
        let bytes = signer.sign(self.text.as_bytes()).to_vec();
        self.add(NoteSignature::new(&key, bytes))
    }

    /// Which of the keys signed. Lines of other keys say nothing.
    ///
    /// # Errors
    /// `Signature` when a line of one of the keys fails, `OnlyUnknownKeys` when there is none.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<Vec<Verified<'k>>, NoteError> {
        let keys: Vec<_> = keys.into_iter().collect();
        let mut verified = Vec::new();
        for line in &self.signatures {
            for key in keys.iter().filter(|key| line.is_by(key)) {
                let judged = self
                    .judge(key, &line.bytes)
                    .ok_or_else(|| NoteError::Signature { name: line.name.clone(), id: line.id })?;
                if !verified.contains(&judged) {
                    verified.push(judged);
                }
            }
        }
        if verified.is_empty() {
            let mut names: Vec<_> = self.signatures.iter().map(|line| line.name.as_str()).collect();
            names.dedup();
            names.truncate(8);
            return Err(NoteError::OnlyUnknownKeys(names.join(", ")));
        }
        Ok(verified)
    }

    fn judge<'k>(&self, key: &'k VerifierKey, bytes: &[u8]) -> Option<Verified<'k>> {
        let time_seconds = match key.kind() {
            SignatureType::Ed25519 => {
                key.public_key().verifies(self.text.as_bytes(), bytes).then_some(None)?
            }
            SignatureType::Cosignature => {
                Some(cosignature::verify(key.public_key(), &self.text, bytes)?)
            }
        };
        Some(Verified { key, time_seconds })
    }
}

impl fmt::Display for Note {
    /// The note as it is stored and sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| write!(f, "{line}"))
    }
}
