//! Case files: `tltrace-case/1` (events in order) and `tltrace-flow/1` (a period's flow sheet).
//!
//! A file of either schema always has an answer: what is where and from whom, or an object with
//! `status`, a reason code and the event, store, node or stream that is refused; nothing of a
//! refused case is answered. Only what is no case at all is an error here. Answers are exact
//! fractions; where these would grow beyond a budget the same walk is done again in numbers of 106
//! bits, which hold 1e-12 with a wide margin, and `arithmetic` says so.

use serde_json::Value;

pub use self::bare::quote_bare_numbers;

mod answer;
mod bare;
mod events;
mod flow;
mod read;
mod refused;

#[cfg(test)]
mod tests;

/// Bytes of a case.
pub const CASE_BYTES_MAX: usize = 256 << 20;
/// Events, stores, nodes or streams of a case.
pub const ITEMS_MAX: usize = 1_000_000;
/// Amounts by origin that an answer lists; a graph is asked one question at a time instead.
pub const ENTRIES_MAX: usize = 4_000_000;
/// What exact fractions may cost, in products of machine words: about two seconds.
const EXACT_BUDGET: u64 = 60_000_000;

/// What is no case at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACase {
    /// Not JSON.
    #[error("not a trace case: no JSON at line {line}, column {column}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON, but of another kind.
    #[error(
        "not a trace case: the schema is {found}, wanted \"tltrace-case/1\" or \"tltrace-flow/1\""
    )]
    Schema {
        /// What stands there.
        found: String,
    },
    /// Larger than a case may be.
    #[error("not a trace case: {bytes} bytes, more than {CASE_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// Answers a case.
pub fn answer(text: &str) -> Result<Value, NotACase> {
    if text.len() > CASE_BYTES_MAX {
        return Err(NotACase::TooLarge { bytes: text.len() });
    }
    let case = parsed(text)?;
    match case.get("schema").and_then(Value::as_str) {
        Some("tltrace-case/1") => Ok(events::answer(&case)),
        Some("tltrace-flow/1") => Ok(flow::answer(&case)),
        _ => Err(NotACase::Schema { found: found(case.get("schema")) }),
    }
}

fn parsed(text: &str) -> Result<Value, NotACase> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text)
        .or_else(|failed| serde_json::from_str(&quote_bare_numbers(text)).map_err(|_| failed))
        .map_err(|failed| NotACase::NotJson { line: failed.line(), column: failed.column() })
}

fn found(schema: Option<&Value>) -> String {
    const SHOWN_MAX: usize = 60;
    match schema {
        None => "missing".to_owned(),
        Some(value) => value.to_string().chars().take(SHOWN_MAX).collect(),
    }
}
