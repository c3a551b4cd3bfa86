//! Mettler Toledo continuous output: `02 SWA SWB SWC w1..w6 t1..t6 0D`, with or without a check
//! character (two's complement of the sum of the low seven bits of everything before it).
//!
//! SWA: bits 0-2 place of the point (0 and 1: zeros that are not weighed stand behind the
//! digits), 3-4 increment 1, 2 or 5, bit 5 always 1. SWB: net, negative, out of range, motion,
//! kg, not zeroed since power-up. SWC: bits 0-2 unit, 3 print key, 4 expanded display.
//! Whether weight fields hold the zeros that are not weighed differs between makers: ten or a
//! hundred times apart, so it is declared. SWB bit 5 differs too and is not looked at.
//! Sources: Rockwell 57C428 appendix D, IND445 manual 5.2.2, Wildcat manual p. 6-5, Fairbanks
//! FB3000 manual p. 55, Rice Lake 680 manual 11.3.4, KERN FTC p. 42.

use serde::Deserialize;
use serde_json::Value;

use crate::checksum::complement7;
use crate::decimal::DecimalText;
use crate::decoder::{Decoder, Output};
use crate::framing::frame::{Frame, FrameFormat, FrameScanner, Progress};
use crate::reading::{MassUnit, Reading, Reason, Refusal, Weight, WeightMode};
use crate::registry::ProfileError;
use crate::scale::{self, ScaleSettings, bad};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["toledo_continuous"];

/// How the terminal was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Whether a check character follows the CR.
    pub checksum: Checksum,
    /// Whether the six digits hold the zeros that are not weighed (places 0 and 1 of the point).
    pub dummy_zero: Option<DummyZero>,
}

/// The check character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// There is none: frames of 17 bytes.
    None,
    /// Two's complement of the sum of the low seven bits: frames of 18 bytes.
    Twos7,
}

/// Where the zeros that are not weighed are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DummyZero {
    /// Among the six digits.
    Included,
    /// Behind them; they must be added.
    Excluded,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, profile): (_, Profile) = scale::profile(protocol, fields)?;
    Ok(Box::new(FrameScanner::new(Terminal { settings, profile })))
}

const START: u8 = 0x02;
const END: u8 = 0x0d;
const BYTES_TO_END: usize = 17;

#[derive(Debug)]
struct Terminal {
    settings: ScaleSettings,
    profile: Profile,
}

impl FrameFormat for Terminal {
    fn start(&self) -> u8 {
        START
    }

    fn progress(&self, candidate: &[u8]) -> Progress {
        let length = match self.profile.checksum {
            Checksum::None => BYTES_TO_END,
            Checksum::Twos7 => BYTES_TO_END + 1,
        };
        if candidate.len() < length { Progress::More } else { Progress::Whole }
    }

    fn strip_parity(&self) -> bool {
        self.settings.strip_parity
    }

    fn take(&mut self, frame: &Frame<'_>, out: &mut Vec<Output>) -> Result<(), Refusal> {
        let (body, check) = frame.bytes.split_at(BYTES_TO_END);
        let body: &[u8; BYTES_TO_END] = body.try_into().expect("split at this length");
        if body.last() != Some(&END) {
            let detail = "byte 17 is not CR (0Dh): bytes were lost, or the field of the tare is \
                          not sent";
            return Err(Refusal::new(Reason::BadFrame, detail));
        }
        if let [sent] = check
            && *sent != complement7(body)
        {
            let detail = format!(
                "check character {sent:02X}h, computed {:02X}h; if every frame is refused, the \
                 terminal may send none",
                complement7(body)
            );
            return Err(Refusal::new(Reason::BadChecksum, detail));
        }
        out.push(frame.accepted(self.read(body)?));
        Ok(())
    }
}

impl Terminal {
    fn read(&self, body: &[u8; BYTES_TO_END]) -> Result<Reading, Refusal> {
        let [_, a, b, c, fields @ .., _] = body;
        let (weight, tare) = fields.split_at(6);
        if a & 0x20 == 0 {
            let detail = format!("status A is {a:02X}h; its bit 5 is always 1");
            return Err(bad(detail));
        }
        if a & 0x18 == 0 {
            let detail = format!("status A is {a:02X}h: no increment of 1, 2 or 5");
            return Err(bad(detail));
        }
        refuse_state(*b)?;
        let point = a & 7;
        let unit = self.settings.unit(Some(unit(*b, *c)?))?;
        let value = self.value(b & 2 != 0, weight, point)?;
        let tare = self.value(false, tare, point)?;
        let mode = if b & 1 == 0 { WeightMode::Gross } else { WeightMode::Net };
        let weight = Weight::new(value, unit, mode).with_stable(b & 8 == 0);
        Ok(Reading::Weight(Weight { tare: Some(tare), ..weight }))
    }

    /// Six digits, leading blanks allowed, with the point in the place that status A names.
    fn value(&self, negative: bool, field: &[u8], point: u8) -> Result<DecimalText, Refusal> {
        let digits = scale::right_aligned(negative, field)?;
        if digits.as_str().contains('.') {
            return Err(bad(format!("{:?} has a point of its own", scale::shown(field))));
        }
        let places = i32::from(point) - 2;
        let zeros = match (places, self.profile.dummy_zero) {
            (0.., _) => -places,
            (_, Some(DummyZero::Included)) => 0,
            (_, Some(DummyZero::Excluded)) => -places,
            (_, None) => {
                let detail = "the display ends with zeros that are not weighed; whether the six \
                              digits hold them differs between makers: weigh a known weight and \
                              declare dummy_zero \"included\" or \"excluded\"";
                return Err(Refusal::new(Reason::AmbiguousDummyZero, detail));
            }
        };
        digits.shifted(zeros).map_err(|error| bad(error.to_string()))
    }
}

/// Refuses what status B says is no weight.
fn refuse_state(b: u8) -> Result<(), Refusal> {
    if b & 0x40 != 0 {
        let detail = "the scale was not set to zero since it was switched on; zero it empty";
        return Err(Refusal::new(Reason::NotZeroed, detail));
    }
    if b & 4 != 0 {
        let reason = if b & 2 != 0 { Reason::UnderRange } else { Reason::OverRange };
        return Err(Refusal::new(reason, "the scale says that it is out of its range"));
    }
    Ok(())
}

/// The unit by status C, and by the kg bit of status B where C names none.
fn unit(b: u8, c: u8) -> Result<MassUnit, Refusal> {
    if c & 0x10 != 0 {
        let detail = "the display is expanded ten times; leave the test display of the terminal";
        return Err(bad(detail));
    }
    match c & 7 {
        0 if b & 0x10 != 0 => Ok(MassUnit::Kg),
        0 => Ok(MassUnit::Lb),
        1 => Ok(MassUnit::G),
        2 => Ok(MassUnit::T),
        other => {
            let detail = format!("unit {other} of status C is not taken; set the scale to kg");
            Err(bad(detail))
        }
    }
}

#[cfg(test)]
mod tests;
