//! Rust text without its comments and strings, so that rules see code only.
//!
//! Invariant: the result has the same lines, and every character that is kept stands in its own
//! line and column. It is a scanner, not a parser: it knows comments, strings, raw strings and
//! characters, and nothing else.

use std::iter::repeat_n;

/// The text with comments and the contents of strings replaced by spaces.
pub(super) fn only(text: &str) -> String {
    let mut scanner = Scanner { rest: text, code: String::with_capacity(text.len()) };
    while !scanner.rest.is_empty() {
        scanner.step();
    }
    scanner.code
}

/// The line on which an inline `#[cfg(test)] mod … {` begins, from 1; rules stop there.
pub(super) fn test_module_line(code: &str) -> Option<usize> {
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let starts = |line: &str| line.starts_with("mod ") && line.ends_with('{');
    lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && starts(pair[1])).map(|at| at + 1)
}

struct Scanner<'a> {
    rest: &'a str,
    code: String,
}

impl Scanner<'_> {
    fn step(&mut self) {
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.blank(end);
        } else if self.rest.starts_with("/*") {
            self.blank(block_comment_length(self.rest));
        } else if let Some(length) = raw_string_length(self.rest, self.code.chars().last()) {
            self.blank(length);
        } else if self.rest.starts_with('"') {
            self.blank(string_length(self.rest, '"'));
        } else if let Some(length) = character_length(self.rest) {
            self.blank(length);
        } else {
            let length = self.rest.chars().next().map_or(1, char::len_utf8);
            self.code.push_str(&self.rest[..length]);
            self.rest = &self.rest[length..];
        }
    }

    /// Replaces the next bytes by as many columns of spaces, keeping line ends.
    fn blank(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length.min(self.rest.len()));
        for part in gone.split_inclusive('\n') {
            let line = part.strip_suffix('\n');
            self.code.extend(repeat_n(' ', line.unwrap_or(part).chars().count()));
            if line.is_some() {
                self.code.push('\n');
            }
        }
        self.rest = rest;
    }
}

/// Comments nest: `/* a /* b */ c */` is one.
fn block_comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of `r"…"`, `r#"…"#`, `br"…"` and so on at the start of the text.
fn raw_string_length(text: &str, before: Option<char>) -> Option<usize> {
    if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
        return None;
    }
    let body = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inner = body[hashes..].strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - inner.len();
    Some(inner.find(&closing).map_or(text.len(), |end| start + end + closing.len()))
}

/// Length of a quoted text with escapes, quotes included.
fn string_length(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

/// Length of a character literal at the start; a lifetime is none.
fn character_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    if first == '\\' {
        return Some(string_length(text, '\''));
    }
    let closing = 1 + first.len_utf8();
    text[closing..].starts_with('\'').then_some(closing + 1)
}

#[cfg(test)]
mod tests;
