//! Finding the answer to one request in what a line gives.
//!
//! Bytes are judged one by one, so that the result is the same for every cut. On a serial line
//! anything may stand before the answer (noise, the echo of the request, another device): an
//! answer is what has the device, the function and the length of the request and a right CRC. On
//! TCP a frame of another transaction is a late one and passed over. What is held is bounded.

use std::fmt;

use super::frame::{Framing, Request, crc16};
use crate::limits::MODBUS_LISTEN_BYTES_MAX;

/// Transaction, protocol, length, device.
const HEADER_BYTES: usize = 7;
/// Longest that the length of a header may say: device and PDU.
const LENGTH_MAX: usize = 254;
/// Set in the function of an answer that says no.
const NO: u8 = 0x80;

/// What a device says instead of registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exception(pub u8);

impl fmt::Display for Exception {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.0 {
            1 => "illegal function: try the other table (holding, input)",
            2 => "illegal data address: the device has no such registers",
            3 => "illegal data value: fewer registers at once",
            4 => "the device failed",
            5 => "acknowledged, not done yet",
            6 => "the device is busy",
            8 => "memory parity error in the device",
            10 => "the gateway has no path to the device",
            11 => "the device behind the gateway does not answer",
            _ => "a code that the standard does not have",
        };
        write!(formatter, "exception {:02X}h, {words}", self.0)
    }
}

/// An answer that fits the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The registers in order, or why there are none.
    pub content: Result<Vec<u16>, Exception>,
    /// The frame as it came.
    pub frame: Vec<u8>,
    /// Bytes that stood before it and were no part of it.
    pub skipped: usize,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not one byte came.
    #[error("no answer")]
    Silent,
    /// It began and did not end.
    #[error("the answer ends after {0} bytes")]
    Truncated(usize),
    /// Device, function and length are right, the check sum is not.
    #[error("CRC {sent:04X}, computed {computed:04X}: check wiring, termination and baud rate")]
    BadChecksum {
        /// As it came.
        sent: u16,
        /// As it should be.
        computed: u16,
    },
    /// Bytes, and no answer among them.
    #[error("{0} bytes and no answer among them: check address, baud rate and parity")]
    Noise(usize),
    /// More than is listened to.
    #[error("more than {MODBUS_LISTEN_BYTES_MAX} bytes without an answer")]
    Babble,
    /// A TCP stream that is not Modbus.
    #[error("this is not Modbus TCP: {0}; a serial server that passes bytes through is rtu")]
    NotModbus(&'static str),
    /// An answer to this transaction that does not fit the request.
    #[error("the answer does not fit the request: {0}")]
    Foreign(&'static str),
}

impl Fault {
    /// Whether a TCP stream can't be followed any more.
    pub fn breaks_stream(&self) -> bool {
        matches!(self, Self::NotModbus(_) | Self::Foreign(_) | Self::Babble)
    }
}

/// What a candidate is so far.
enum Progress {
    More,
    Whole(usize),
    Wrong,
    BadChecksum { sent: u16, computed: u16 },
}

/// Listens for the answer to one request.
#[derive(Debug, Clone)]
pub struct Listener {
    request: Request,
    framing: Framing,
    heard: Vec<u8>,
    /// Where the candidate begins.
    start: usize,
    checksum: Option<Fault>,
    done: Option<Result<Answer, Fault>>,
}

impl Listener {
    /// Nothing heard yet.
    pub fn new(request: Request, framing: Framing) -> Self {
        Self { request, framing, heard: Vec::new(), start: 0, checksum: None, done: None }
    }

    /// Takes the next bytes; true once nothing more has to be heard.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            if self.done.is_some() {
                break;
            }
            if self.heard.len() >= MODBUS_LISTEN_BYTES_MAX {
                self.done = Some(Err(Fault::Babble));
                break;
            }
            self.heard.push(*byte);
            self.done = match self.framing {
                Framing::Rtu => self.rtu(),
                Framing::Tcp(transaction) => self.tcp(transaction),
            };
        }
        self.done.is_some()
    }

    /// Bytes held at the moment.
    pub fn buffered(&self) -> usize {
        self.heard.len()
    }

    /// The answer; to be called when `push` says so, or when the time for it is over.
    pub fn finish(mut self) -> Result<Answer, Fault> {
        if let Some(done) = self.done.take() {
            return done;
        }
        if self.heard.is_empty() {
            return Err(Fault::Silent);
        }
        let began = self.start;
        if self.framing == Framing::Rtu {
            // What looked like a beginning never ended; the answer may stand behind it.
            while self.start + 1 < self.heard.len() {
                self.start += 1;
                if let Some(done) = self.rtu() {
                    return done;
                }
            }
        }
        Err(match self.checksum.take() {
            Some(checksum) => checksum,
            None if self.framing != Framing::Rtu || self.is_beginning(began) => {
                Fault::Truncated(self.heard.len() - began)
            }
            None => Fault::Noise(self.heard.len()),
        })
    }

    /// Whether device and function of an answer stand at a place.
    fn is_beginning(&self, at: usize) -> bool {
        let function = self.request.function();
        matches!(self.heard.get(at..), Some([device, found, ..])
            if *device == self.request.device() && *found & !NO == function)
    }

    /// Moves the candidate on until one is whole or may become so.
    fn rtu(&mut self) -> Option<Result<Answer, Fault>> {
        loop {
            let candidate = self.heard.get(self.start..).unwrap_or_default();
            match self.judge_rtu(candidate) {
                Progress::More => return None,
                Progress::Whole(length) => {
                    let frame = candidate.get(..length).unwrap_or_default().to_vec();
                    let pdu = frame.get(1..length - 2).unwrap_or_default();
                    let content = content(pdu);
                    return Some(Ok(Answer { content, frame, skipped: self.start }));
                }
                Progress::BadChecksum { sent, computed } => {
                    self.checksum = Some(Fault::BadChecksum { sent, computed });
                    self.start += 1;
                }
                Progress::Wrong => self.start += 1,
            }
        }
    }

    fn judge_rtu(&self, candidate: &[u8]) -> Progress {
        let function = self.request.function();
        let whole = match candidate {
            [] => return Progress::More,
            [device, ..] if *device != self.request.device() => return Progress::Wrong,
            [_] => return Progress::More,
            [_, found, ..] if *found == function | NO => 5,
            [_, found, ..] if *found != function => return Progress::Wrong,
            [_, _, bytes, ..] if usize::from(*bytes) != self.request.data_bytes() => {
                return Progress::Wrong;
            }
            _ => 5 + self.request.data_bytes(),
        };
        let Some(frame) = candidate.get(..whole) else { return Progress::More };
        let (body, crc) = frame.split_at(whole - 2);
        let sent = crc.iter().rev().fold(0, |sum, byte| (sum << 8) | u16::from(*byte));
        let computed = crc16(body);
        if sent == computed {
            Progress::Whole(whole)
        } else {
            Progress::BadChecksum { sent, computed }
        }
    }

    fn tcp(&mut self, transaction: u16) -> Option<Result<Answer, Fault>> {
        let frame = self.heard.get(self.start..).unwrap_or_default();
        let word = |at: usize| {
            let pair = frame.get(at..at + 2).unwrap_or_default();
            pair.iter().fold(0u16, |word, byte| (word << 8) | u16::from(*byte))
        };
        if frame.len() < HEADER_BYTES - 1 {
            return None;
        }
        if word(2) != 0 {
            return Some(Err(Fault::NotModbus("the protocol in the header is not 0")));
        }
        let length = usize::from(word(4));
        if !(2..=LENGTH_MAX).contains(&length) {
            return Some(Err(Fault::NotModbus("the length in the header is not 2 to 254")));
        }
        let whole = HEADER_BYTES - 1 + length;
        let frame = frame.get(..whole)?;
        if word(0) != transaction {
            // A late answer to an earlier request.
            self.start += whole;
            return None;
        }
        let pdu = frame.get(HEADER_BYTES..).unwrap_or_default();
        let misfit = match (frame.get(HEADER_BYTES - 1), pdu) {
            (Some(device), _) if *device != self.request.device() => Some("another device"),
            (_, [function, _]) if *function == self.request.function() | NO => None,
            (_, [function, ..]) if *function != self.request.function() => Some("another function"),
            (_, [_, bytes, data @ ..])
                if usize::from(*bytes) == data.len() && data.len() == self.request.data_bytes() =>
            {
                None
            }
            _ => Some("another number of registers"),
        };
        Some(match misfit {
            Some(misfit) => Err(Fault::Foreign(misfit)),
            None => {
                let (content, frame) = (content(pdu), frame.to_vec());
                Ok(Answer { content, frame, skipped: self.start })
            }
        })
    }
}

/// Registers, or the exception, of a PDU that was found to fit.
fn content(pdu: &[u8]) -> Result<Vec<u16>, Exception> {
    match pdu {
        [function, code] if *function & NO != 0 => Err(Exception(*code)),
        [_, _, data @ ..] => {
            Ok(data.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect())
        }
        _ => Ok(Vec::new()),
    }
}
