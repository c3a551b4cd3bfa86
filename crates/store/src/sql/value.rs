//! The values that statements bind, and text that fits into an index.

use std::borrow::Cow;

use tl_ledger::Hash;

/// Longest key or object in an index; PostgreSQL refuses index rows of more than 2,700 bytes.
const KEY_BYTES_MAX: usize = 400;
/// Part of a longer key that stays readable before its hash.
const KEY_BYTES_KEPT: usize = 200;
/// Characters of a text that can be searched for; the whole is in the row's document.
const SEARCH_CHARS_MAX: usize = 200;

/// What a statement binds.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    /// An integer; moments, counts and flags are integers too.
    Int(i64),
    /// No integer.
    NoInt,
    /// Text.
    Text(Cow<'a, str>),
    /// No text.
    NoText,
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

impl<'a> Value<'a> {
    /// Text by reference.
    pub(crate) fn text(text: &'a str) -> Self {
        Self::owned_or(Cow::Borrowed(text))
    }

    /// Anything that prints as text.
    pub(crate) fn display(shown: impl ToString) -> Self {
        Self::owned_or(Cow::Owned(shown.to_string()))
    }

    /// Text or nothing.
    pub(crate) fn maybe_text<T: ToString>(shown: Option<T>) -> Self {
        shown.map_or(Self::NoText, Self::display)
    }

    /// An integer or nothing.
    pub(crate) fn maybe_int(number: Option<i64>) -> Self {
        number.map_or(Self::NoInt, Self::Int)
    }

    /// A count or index; those of this program stay far below 2^63.
    pub(crate) fn count(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// Yes or no as 1 or 0.
    pub(crate) fn flag(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }

    /// A hash as its 32 bytes.
    pub(crate) fn hash(hash: &'a Hash) -> Self {
        Self::Bytes(Cow::Borrowed(&hash.0))
    }

    /// Bytes by reference.
    pub(crate) fn bytes(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }

    /// PostgreSQL refuses U+0000 in text; replaced on both, so that both hold the same.
    fn owned_or(text: Cow<'a, str>) -> Self {
        if text.contains('\0') {
            Self::Text(Cow::Owned(text.replace('\0', "\u{FFFD}")))
        } else {
            Self::Text(text)
        }
    }
}

/// A list for `= ANY_OF(?)`: a JSON array of texts.
pub(crate) fn list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Value<'static> {
    let texts: Vec<serde_json::Value> = texts
        .into_iter()
        .map(|text| serde_json::Value::String(text.as_ref().replace('\0', "\u{FFFD}")))
        .collect();
    Value::Text(Cow::Owned(serde_json::Value::Array(texts).to_string()))
}

/// A key as indexes hold it: long ones are cut and told apart by their hash.
pub(crate) fn key_text(key: &str) -> Cow<'_, str> {
    if key.len() <= KEY_BYTES_MAX {
        return Cow::Borrowed(key);
    }
    let cut = key.floor_char_boundary(KEY_BYTES_KEPT);
    Cow::Owned(format!("{}#{}", &key[..cut], Hash::of(key.as_bytes())))
}

/// Text as it can be searched for.
pub(crate) fn search_text(text: &str) -> Value<'static> {
    Value::display(text.chars().take(SEARCH_CHARS_MAX).collect::<String>())
}
