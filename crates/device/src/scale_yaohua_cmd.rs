//! Yaohua XK3190 command mode: a host asks, the indicator with that address answers.
//!
//! Request `02 address command XOR-high XOR-low 03`; answer the same with `sign d1..d6 point`
//! between command and XOR for gross (B), tare (C) and net (D), without data for the handshake
//! (A). XOR over everything from the address on. Prices and amounts (E, F) are refused.
//! Which direction is heard is declared: request and answer of the handshake are equal bytes.
//! Sources: XK3190-A23p manual p. 24, XK3190-A9+ and DS3 manuals, command mode tables.

use serde::Deserialize;
use serde_json::Value;

use crate::checksum::{XorNibble, xor};
use crate::decimal::DecimalText;
use crate::decoder::{Decoder, Output};
use crate::framing::frame::{Frame, FrameFormat, FrameScanner, Progress};
use crate::reading::{Handshake, Reading, Reason, Refusal, ScaleCommand, Weight, WeightMode};
use crate::registry::{ProfileError, bad_field};
use crate::scale::{self, ScaleSettings, bad};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["yaohua_cmd"];

/// How the indicator was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The address set on the indicator, A to Z.
    pub address: char,
    /// Whose frames are heard.
    #[serde(default)]
    pub direction: Direction,
    /// How the check characters are written.
    #[serde(default)]
    pub xor_nibble: XorNibble,
}

/// Whose frames are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The indicator's answers.
    #[default]
    FromDevice,
    /// A host's requests, on a tapped line.
    ToDevice,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, profile): (_, Profile) = scale::profile(protocol, fields)?;
    if !profile.address.is_ascii_uppercase() {
        return Err(bad_field(protocol, "`address` is a letter A to Z"));
    }
    Ok(Box::new(FrameScanner::new(Line { settings, profile })))
}

/// The request that asks an indicator for one of its values.
pub fn request(address: char, command: Command, nibble: XorNibble) -> Option<[u8; 6]> {
    let address = u8::try_from(address).ok().filter(u8::is_ascii_uppercase)?;
    let letter = command.letter();
    let [high, low] = nibble.characters(address ^ letter);
    Some([START, address, letter, high, low, END])
}

/// What a host may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Whether the indicator is there.
    Handshake,
    /// The gross weight.
    Gross,
    /// The tare.
    Tare,
    /// The net weight.
    Net,
}

impl Command {
    /// The letter on the line.
    pub fn letter(self) -> u8 {
        match self {
            Self::Handshake => b'A',
            Self::Gross => b'B',
            Self::Tare => b'C',
            Self::Net => b'D',
        }
    }

    fn of(letter: u8) -> Option<Self> {
        [Self::Handshake, Self::Gross, Self::Tare, Self::Net]
            .into_iter()
            .find(|it| it.letter() == letter)
    }
}

const START: u8 = 0x02;
const END: u8 = 0x03;
/// Start, address, command, two check characters, end.
const BARE_BYTES: usize = 6;
/// A sign, six digits, the number of decimals.
const DATA_BYTES: usize = 8;

#[derive(Debug)]
struct Line {
    settings: ScaleSettings,
    profile: Profile,
}

impl FrameFormat for Line {
    fn start(&self) -> u8 {
        START
    }

    fn progress(&self, candidate: &[u8]) -> Progress {
        let length = match candidate {
            [_, address, ..] if !address.is_ascii_uppercase() => {
                let detail = format!("address {} is no letter A to Z", scale::shown(&[*address]));
                return Progress::Broken(bad(detail));
            }
            [_, _, letter, ..] => match Command::of(*letter) {
                None => {
                    let detail = format!(
                        "command {} is none of A, B, C and D; prices and amounts are not read",
                        scale::shown(&[*letter])
                    );
                    return Progress::Broken(bad(detail));
                }
                Some(command) => self.length(command),
            },
            _ => BARE_BYTES,
        };
        if candidate.len() < length { Progress::More } else { Progress::Whole }
    }

    fn strip_parity(&self) -> bool {
        self.settings.strip_parity
    }

    fn take(&mut self, frame: &Frame<'_>, out: &mut Vec<Output>) -> Result<(), Refusal> {
        out.push(frame.accepted(self.read(frame.bytes)?));
        Ok(())
    }
}

impl Line {
    fn length(&self, command: Command) -> usize {
        match (self.profile.direction, command) {
            (Direction::ToDevice, _) | (_, Command::Handshake) => BARE_BYTES,
            (Direction::FromDevice, _) => BARE_BYTES + DATA_BYTES,
        }
    }

    fn read(&self, frame: &[u8]) -> Result<Reading, Refusal> {
        let [_, body @ .., high, low, end] = frame else {
            return Err(Refusal::new(Reason::BadFrame, "the frame is too short"));
        };
        if *end != END {
            let detail = format!("the frame ends with {end:02X}h, not 03h: bytes were lost");
            return Err(Refusal::new(Reason::BadFrame, detail));
        }
        scale::check(self.profile.xor_nibble.characters(xor(body)), [*high, *low])?;
        let [address, letter, data @ ..] = body else {
            return Err(Refusal::new(Reason::BadFrame, "the frame is too short"));
        };
        let (address, command) = (char::from(*address), char::from(*letter));
        if address != self.profile.address {
            let detail = format!("address {address}, declared is {}", self.profile.address);
            return Err(Refusal::new(Reason::WrongAddress, detail));
        }
        if self.profile.direction == Direction::ToDevice {
            return Ok(Reading::ScaleCommand(ScaleCommand { address, command }));
        }
        let mode = match Command::of(*letter) {
            Some(Command::Gross) => WeightMode::Gross,
            Some(Command::Tare) => WeightMode::Tare,
            Some(Command::Net) => WeightMode::Net,
            _ => return Ok(Reading::Handshake(Handshake { address })),
        };
        let [sign, digits @ .., point] = data else {
            return Err(Refusal::new(Reason::BadFrame, "the answer holds no weight"));
        };
        let negative = scale::negative(*sign)?;
        let text = std::str::from_utf8(digits).map_err(|_| bad("the weight is no text"))?;
        let value = DecimalText::from_digits(negative, text, scale::decimals(*point)?)
            .map_err(|error| bad(error.to_string()))?;
        Ok(Reading::Weight(Weight::new(value, self.settings.unit(None)?, mode)))
    }
}

#[cfg(test)]
mod tests;
