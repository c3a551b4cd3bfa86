//! Yaohua XK3190 continuous output (12 bytes), also sent by Keli K9-R and D2008 clones.
//!
//! `02 sign d1..d6 point XOR-high XOR-low 03`; XOR over bytes 2 to 9. The same bytes are also
//! sent as seven digits without a point: ten times apart, so the layout is declared with a known
//! weight at commissioning and never guessed. The XOR does not see swapped digits, hence
//! stability needs several equal frames (`stability`). There is no motion flag.
//! Sources: XK3190-A9+/A26/A23p/DS1 manuals (12-byte continuous format).

use serde::Deserialize;
use serde_json::Value;

use crate::decimal::DecimalText;
use crate::decoder::Decoder;
use crate::framing::fixed::{FixedFormat, FixedScanner};
use crate::limits::STABLE_FRAMES_MAX;
use crate::reading::{MassUnit, Reading, Reason, Refusal, Weight, WeightMode, WeightStatus};
use crate::registry::{ProfileError, bad_field, profile_fields};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["yaohua_tf0"];

/// How the indicator was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The digits' layout; frames are refused while it is not declared.
    pub layout: Option<Layout>,
    /// The unit shown; frames are refused while it is not declared.
    pub unit: Option<MassUnit>,
    /// Decimals of the seven-digit layout (the bytes do not say).
    pub decimals: Option<usize>,
    /// How the check characters are written.
    #[serde(default)]
    pub xor_nibble: XorNibble,
    /// The line has 7 data bits with parity and is read as 8.
    #[serde(default)]
    pub strip_parity: bool,
    /// How many equal frames make a stable weight.
    #[serde(default, alias = "stable_frames")]
    pub stable_n: Option<u32>,
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

/// How a nibble of the XOR is written as a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum XorNibble {
    /// 0 to 9, A to F: the manuals' rule.
    #[default]
    Plus37,
    /// Always 30h + nibble: a variant in the field.
    Plus30,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let profile: Profile = profile_fields(protocol, fields)?;
    if profile.decimals.is_some_and(|it| it > 6) {
        return Err(bad_field(protocol, "`decimals` is 0 to 6"));
    }
    if profile.decimals.is_some() && profile.layout == Some(Layout::SixDigitsAndPoint) {
        return Err(bad_field(protocol, "`decimals` belongs to layout \"7d\" only"));
    }
    if profile.stable_n.is_some_and(|it| it == 0 || it > STABLE_FRAMES_MAX) {
        return Err(bad_field(protocol, format!("`stable_n` is 1 to {STABLE_FRAMES_MAX}")));
    }
    Ok(Box::new(FixedScanner::new(profile)))
}

const START: u8 = 0x02;
const END: u8 = 0x03;
const FRAME_BYTES: usize = 12;
const DECIMALS_MAX: u8 = 4;

impl FixedFormat for Profile {
    fn start(&self) -> u8 {
        START
    }

    fn length(&self) -> usize {
        FRAME_BYTES
    }

    fn strip_parity(&self) -> bool {
        self.strip_parity
    }

    fn read(&self, frame: &[u8]) -> Result<Reading, Refusal> {
        let frame: &[u8; FRAME_BYTES] =
            frame.try_into().expect("the scanner hands over whole frames");
        let [_, sign, digits @ .., xor_high, xor_low, end] = frame;
        if *end != END {
            let detail = format!("byte 12 is {end:02X}h, not the end byte 03h: bytes were lost");
            return Err(Refusal::new(Reason::BadFrame, detail));
        }
        let sum = digits.iter().fold(*sign, |sum, byte| sum ^ byte);
        let expected = [self.xor_nibble.character(sum >> 4), self.xor_nibble.character(sum & 15)];
        if expected != [*xor_high, *xor_low] {
            let detail = format!(
                "check characters {xor_high:02X}h {xor_low:02X}h, computed {:02X}h {:02X}h",
                expected[0], expected[1]
            );
            return Err(Refusal::new(Reason::BadChecksum, detail));
        }
        self.weight(*sign, digits)
    }
}

impl Profile {
    fn weight(&self, sign: u8, digits: &[u8; 7]) -> Result<Reading, Refusal> {
        let bad = |detail: String| Refusal::new(Reason::BadField, detail);
        let negative = match sign {
            b'+' => false,
            b'-' => true,
            other => return Err(bad(format!("sign {other:02X}h is neither + nor -"))),
        };
        if let Some(other) = digits.iter().find(|byte| !byte.is_ascii_digit()) {
            return Err(bad(format!("{other:02X}h stands where a digit must be")));
        }
        let text: String = digits.iter().map(|byte| char::from(*byte)).collect();
        let (text, scale) = match self.layout {
            None => {
                let detail = "the profile declares no layout; weigh a known weight and declare \
                              \"6d+dp\" or \"7d\"";
                return Err(Refusal::new(Reason::LayoutMissing, detail));
            }
            Some(Layout::SevenDigits) => (text.as_str(), self.decimals.unwrap_or(0)),
            Some(Layout::SixDigitsAndPoint) => {
                let [number @ .., point] = digits;
                let decimals = point - b'0';
                if decimals > DECIMALS_MAX {
                    let detail = format!(
                        "decimal digit {decimals} is above {DECIMALS_MAX}: not \
                                          this layout, or damage"
                    );
                    return Err(bad(detail));
                }
                (text.get(..number.len()).expect("ASCII digits"), usize::from(decimals))
            }
        };
        let Some(unit) = self.unit else {
            let detail = "the frame carries no unit and the profile declares none";
            return Err(Refusal::new(Reason::UnitMissing, detail));
        };
        let value = DecimalText::from_digits(negative, text, scale)
            .map_err(|error| bad(error.to_string()))?;
        Ok(Reading::Weight(Weight {
            value,
            unit,
            mode: WeightMode::Unknown,
            stable: None,
            status: WeightStatus::Ok,
            tare: None,
        }))
    }
}

impl XorNibble {
    /// The character of a nibble (0 to 15).
    pub fn character(self, nibble: u8) -> u8 {
        match self {
            Self::Plus37 if nibble > 9 => nibble + 0x37,
            _ => nibble + 0x30,
        }
    }
}

#[cfg(test)]
mod tests;
