//! Writing canonical JSON.
//!
//! Any serialisable value goes through `serde_json::Value`; what an entry can't hold (fractions,
//! integers of 2^53 or more, too deep nesting) is an error here, at the moment of capture.

use serde::Serialize;
use serde_json::Value;

use super::check::compare_utf16;
use super::{DEPTH_MAX, INTEGER_MAX};

/// A value that an entry can't hold.
#[derive(Debug, thiserror::Error)]
pub enum NotRepresentable {
    /// A fraction or an integer of 2^53 or more.
    #[error("number {0} can't stand in an entry: write decimals and large integers as text")]
    Number(String),
    /// Nested deeper than `DEPTH_MAX`.
    #[error("nested deeper than {DEPTH_MAX}")]
    Depth,
    /// The value's own serialisation failed.
    #[error("the value can't be serialised")]
    Serialise(#[source] serde_json::Error),
}

/// The canonical bytes of a value.
///
/// # Errors
/// `NotRepresentable` for fractions, large integers and deep nesting.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, NotRepresentable> {
    let value = serde_json::to_value(value).map_err(NotRepresentable::Serialise)?;
    let mut out = Vec::with_capacity(512);
    write_value(&value, 0, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, depth: usize, out: &mut Vec<u8>) -> Result<(), NotRepresentable> {
    if depth > DEPTH_MAX {
        return Err(NotRepresentable::Depth);
    }
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let whole = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            if whole.is_none_or(|n| n > INTEGER_MAX) {
                return Err(NotRepresentable::Number(number.to_string()));
            }
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(item, depth + 1, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|a, b| compare_utf16(a.0, b.0));
            out.push(b'{');
            for (index, (key, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write_value(member, depth + 1, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\r' => out.extend_from_slice(b"\\r"),
            c if c < ' ' => out.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}
