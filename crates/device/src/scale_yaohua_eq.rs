//! Yaohua "=" formats: `=` and eight characters, without check characters or line end.
//!
//! Low digit first (format 1 of the A26, format 2 of the A23p): seven characters of weight from
//! the lowest, then `0` or `-`. High digit first (format 2 of the A26): `0` or `-`, then seven
//! characters. `=000.3000` is 3.000 in one and 0.3000 in the other, so the order is declared.
//! Nothing guards these frames but their form: stability needs equal frames in a row.
//! Sources: XK3190-A26 manual p. 13, XK3190-A23p manual p. 23.

use serde::Deserialize;
use serde_json::Value;

use crate::decoder::{Decoder, Output};
use crate::framing::frame::{Frame, FrameFormat, FrameScanner, Progress};
use crate::reading::{Reading, Reason, Refusal, Weight, WeightMode};
use crate::registry::ProfileError;
use crate::scale::{self, ScaleSettings, bad};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["yaohua_eq"];

/// How the indicator was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Which digit comes first; frames are refused while it is not declared.
    pub order: Option<DigitOrder>,
}

/// Which digit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitOrder {
    /// The lowest digit first, the sign last.
    LowFirst,
    /// The sign first, then the highest digit.
    HighFirst,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, profile): (_, Profile) = scale::profile(protocol, fields)?;
    Ok(Box::new(FrameScanner::new(Indicator { settings, profile })))
}

const START: u8 = b'=';
const FRAME_BYTES: usize = 9;

#[derive(Debug)]
struct Indicator {
    settings: ScaleSettings,
    profile: Profile,
}

impl FrameFormat for Indicator {
    fn start(&self) -> u8 {
        START
    }

    fn progress(&self, candidate: &[u8]) -> Progress {
        match candidate {
            [_, .., START] => {
                let detail = format!(
                    "{:?}: a new frame begins after {} of {FRAME_BYTES} bytes",
                    scale::shown(candidate),
                    candidate.len() - 1
                );
                Progress::Broken(Refusal::new(Reason::BadFrame, detail))
            }
            whole if whole.len() >= FRAME_BYTES => Progress::Whole,
            _ => Progress::More,
        }
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
        let mut field = frame.get(1..).unwrap_or_default().to_vec();
        match self.profile.order {
            Some(DigitOrder::HighFirst) => {}
            Some(DigitOrder::LowFirst) => field.reverse(),
            None => {
                let detail = "the profile declares no order of digits; weigh a known weight and \
                              declare \"low_first\" or \"high_first\"";
                return Err(Refusal::new(Reason::LayoutMissing, detail));
            }
        }
        let [sign, digits @ ..] = field.as_slice() else {
            return Err(bad("the frame is empty"));
        };
        let negative = match sign {
            b'0' => false,
            b'-' => true,
            other => {
                let detail = format!(
                    "{} stands in the place of the sign (0 or -); the order of digits may be the \
                     other one",
                    scale::shown(&[*other])
                );
                return Err(bad(detail));
            }
        };
        let value = scale::number(negative, digits)?;
        let unit = self.settings.unit(None)?;
        Ok(Reading::Weight(Weight::new(value, unit, WeightMode::Unknown)))
    }
}

#[cfg(test)]
mod tests;
