//! One signature line of a note: who signed, and the bytes.
//!
//! The bytes are not judged here: a line of an unknown algorithm is as good a line as any other
//! and is kept, so that witnesses and newer keys can stand beside ours.

use std::fmt;

use super::{KeyName, NoteKeyId, VerifierKey};
use crate::line::{self, LineError};

/// Every signature line begins with an em dash (U+2014) and a space.
const PREFIX: &str = "\u{2014} ";

/// A signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: KeyName,
    /// Id of the key.
    pub id: NoteKeyId,
    /// What follows the id: at least one byte; its meaning is the algorithm's.
    pub bytes: Vec<u8>,
}

impl NoteSignature {
    /// The line of a signature that `key` verifies; for signers that keep their key elsewhere.
    #[must_use]
    pub fn new(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name().clone(), id: key.id(), bytes }
    }

    /// Whether the line says that `key` signed.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == *key.name() && self.id == key.id()
    }

    /// Reads a line without its line feed; `number` is its place in the file, for the error.
    pub(crate) fn parse(text: &str, number: usize) -> Result<Self, LineError> {
        let wrong = |why| LineError::new(number, why, text);
        let rest = text
            .strip_prefix(PREFIX)
            .ok_or_else(|| wrong("a signature line begins with an em dash (U+2014) and a space"))?;
        let (name, blob) = rest
            .split_once(' ')
            .ok_or_else(|| wrong("a signature line is: dash, key name, base64"))?;
        let name = name
            .parse()
            .map_err(|_| wrong("a key name is not empty and has no white space and no '+'"))?;
        let blob = line::base64(blob).ok_or_else(|| wrong("the signature is not plain base64"))?;
        match blob.split_first_chunk::<4>() {
            Some((id, bytes)) if !bytes.is_empty() => {
                Ok(Self { name, id: NoteKeyId(*id), bytes: bytes.to_vec() })
            }
            _ => Err(wrong("a signature is 4 bytes of key id and at least one byte more")),
        }
    }

    /// Reads lines as a witness answers them: one or more, each ended by a line feed.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse_lines(text: &str) -> Result<Vec<Self>, LineError> {
        let lines = text
            .strip_suffix('\n')
            .ok_or_else(|| LineError::new(1, "signature lines end in a line feed", text))?;
        lines.split('\n').enumerate().map(|(at, line)| Self::parse(line, at + 1)).collect()
    }
}

impl fmt::Display for NoteSignature {
    /// The line with its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = [&self.id.0[..], &self.bytes].concat();
        writeln!(f, "{PREFIX}{} {}", self.name, line::to_base64(&blob))
    }
}
