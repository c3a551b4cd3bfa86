//! Bytes to text: byte order mark, then strict UTF-8, then strict GB 18030.
//!
//! Chinese instruments and weighbridge programs write UTF-8 or the Windows code page 936, which
//! GB 18030 contains. Nothing is replaced by question marks: bytes that are no text are refused.

use std::ops::Range;

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

use crate::limits::{RAW_BYTES_MAX, head};

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB 18030 (contains GBK and GB 2312).
    Gb18030,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// Text with what is needed to find its bytes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText {
    /// The text without byte order mark.
    pub text: String,
    /// The encoding it was read in.
    pub encoding: TextEncoding,
}

/// Bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// A workbook was given where text is expected.
    #[error("this is a {0} workbook, not a text table; read it as XLSX or save it as CSV")]
    Workbook(&'static str),
    /// Neither of the encodings fits.
    #[error("the file is no text in {tried}; export it again as CSV in UTF-8")]
    NotText {
        /// The encodings that were tried.
        tried: &'static str,
    },
    /// Text with a zero character.
    #[error("the file holds zero bytes: it is binary, or UTF-16 without a byte order mark")]
    Binary,
}

/// Reads text; `declared` forbids guessing the encoding, a byte order mark aside.
pub fn decode_text(
    bytes: &[u8],
    declared: Option<TextEncoding>,
) -> Result<DecodedText, EncodingError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(EncodingError::Workbook("XLSX (zip)"));
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(EncodingError::Workbook("XLS (OLE)"));
    }
    let decoded = match (bytes, declared) {
        ([0xef, 0xbb, 0xbf, rest @ ..], _) => strict(rest, TextEncoding::Utf8, "UTF-8"),
        ([0xff, 0xfe, rest @ ..], _) => strict(rest, TextEncoding::Utf16Le, "UTF-16LE"),
        ([0xfe, 0xff, rest @ ..], _) => strict(rest, TextEncoding::Utf16Be, "UTF-16BE"),
        (_, Some(encoding)) => strict(bytes, encoding, "the declared encoding"),
        (_, None) => strict(bytes, TextEncoding::Utf8, "UTF-8")
            .or_else(|_| strict(bytes, TextEncoding::Gb18030, "UTF-8 or GB 18030")),
    }?;
    if decoded.text.contains('\0') {
        return Err(EncodingError::Binary);
    }
    Ok(decoded)
}

fn strict(
    bytes: &[u8],
    encoding: TextEncoding,
    tried: &'static str,
) -> Result<DecodedText, EncodingError> {
    let decoder = match encoding {
        TextEncoding::Utf8 => UTF_8,
        TextEncoding::Gb18030 => GB18030,
        TextEncoding::Utf16Le => UTF_16LE,
        TextEncoding::Utf16Be => UTF_16BE,
    };
    match decoder.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(DecodedText { text: text.into_owned(), encoding }),
        None => Err(EncodingError::NotText { tried }),
    }
}

impl DecodedText {
    /// The bytes of a part of the text in the file's encoding, at most 4 KiB.
    pub fn raw(&self, span: Range<usize>) -> Vec<u8> {
        let part = self.text.get(span).unwrap_or_default();
        let units = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            part.encode_utf16().take(RAW_BYTES_MAX / 2).flat_map(bytes).collect()
        };
        match self.encoding {
            TextEncoding::Utf8 => head(part.as_bytes(), RAW_BYTES_MAX),
            TextEncoding::Gb18030 => head(&GB18030.encode(part).0, RAW_BYTES_MAX),
            TextEncoding::Utf16Le => units(u16::to_le_bytes),
            TextEncoding::Utf16Be => units(u16::to_be_bytes),
        }
    }
}
