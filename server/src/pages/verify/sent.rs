//! What somebody sent to be verified: fields of a form, with files or without.
//!
//! Strangers send this. The body is bounded by the service, parts and heads by `multipart`, and
//! what can't be read says where. Nothing is kept.

use super::super::part::Query;
use crate::multipart::{self, MultipartError};

/// Parts of a form.
const PARTS_MAX: usize = 12;
/// First line of a proof, by which one in the wrong field is known.
const PROOF_MARK: &[u8] = b"c2sp.org/tlog-proof";

/// Why a form can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SentError {
    /// Neither of the two ways in which browsers send forms.
    #[error("content type {0:?} is neither multipart/form-data nor x-www-form-urlencoded")]
    Type(String),
    /// A multipart body without its boundary.
    #[error("the multipart body has no boundary, or does not hold it")]
    Boundary,
    /// A part that is cut off or has no name.
    #[error("part {0} of the multipart body is cut off or has no name")]
    Part(usize),
    /// Too many parts.
    #[error("the form has more than {PARTS_MAX} parts")]
    Parts,
}

impl From<MultipartError> for SentError {
    fn from(error: MultipartError) -> Self {
        match error {
            MultipartError::Boundary => Self::Boundary,
            MultipartError::Part(number) => Self::Part(number),
            MultipartError::Parts => Self::Parts,
        }
    }
}

/// What was sent; empty fields are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// Text of a proof.
    pub(super) proof: Option<Vec<u8>>,
    /// Bytes of an entry.
    pub(super) entry: Option<Vec<u8>>,
    /// A label code.
    pub(super) code: Option<String>,
}

impl Sent {
    /// Reads a form.
    ///
    /// # Errors
    /// Any `SentError`.
    pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Self, SentError> {
        let media = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let fields = match media.as_str() {
            "multipart/form-data" => {
                let parts = multipart::parts(content_type, body, PARTS_MAX)?;
                parts.into_iter().map(|part| (part.name, part.content.to_vec())).collect()
            }
            "application/x-www-form-urlencoded" => {
                let text = String::from_utf8_lossy(body);
                let pairs = Query::new("", &text).pairs();
                pairs.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
            }
            _ => return Err(SentError::Type(content_type.chars().take(80).collect())),
        };
        Ok(Self::of(fields))
    }

    /// Files win over pasted text; a proof that was put into the record's field is a proof.
    fn of(fields: Vec<(String, Vec<u8>)>) -> Self {
        let find = |name: &str| {
            let found = fields.iter().find(|(own, value)| own == name && !is_blank(value));
            found.map(|(_, value)| value.clone())
        };
        let mut proof = find("proof_file").or_else(|| find("proof"));
        let mut entry = find("entry_file").or_else(|| find("entry"));
        let is_proof = |bytes: &Option<Vec<u8>>| {
            bytes.as_ref().is_some_and(|bytes| bytes.trim_ascii_start().starts_with(PROOF_MARK))
        };
        if is_proof(&entry) && !is_proof(&proof) || (entry.is_none() && looks_like_json(&proof)) {
            std::mem::swap(&mut proof, &mut entry);
        }
        let code = find("code").map(|code| String::from_utf8_lossy(&code).trim().to_owned());
        Self { proof: proof.map(|bytes| as_lines(&bytes)), entry, code }
    }
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.trim_ascii().is_empty()
}

fn looks_like_json(bytes: &Option<Vec<u8>>) -> bool {
    bytes.as_ref().is_some_and(|bytes| bytes.trim_ascii_start().starts_with(b"{"))
}

/// A proof as its format has it: browsers turn the line feeds of pasted text into CR LF, and
/// people lose the last one.
fn as_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<u8> = Vec::with_capacity(bytes.len() + 1);
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    for (at, byte) in text.iter().enumerate() {
        if *byte != b'\r' || text.get(at + 1) != Some(&b'\n') {
            lines.push(*byte);
        }
    }
    lines.push(b'\n');
    lines
}

#[cfg(test)]
mod tests;
