//! Frames behind a start byte, whose length the format knows or reads from their first bytes.
//!
//! A candidate begins at every start byte. When a candidate is refused, scanning goes on at the
//! next start byte inside it, so a good frame behind damage is not lost. Bytes skipped after a
//! refused frame belong to that refusal; other bytes outside frames are noise.
//! Holds at most one frame.

use std::collections::VecDeque;

use super::noise::Noise;
use crate::decoder::{Accepted, Decoder, Output, Rejection, Reply, count};
use crate::limits::{RAW_BYTES_MAX, head};
use crate::reading::{Reading, Reason, Refusal};

/// How far a candidate has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// More bytes are needed.
    More,
    /// The frame is whole and can be judged.
    Whole,
    /// This can't become a frame, and why.
    Broken(Refusal),
    /// A start byte by chance: not the beginning of a frame at all.
    Chance,
}

/// What a family knows about its frames.
pub trait FrameFormat: Send {
    /// The byte every frame begins with.
    fn start(&self) -> u8;

    /// Looks at a candidate (from the start byte on) after each of its bytes.
    fn progress(&self, candidate: &[u8]) -> Progress;

    /// True where the line is declared as 7 bits with parity read as 8: the high bit is dropped.
    fn strip_parity(&self) -> bool {
        false
    }

    /// Judges a whole frame: appends what it gives, or refuses it.
    fn take(&mut self, frame: &Frame<'_>, out: &mut Vec<Output>) -> Result<(), Refusal>;

    /// The stream ends: gives back what was held for later frames.
    fn end(&mut self, _out: &mut Vec<Output>) {}

    /// Answers to the device that wait to be sent.
    fn take_replies(&mut self) -> Vec<Reply> {
        Vec::new()
    }

    /// Bytes the format itself holds back.
    fn buffered(&self) -> usize {
        0
    }

    /// How long the line may be quiet inside a message, in ms.
    fn patience_ms(&self) -> u64 {
        crate::decoder::PATIENCE_MS
    }
}

/// A whole frame.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The bytes, without parity where the line carries it.
    pub bytes: &'a [u8],
    /// The bytes as they arrived.
    pub raw: &'a [u8],
    /// Where the frame began in the stream.
    pub offset: u64,
}

impl Frame<'_> {
    /// A reading with this frame as its evidence.
    pub fn accepted(&self, reading: Reading) -> Output {
        let raw = head(self.raw, RAW_BYTES_MAX);
        Output::Accepted(Accepted { reading, raw, offset: self.offset })
    }

    /// A refusal with this frame as its evidence.
    pub fn rejected(&self, refusal: Refusal) -> Output {
        let Refusal { reason, detail } = refusal;
        let raw = head(self.raw, RAW_BYTES_MAX);
        let length = count(self.raw.len());
        Output::Rejected(Rejection { reason, detail, raw, length, offset: self.offset })
    }
}

/// A decoder for any [`FrameFormat`].
#[derive(Debug)]
pub struct FrameScanner<F> {
    format: F,
    /// Raw bytes of the candidate; empty or beginning with a start byte.
    raw: Vec<u8>,
    /// The same without parity.
    clean: Vec<u8>,
    noise: Noise,
    /// A start byte with its high bit set was seen in the noise.
    noise_parity: bool,
    /// The bytes now skipped belong to a frame that was refused already.
    after_refusal: bool,
    /// Where the next byte stands in the stream.
    position: u64,
}

impl<F: FrameFormat> FrameScanner<F> {
    /// A scanner at the beginning of a stream.
    pub fn new(format: F) -> Self {
        Self {
            format,
            raw: Vec::new(),
            clean: Vec::new(),
            noise: Noise::default(),
            noise_parity: false,
            after_refusal: false,
            position: 0,
        }
    }

    /// Takes one byte; returns the bytes that must be looked at again.
    fn take(&mut self, byte: u8, out: &mut Vec<Output>) -> Vec<u8> {
        let clean = if self.format.strip_parity() { byte & 0x7f } else { byte };
        if self.raw.is_empty() && clean != self.format.start() {
            self.skip(byte, out);
            self.position += 1;
            return Vec::new();
        }
        self.raw.push(byte);
        self.clean.push(clean);
        self.position += 1;
        match self.format.progress(&self.clean) {
            Progress::More => Vec::new(),
            Progress::Whole => self.judge(out),
            Progress::Broken(refusal) => {
                self.begun(out);
                self.refuse(refusal, out)
            }
            Progress::Chance => self.chance(out),
        }
    }

    /// A candidate turned out to be a frame, good or bad: what stood before it is told first.
    fn begun(&mut self, out: &mut Vec<Output>) {
        self.report_noise(out);
        self.after_refusal = false;
    }

    fn offset(&self) -> u64 {
        self.position - count(self.raw.len())
    }

    fn judge(&mut self, out: &mut Vec<Output>) -> Vec<u8> {
        self.begun(out);
        let frame = Frame { bytes: &self.clean, raw: &self.raw, offset: self.offset() };
        match self.format.take(&frame, out) {
            Ok(()) => {
                self.raw.clear();
                self.clean.clear();
                Vec::new()
            }
            Err(refusal) => self.refuse(refusal, out),
        }
    }

    /// Refuses the candidate and gives back all but its start byte.
    fn refuse(&mut self, refusal: Refusal, out: &mut Vec<Output>) -> Vec<u8> {
        let frame = Frame { bytes: &self.clean, raw: &self.raw, offset: self.offset() };
        out.push(frame.rejected(refusal));
        self.after_refusal = true;
        let again = self.raw.split_off(1);
        self.restart(&again);
        again
    }

    /// Puts the start byte among the noise and gives back the rest.
    fn chance(&mut self, out: &mut Vec<Output>) -> Vec<u8> {
        let again = self.raw.split_off(1);
        let first = self.raw.first().copied();
        self.restart(&again);
        self.position -= 1;
        if let Some(byte) = first {
            self.skip(byte, out);
        }
        self.position += 1;
        again
    }

    fn restart(&mut self, again: &[u8]) {
        self.position -= count(again.len());
        self.raw.clear();
        self.clean.clear();
    }

    fn skip(&mut self, byte: u8, out: &mut Vec<Output>) {
        if self.after_refusal {
            return;
        }
        self.noise_parity |= byte & 0x80 != 0 && byte & 0x7f == self.format.start();
        if self.noise.take(byte, self.position) {
            self.report_noise(out);
        }
    }

    fn report_noise(&mut self, out: &mut Vec<Output>) {
        let parity = std::mem::take(&mut self.noise_parity);
        let start = self.format.start();
        let why = |length| {
            if parity {
                let detail = format!(
                    "{length} bytes without a frame, but start bytes {start:02X}h with the high \
                     bit set: the line looks like 7 bits with parity read as 8; declare \
                     strip_parity or set the port to 7 bits"
                );
                return Refusal::new(Reason::BadFrame, detail);
            }
            let detail = format!(
                "{length} bytes outside any frame (no start byte {start:02X}h); if this goes on, \
                 check the baud rate and the declared protocol"
            );
            Refusal::new(Reason::Noise, detail)
        };
        self.noise.report(why, out);
    }
}

impl<F: FrameFormat> Decoder for FrameScanner<F> {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        let mut again = VecDeque::new();
        for byte in bytes {
            again.push_back(*byte);
            while let Some(byte) = again.pop_front() {
                for earlier in self.take(byte, out).into_iter().rev() {
                    again.push_front(earlier);
                }
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        self.report_noise(out);
        if !self.raw.is_empty() {
            let frame = Frame { bytes: &self.clean, raw: &self.raw, offset: self.offset() };
            let detail =
                format!("the line went quiet after {} bytes of a frame", frame.bytes.len());
            out.push(frame.rejected(Refusal::new(Reason::Truncated, detail)));
        }
        self.format.end(out);
        self.raw.clear();
        self.clean.clear();
        self.after_refusal = false;
        self.position = 0;
    }

    fn buffered(&self) -> usize {
        self.raw.len() + self.noise.buffered() + self.format.buffered()
    }

    fn take_replies(&mut self) -> Vec<Reply> {
        self.format.take_replies()
    }

    fn patience_ms(&self) -> u64 {
        self.format.patience_ms()
    }
}
