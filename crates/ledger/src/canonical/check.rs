//! The one-pass check that bytes are canonical.
//!
//! A recursive descent over the bytes that accepts exactly what `write` would emit: keys sorted by
//! UTF-16 code units, shortest escapes, no white space, plain integers. It builds no tree.

use std::cmp::Ordering;

use super::{DEPTH_MAX, INTEGER_MAX};

/// Why bytes are not canonical JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not canonical JSON at byte {at}: {reason}")]
pub struct NonCanonical {
    /// Offset of the first byte that is wrong.
    pub at: usize,
    /// What is wrong there, in words.
    pub reason: &'static str,
}

/// Checks that `bytes` are one canonical JSON value without fractions.
///
/// # Errors
/// The first deviation with its offset.
pub fn check(bytes: &[u8]) -> Result<(), NonCanonical> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| NonCanonical { at: e.valid_up_to(), reason: "not UTF-8" })?;
    let mut scan = Scan { text, bytes, at: 0 };
    scan.value(0)?;
    if scan.at == bytes.len() { Ok(()) } else { Err(scan.wrong("data after the value")) }
}

/// Checks that `bytes` are one canonical JSON object: the form of payloads and envelopes.
///
/// # Errors
/// The first deviation with its offset; a value that is no object is one.
pub fn check_object(bytes: &[u8]) -> Result<(), NonCanonical> {
    if bytes.first() != Some(&b'{') {
        return Err(NonCanonical { at: 0, reason: "the outermost value must be an object" });
    }
    check(bytes)
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn wrong(&self, reason: &'static str) -> NonCanonical {
        NonCanonical { at: self.at, reason }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn word(&mut self, word: &'static str) -> Result<(), NonCanonical> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.wrong("unknown word"))
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), NonCanonical> {
        if depth > DEPTH_MAX {
            return Err(self.wrong("nested too deeply"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(|_| ()),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.integer(),
            Some(b' ' | b'\t' | b'\r' | b'\n') => Err(self.wrong("white space")),
            Some(_) => Err(self.wrong("no JSON value begins so")),
            None => Err(self.wrong("ends too early")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), NonCanonical> {
        self.at += 1;
        if self.eat(b'}') {
            return Ok(());
        }
        let mut last: Option<String> = None;
        loop {
            let key_at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wrong("expected a key"));
            }
            let key = self.string()?;
            if let Some(last) = &last {
                match compare_utf16(last, &key) {
                    Ordering::Less => {}
                    Ordering::Equal => {
                        return Err(NonCanonical { at: key_at, reason: "key given twice" });
                    }
                    Ordering::Greater => {
                        return Err(NonCanonical { at: key_at, reason: "keys not sorted" });
                    }
                }
            }
            last = Some(key);
            if !self.eat(b':') {
                return Err(self.wrong("expected ':'"));
            }
            self.value(depth + 1)?;
            if self.eat(b'}') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.wrong("expected ',' or '}'"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), NonCanonical> {
        self.at += 1;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if self.eat(b']') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.wrong("expected ',' or ']'"));
            }
        }
    }

    fn integer(&mut self) -> Result<(), NonCanonical> {
        let start = self.at;
        let negative = self.eat(b'-');
        let digits_at = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = &self.text[digits_at..self.at];
        let wrong = |reason| Err(NonCanonical { at: start, reason });
        if digits.is_empty() {
            return wrong("no JSON value begins so");
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return wrong("a fraction or exponent: decimals are text in an entry");
        }
        if digits.starts_with('0') && (digits.len() > 1 || negative) {
            return wrong("leading zero or minus zero");
        }
        match digits.parse::<u64>() {
            Ok(n) if n <= INTEGER_MAX => Ok(()),
            _ => wrong("an integer of 2^53 or more: write it as text"),
        }
    }

    fn string(&mut self) -> Result<String, NonCanonical> {
        self.at += 1;
        let mut value = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            value.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => value.push(self.escape()?),
                Some(_) => return Err(self.wrong("control character not escaped")),
                None => return Err(self.wrong("text without an end")),
            }
        }
    }

    /// The only escapes of RFC 8785: `\" \\ \b \t \n \f \r`, and `\u00xx` in lower case for the
    /// other control characters.
    fn escape(&mut self) -> Result<char, NonCanonical> {
        let start = self.at;
        self.at += 1;
        let byte = self.peek();
        self.at += 1;
        let plain = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'b') => '\u{8}',
            Some(b't') => '\t',
            Some(b'n') => '\n',
            Some(b'f') => '\u{c}',
            Some(b'r') => '\r',
            Some(b'u') => return self.unicode_escape(start),
            _ => return Err(NonCanonical { at: start, reason: "not the shortest escape" }),
        };
        Ok(plain)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, NonCanonical> {
        let wrong = NonCanonical { at: start, reason: "not the shortest escape" };
        let digits = self.bytes.get(self.at..self.at + 4).ok_or_else(|| wrong.clone())?;
        self.at += 4;
        let lower = digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let code = std::str::from_utf8(digits).ok().and_then(|d| u32::from_str_radix(d, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) if lower && c < ' ' && !matches!(c, '\u{8}' | '\t' | '\n' | '\u{c}' | '\r') => {
                Ok(c)
            }
            _ => Err(wrong),
        }
    }
}

/// Order of keys in RFC 8785 §3.2.3: by UTF-16 code units, not by code points.
pub(super) fn compare_utf16(left: &str, right: &str) -> Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}
