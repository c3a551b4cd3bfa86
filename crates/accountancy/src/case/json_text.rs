//! JSON text to a value, with NaN and infinities kept until their field can be named.
//!
//! Invariant: bare NaN, Infinity and -Infinity, which some programs write for numbers, become
//! texts; the reader of the field then says which figure is none. Nothing else is repaired.

use serde_json::Value;

use super::NotACase;

const NO_NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

pub(super) fn parse(text: &str) -> Result<Value, NotACase> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if let Some(quoted) = quoted(text)
        && let Ok(value) = serde_json::from_str(&quoted)
    {
        return Ok(value);
    }
    let (line, column) = (error.line(), error.column());
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or(&full).to_owned();
    Err(NotACase::NotJson { what, line, column })
}

/// The text with its bare no-numbers in quotes; None when it has none.
fn quoted(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len() + 64);
    let mut found = false;
    let mut in_text = false;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if !in_text && let Some(word) = NO_NUMBERS.iter().find(|word| rest.starts_with(**word)) {
            found = true;
            result.push('"');
            result.push_str(word);
            result.push('"');
            rest = &rest[word.len()..];
            continue;
        }
        if in_text && next == '\\' {
            let escaped = rest.chars().take(2).map(char::len_utf8).sum();
            result.push_str(&rest[..escaped]);
            rest = &rest[escaped..];
            continue;
        }
        in_text ^= next == '"';
        result.push(next);
        rest = &rest[next.len_utf8()..];
    }
    found.then_some(result)
}
