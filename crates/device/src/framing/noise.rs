//! Bytes outside frames: counted, their first ones kept, reported in bounded portions.
//!
//! A line that sends garbage for ever must not fill the memory and must not stay silent either.

use crate::decoder::{Output, Rejection};
use crate::limits::{NOISE_RAW_BYTES_MAX, NOISE_REPORT_BYTES};
use crate::reading::Refusal;

/// Collects bytes that belong to no frame.
#[derive(Debug, Default)]
pub struct Noise {
    raw: Vec<u8>,
    length: u64,
    /// Where the noise began in the stream.
    offset: u64,
}

impl Noise {
    /// Takes one byte that stands at `offset` of the stream; true where a report is due.
    pub fn take(&mut self, byte: u8, offset: u64) -> bool {
        if self.length == 0 {
            self.offset = offset;
        }
        if self.raw.len() < NOISE_RAW_BYTES_MAX {
            self.raw.push(byte);
        }
        self.length += 1;
        self.length >= NOISE_REPORT_BYTES
    }

    /// How many bytes wait to be reported.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes held in memory.
    pub fn buffered(&self) -> usize {
        self.raw.len()
    }

    /// Reports what was collected, if anything, and begins anew.
    pub fn report(&mut self, why: impl FnOnce(u64) -> Refusal, out: &mut Vec<Output>) {
        let length = std::mem::take(&mut self.length);
        if length == 0 {
            return;
        }
        let Refusal { reason, detail } = why(length);
        let raw = std::mem::take(&mut self.raw);
        let offset = self.offset;
        out.push(Output::Rejected(Rejection { reason, detail, raw, length, offset }));
    }
}
