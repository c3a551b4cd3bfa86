//! Lines that end with a declared suffix of one to four bytes.
//!
//! A line longer than allowed is dropped up to its suffix and reported once with its first
//! bytes. The half of a line at the end of the stream is reported, never used.
//! Holds at most the longest allowed line plus two suffixes.

use crate::decoder::count;
use crate::limits::{RAW_BYTES_MAX, head};

/// A piece of the stream found by [`LineSplitter`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What kind of piece it is.
    pub end: LineEnd,
    /// The bytes without the suffix; of a too long line only the first ones.
    pub content: Vec<u8>,
    /// The bytes as they arrived, suffix included, at most 4 KiB.
    pub raw: Vec<u8>,
    /// How many bytes the piece had, suffix included.
    pub length: u64,
    /// Where it began in the stream.
    pub offset: u64,
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// With its suffix.
    Whole,
    /// With its suffix, or the end of the stream, but beyond the allowed length.
    TooLong,
    /// With the end of the stream.
    Cut,
}

/// Splits a stream into lines.
#[derive(Debug)]
pub struct LineSplitter {
    suffix: Vec<u8>,
    content_max: usize,
    /// What of each byte counts: all of it, or all but the parity bit.
    mask: u8,
    line: Vec<u8>,
    /// The last bytes of a line that is too long already, as many as the suffix has.
    tail: Vec<u8>,
    length: u64,
    taken: u64,
}

impl LineSplitter {
    /// A splitter for lines of at most `content_max` bytes before the (not empty) suffix.
    pub fn new(suffix: &[u8], content_max: usize) -> Self {
        assert!(!suffix.is_empty(), "a line needs a suffix; profiles without one are refused");
        Self {
            suffix: suffix.to_vec(),
            content_max,
            mask: 0xff,
            line: Vec::new(),
            tail: Vec::new(),
            length: 0,
            taken: 0,
        }
    }

    /// Drops the parity bit of a line declared as 7 bits and read as 8; `raw` keeps it.
    pub fn strip_parity(mut self, strip: bool) -> Self {
        self.mask = if strip { 0x7f } else { 0xff };
        self
    }

    fn ends(&self, bytes: &[u8]) -> bool {
        let from = bytes.len().checked_sub(self.suffix.len());
        let tail = from.and_then(|from| bytes.get(from..)).unwrap_or_default();
        tail.len() == self.suffix.len()
            && tail.iter().zip(&self.suffix).all(|(byte, wanted)| byte & self.mask == *wanted)
    }

    /// Takes one byte; returns the line it completes.
    pub fn take(&mut self, byte: u8) -> Option<Line> {
        self.taken += 1;
        self.length += 1;
        if !self.tail.is_empty() {
            self.tail.remove(0);
            self.tail.push(byte);
            return self.ends(&self.tail).then(|| self.emit(LineEnd::TooLong));
        }
        self.line.push(byte);
        if self.ends(&self.line) {
            return Some(self.emit(LineEnd::Whole));
        }
        if self.line.len() >= self.content_max + self.suffix.len() {
            let from = self.line.len() - self.suffix.len();
            self.tail = self.line.split_off(from);
        }
        None
    }

    /// Ends the stream; returns the half line there is.
    pub fn finish(&mut self) -> Option<Line> {
        let end = if self.tail.is_empty() { LineEnd::Cut } else { LineEnd::TooLong };
        let line = (self.length > 0).then(|| self.emit(end));
        self.taken = 0;
        line
    }

    /// Bytes held back.
    pub fn buffered(&self) -> usize {
        self.line.len() + self.tail.len()
    }

    fn emit(&mut self, end: LineEnd) -> Line {
        let mut content = std::mem::take(&mut self.line);
        self.tail.clear();
        let raw = head(&content, RAW_BYTES_MAX);
        if end == LineEnd::Whole {
            content.truncate(content.len() - self.suffix.len());
            content.iter_mut().for_each(|byte| *byte &= self.mask);
        }
        let length = std::mem::take(&mut self.length);
        debug_assert!(count(content.len()) <= length, "a piece is never longer than what came");
        Line { end, content, raw, length, offset: self.taken - length }
    }
}
