//! What the lines of the text formats are made of: decimal sizes and base64 hashes, read strictly.
//!
//! Notes, checkpoints, proofs, witness requests and policies are texts of lines; each has one
//! spelling only, so that no two readers can see two things. Errors name the line and what it said.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Hash;
use crate::merkle::SIZE_MAX;

/// How much of a wrong line an error repeats, in characters.
const SHOWN_CHARACTERS: usize = 80;

/// Where a text departs from its format, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}; read {read:?}")]
pub struct LineError {
    /// Line of the file, from 1.
    pub line: usize,
    /// What belongs there, in words.
    pub why: &'static str,
    /// What was read, shortened.
    pub read: String,
}

impl LineError {
    pub(crate) fn new(line: usize, why: &'static str, read: &str) -> Self {
        Self { line, why, read: read.chars().take(SHOWN_CHARACTERS).collect() }
    }
}

/// Bytes that are no text of these formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// More bytes than the format allows here.
    #[error("{read} bytes are too many; at most {limit} are read")]
    TooLarge {
        /// Bytes that were there.
        read: usize,
        /// Most that are read.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("not UTF-8 at byte {at}")]
    NotUtf8 {
        /// Offset from 0.
        at: usize,
    },
    /// A control character other than the line feed.
    #[error("control character 0x{byte:02x} at byte {at}")]
    Control {
        /// Offset from 0.
        at: usize,
        /// The character.
        byte: u8,
    },
}

/// UTF-8 without control characters (below U+0020) other than the line feed.
pub(crate) fn text(bytes: &[u8], limit: usize) -> Result<&str, TextError> {
    if bytes.len() > limit {
        return Err(TextError::TooLarge { read: bytes.len(), limit });
    }
    if let Some(at) = bytes.iter().position(|byte| *byte < b' ' && *byte != b'\n') {
        return Err(TextError::Control { at, byte: bytes[at] });
    }
    std::str::from_utf8(bytes).map_err(|e| TextError::NotUtf8 { at: e.valid_up_to() })
}

/// A size or index: decimal digits without sign or leading zero, at most `SIZE_MAX`.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse().ok().filter(|value| *value <= SIZE_MAX)
}

/// Base64 with padding and nothing besides.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash as base64 of 32 bytes.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    base64(text).as_deref().and_then(Hash::from_slice)
}

/// Bytes as base64.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Hashes, one line each.
pub(crate) fn push_hashes(out: &mut String, hashes: &[Hash]) {
    for hash in hashes {
        out.push_str(&to_base64(&hash.0));
        out.push('\n');
    }
}

/// Lines of one hash each, at most `limit` of them, with their numbers in the file.
pub(crate) fn hashes<'t>(
    lines: impl Iterator<Item = (&'t str, usize)>,
    limit: usize,
) -> Result<Vec<Hash>, LineError> {
    let mut hashes = Vec::new();
    for (line, number) in lines {
        if hashes.len() == limit {
            return Err(LineError::new(number, "no proof in any log has so many hashes", line));
        }
        let read = hash(line)
            .ok_or_else(|| LineError::new(number, "this line is 32 bytes in base64", line))?;
        hashes.push(read);
    }
    Ok(hashes)
}
