//! Yaohua XK3190 continuous output (12 bytes), also sent by Keli K9-R and D2008 clones.
//!
//! `02 sign d1..d6 point XOR-high XOR-low 03`; XOR over bytes 2 to 9. The same bytes are also
//! sent as seven digits without a point: ten times apart, so the layout is declared with a known
//! weight at commissioning and never guessed. The XOR does not see swapped digits, hence
//! stability needs several equal frames (`stability`). There is no motion flag.
//! Sources: XK3190-A9+/A26/A23p/DS1 manuals (12-byte continuous format).

use serde::Deserialize;
use serde_json::Value;

use crate::checksum::{XorNibble, xor};
use crate::decimal::DecimalText;
use crate::decoder::{Decoder, Output};
use crate::framing::frame::{Frame, FrameFormat, FrameScanner, Progress};
use crate::reading::{Reading, Reason, Refusal, Weight, WeightMode};
use crate::registry::{ProfileError, bad_field};
use crate::scale::{self, ScaleSettings};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["yaohua_tf0"];

/// How the indicator was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The digits' layout; frames are refused while it is not declared.
    pub layout: Option<Layout>,
    /// Decimals of the seven-digit layout (the bytes do not say).
    pub decimals: Option<usize>,
    /// How the check characters are written.
    #[serde(default)]
    pub xor_nibble: XorNibble,
}

/// The meaning of the seven digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Layout {
    /// Six digits, then the number of decimals (0 to 4).
    #[serde(rename = "6d+dp")]
    SixDigitsAndPoint,
    /// Seven digits; decimals by the profile.
    #[serde(rename = "7d")]
    SevenDigits,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, profile): (_, Profile) = scale::profile(protocol, fields)?;
    if profile.decimals.is_some_and(|it| it > 6) {
        return Err(bad_field(protocol, "`decimals` is 0 to 6"));
    }
    if profile.decimals.is_some() && profile.layout == Some(Layout::SixDigitsAndPoint) {
        return Err(bad_field(protocol, "`decimals` belongs to layout \"7d\" only"));
    }
    Ok(Box::new(FrameScanner::new(Indicator { settings, profile })))
}

/// The format of one declared indicator.
#[derive(Debug)]
struct Indicator {
    settings: ScaleSettings,
    profile: Profile,
}

const START: u8 = 0x02;
const END: u8 = 0x03;
const FRAME_BYTES: usize = 12;

impl FrameFormat for Indicator {
    fn start(&self) -> u8 {
        START
    }

    fn progress(&self, candidate: &[u8]) -> Progress {
        if candidate.len() < FRAME_BYTES { Progress::More } else { Progress::Whole }
    }

    fn strip_parity(&self) -> bool {
        self.settings.strip_parity
    }

    fn take(&mut self, frame: &Frame<'_>, out: &mut Vec<Output>) -> Result<(), Refusal> {
        out.push(frame.accepted(self.read(frame.bytes)?));
        Ok(())
    }
}

impl Indicator {
    fn read(&self, frame: &[u8]) -> Result<Reading, Refusal> {
        let frame: &[u8; FRAME_BYTES] =
            frame.try_into().expect("the scanner hands over whole frames");
        let [_, sign, digits @ .., xor_high, xor_low, end] = frame;
        if *end != END {
            let detail = format!("byte 12 is {end:02X}h, not the end byte 03h: bytes were lost");
            return Err(Refusal::new(Reason::BadFrame, detail));
        }
        scale::check(
            self.profile.xor_nibble.characters(sign ^ xor(digits)),
            [*xor_high, *xor_low],
        )?;
        self.weight(*sign, digits)
    }

    fn weight(&self, sign: u8, digits: &[u8; 7]) -> Result<Reading, Refusal> {
        let bad = |detail: String| Refusal::new(Reason::BadField, detail);
        let negative = scale::negative(sign)?;
        if let Some(other) = digits.iter().find(|byte| !byte.is_ascii_digit()) {
            return Err(bad(format!("{other:02X}h stands where a digit must be")));
        }
        let text: String = digits.iter().map(|byte| char::from(*byte)).collect();
        let (text, decimals) = match self.profile.layout {
            None => {
                let detail = "the profile declares no layout; weigh a known weight and declare \
                              \"6d+dp\" or \"7d\"";
                return Err(Refusal::new(Reason::LayoutMissing, detail));
            }
            Some(Layout::SevenDigits) => (text.as_str(), self.profile.decimals.unwrap_or(0)),
            Some(Layout::SixDigitsAndPoint) => {
                let [number @ .., point] = digits;
                let decimals = scale::decimals(*point)?;
                (text.get(..number.len()).expect("ASCII digits"), decimals)
            }
        };
        let unit = self.settings.unit(None)?;
        let value = DecimalText::from_digits(negative, text, decimals)
            .map_err(|error| bad(error.to_string()))?;
        Ok(Reading::Weight(Weight::new(value, unit, WeightMode::Unknown)))
    }
}

#[cfg(test)]
mod tests;
