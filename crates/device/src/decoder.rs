//! What every decoder promises: bytes in, outputs in stream order, nothing else.
//!
//! Answers to the device are instructions for the port: `push` first, then make what it gave
//! durable, then send what `take_replies` returns. Where that fails, send nothing and `finish`:
//! the device repeats.
//! Invariants: the outputs are the same for every way of cutting the input into pushes; what is
//! buffered is bounded; a refused frame yields no reading; scanning goes on after damage.
//! Decoders know neither ports nor time: who reads the port calls `finish` when the line goes
//! quiet for too long or is closed, so that halves of two frames never join.

use crate::reading::{Reading, Reason};

/// A sans-I/O decoder of one device's bytes.
pub trait Decoder: Send {
    /// Takes the next bytes of the stream and appends what they complete to `out`.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>);

    /// Ends the stream: reports what is incomplete and makes the decoder ready for a new one.
    fn finish(&mut self, out: &mut Vec<Output>);

    /// Bytes held back at the moment (bounded by the family's frame or file limit).
    fn buffered(&self) -> usize;

    /// Answers to the device, in order, to be sent after everything pushed so far is durable.
    fn take_replies(&mut self) -> Vec<Reply> {
        Vec::new()
    }

    /// How long the line may be quiet while something is held back, in ms; then `finish` is due.
    fn patience_ms(&self) -> u64 {
        PATIENCE_MS
    }
}

/// The usual patience: halves of two frames of a stream never join.
pub const PATIENCE_MS: u64 = 1000;

/// An answer to the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The name by which the protocol's text calls it (`ACK`, `NAK`, `9014`).
    pub name: &'static str,
    /// The bytes to send.
    pub bytes: Vec<u8>,
}

/// One thing a decoder found, in the order of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// A reading that passed every check of the format and of the profile.
    Accepted(Accepted),
    /// Bytes that must not become a value, and why.
    Rejected(Rejection),
    /// A well-formed part that is no reading by its own declaration (a calibration row).
    Skipped(Skipped),
}

/// A reading with the bytes it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The decoded content.
    pub reading: Reading,
    /// The bytes as they arrived, at most 4 KiB.
    pub raw: Vec<u8>,
    /// Where the bytes began, counted from the start of the stream.
    pub offset: u64,
}

/// A refusal with the bytes it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The stable name of the reason.
    pub reason: Reason,
    /// What was read, why it is refused and what to do, for a person.
    pub detail: String,
    /// The first bytes of what was refused, at most 4 KiB.
    pub raw: Vec<u8>,
    /// How many bytes were refused in all.
    pub length: u64,
    /// Where they began, counted from the start of the stream.
    pub offset: u64,
}

/// A part left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Why it is no reading.
    pub why: String,
    /// The name of what was left out, where the format names it (a pollutant's code).
    pub item: Option<String>,
    /// The bytes as they arrived, at most 4 KiB.
    pub raw: Vec<u8>,
    /// Where they began, counted from the start of the stream.
    pub offset: u64,
}

/// The length of a slice as a stream count.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).expect("a length in memory fits 64 bits")
}
