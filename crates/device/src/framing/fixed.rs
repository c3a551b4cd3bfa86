//! Fixed-length frames behind a start byte.
//!
//! A candidate begins at every start byte. When a whole candidate is refused, scanning goes on
//! at the next start byte inside it, so a good frame behind damage is not lost. Bytes skipped
//! after a refused frame belong to that refusal; other bytes outside frames are noise.
//! Holds at most one frame.

use crate::decoder::{Accepted, Decoder, Output, Rejection, count};
use crate::limits::{NOISE_RAW_BYTES_MAX, NOISE_REPORT_BYTES};
use crate::reading::{Reading, Reason, Refusal};

/// What a family knows about its frames.
pub trait FixedFormat: Send {
    /// The byte every frame begins with.
    fn start(&self) -> u8;
    /// The length of a whole frame in bytes, start byte included.
    fn length(&self) -> usize;
    /// True where the line is declared as 7 bits with parity read as 8: the high bit is dropped.
    fn strip_parity(&self) -> bool;
    /// Judges one whole frame (parity already dropped where declared).
    fn read(&self, frame: &[u8]) -> Result<Reading, Refusal>;
}

/// A decoder for any [`FixedFormat`].
#[derive(Debug)]
pub struct FixedScanner<F> {
    format: F,
    /// Raw bytes of the candidate; empty or beginning with a start byte.
    frame: Vec<u8>,
    noise: Vec<u8>,
    noise_length: u64,
    /// A start byte with its high bit set was seen in the noise.
    noise_parity: bool,
    /// The bytes now skipped belong to a frame that was refused already.
    after_refusal: bool,
    /// Bytes of the stream taken so far.
    taken: u64,
}

impl<F: FixedFormat> FixedScanner<F> {
    /// A scanner at the beginning of a stream.
    pub fn new(format: F) -> Self {
        Self {
            format,
            frame: Vec::new(),
            noise: Vec::new(),
            noise_length: 0,
            noise_parity: false,
            after_refusal: false,
            taken: 0,
        }
    }

    fn clean(&self, byte: u8) -> u8 {
        if self.format.strip_parity() { byte & 0x7f } else { byte }
    }

    fn take(&mut self, byte: u8, out: &mut Vec<Output>) {
        let start = self.format.start();
        if self.frame.is_empty() && self.clean(byte) != start {
            self.skip(byte, out);
            self.taken += 1;
            return;
        }
        if self.frame.is_empty() {
            self.report_noise(out);
            self.after_refusal = false;
        }
        self.frame.push(byte);
        self.taken += 1;
        if self.frame.len() >= self.format.length() {
            self.judge(out);
        }
    }

    fn skip(&mut self, byte: u8, out: &mut Vec<Output>) {
        if self.after_refusal {
            return;
        }
        if self.noise.len() < NOISE_RAW_BYTES_MAX {
            self.noise.push(byte);
        }
        self.noise_parity |= byte & 0x7f == self.format.start();
        self.noise_length += 1;
        if self.noise_length == NOISE_REPORT_BYTES {
            // The reported bytes end with this one, which is counted only after this call.
            self.taken += 1;
            self.report_noise(out);
            self.taken -= 1;
        }
    }

    fn report_noise(&mut self, out: &mut Vec<Output>) {
        if self.noise_length == 0 {
            return;
        }
        let length = std::mem::take(&mut self.noise_length);
        let start = self.format.start();
        let (reason, detail) = if std::mem::take(&mut self.noise_parity) {
            let detail = format!(
                "{length} bytes without a frame, but start bytes {start:02X}h with the high bit \
                 set: the line looks like 7 bits with parity read as 8; declare strip_parity or \
                 set the port to 7 bits"
            );
            (Reason::BadFrame, detail)
        } else {
            let detail = format!(
                "{length} bytes outside any frame (no start byte {start:02X}h); if this goes on, \
                 check the baud rate and the declared protocol"
            );
            (Reason::Noise, detail)
        };
        let offset = self.taken - length;
        let raw = std::mem::take(&mut self.noise);
        out.push(Output::Rejected(Rejection { reason, detail, raw, length, offset }));
    }

    fn judge(&mut self, out: &mut Vec<Output>) {
        let clean: Vec<u8> = self.frame.iter().map(|byte| self.clean(*byte)).collect();
        let offset = self.taken - count(self.frame.len());
        match self.format.read(&clean) {
            Ok(reading) => {
                let raw = std::mem::take(&mut self.frame);
                out.push(Output::Accepted(Accepted { reading, raw, offset }));
            }
            Err(Refusal { reason, detail }) => {
                let start = self.format.start();
                let next = clean.iter().skip(1).position(|byte| *byte == start);
                let raw = self.frame.clone();
                let length = count(raw.len());
                out.push(Output::Rejected(Rejection { reason, detail, raw, length, offset }));
                match next {
                    Some(index) => {
                        self.frame.drain(..=index);
                    }
                    None => {
                        self.frame.clear();
                        self.after_refusal = true;
                    }
                }
            }
        }
    }
}

impl<F: FixedFormat> Decoder for FixedScanner<F> {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        for byte in bytes {
            self.take(*byte, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        self.report_noise(out);
        if !self.frame.is_empty() {
            let raw = std::mem::take(&mut self.frame);
            let length = count(raw.len());
            let detail = format!(
                "the line went quiet after {length} of {} bytes of a frame",
                self.format.length()
            );
            let offset = self.taken - length;
            let reason = Reason::Truncated;
            out.push(Output::Rejected(Rejection { reason, detail, raw, length, offset }));
        }
        self.after_refusal = false;
        self.taken = 0;
    }

    fn buffered(&self) -> usize {
        self.frame.len() + self.noise.len()
    }
}
