//! Rice Lake stream format (RLWS): `02 polarity w1..w7 unit G|N status CR LF`.
//!
//! The weight is aligned to the right with at most one point. Status: blank valid, M motion,
//! I invalid, O out of range, Z centre of zero. Overload shows `^^^^^^^`, underload `]]]]]]]`.
//! `T` may be short or metric tons, so it counts only where the profile declares `t`.
//! Sources: Rice Lake 680/682/480 manuals (stream formats, figure 11-1), Tracer AV manual p. 38.

use serde::Deserialize;
use serde_json::Value;

use crate::decoder::{Decoder, Output};
use crate::framing::frame::{Frame, FrameFormat, FrameScanner, Progress};
use crate::reading::{MassUnit, Reading, Reason, Refusal, Weight, WeightMode};
use crate::registry::ProfileError;
use crate::scale::{self, LineEnding, ScaleSettings, bad, shown};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["rlws_stream"];

/// How the indicator was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// How lines end.
    #[serde(default)]
    pub line_end: LineEnding,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, profile): (_, Profile) = scale::profile(protocol, fields)?;
    Ok(Box::new(FrameScanner::new(Indicator { settings, line_end: profile.line_end })))
}

const START: u8 = 0x02;
/// Start, polarity, weight, unit, kind, status.
const BYTES_TO_LINE_END: usize = 12;

#[derive(Debug)]
struct Indicator {
    settings: ScaleSettings,
    line_end: LineEnding,
}

impl FrameFormat for Indicator {
    fn start(&self) -> u8 {
        START
    }

    fn progress(&self, candidate: &[u8]) -> Progress {
        let end = self.line_end.bytes();
        if candidate.ends_with(end) || candidate.len() >= BYTES_TO_LINE_END + end.len() {
            return Progress::Whole;
        }
        Progress::More
    }

    fn strip_parity(&self) -> bool {
        self.settings.strip_parity
    }

    fn take(&mut self, frame: &Frame<'_>, out: &mut Vec<Output>) -> Result<(), Refusal> {
        let body = frame.bytes.strip_suffix(self.line_end.bytes());
        let Some(Ok(body)) = body.map(<&[u8; BYTES_TO_LINE_END]>::try_from) else {
            let detail = format!(
                "{:?} is not {BYTES_TO_LINE_END} bytes and a line end: bytes were lost",
                shown(frame.bytes)
            );
            return Err(Refusal::new(Reason::BadFrame, detail));
        };
        out.push(frame.accepted(self.read(body)?));
        Ok(())
    }
}

impl Indicator {
    fn read(&self, body: &[u8; BYTES_TO_LINE_END]) -> Result<Reading, Refusal> {
        let [_, polarity, weight @ .., unit, kind, status] = body;
        if weight.iter().all(|byte| *byte == b'^') {
            return Err(Refusal::new(Reason::OverRange, "the scale is overloaded"));
        }
        if weight.iter().all(|byte| *byte == b']') {
            return Err(Refusal::new(Reason::UnderRange, "the scale is below its range"));
        }
        let negative = match polarity {
            b' ' => false,
            b'-' => true,
            other => return Err(bad(format!("polarity {} is no sign", shown(&[*other])))),
        };
        let stable = match status {
            b' ' | b'Z' => true,
            b'M' => false,
            b'I' => {
                return Err(Refusal::new(Reason::DeviceError, "the scale calls it invalid"));
            }
            b'O' => {
                let reason = if negative { Reason::UnderRange } else { Reason::OverRange };
                return Err(Refusal::new(reason, "the scale says that it is out of its range"));
            }
            other => return Err(bad(format!("status {} is not known", shown(&[*other])))),
        };
        let mode = match kind {
            b'G' => WeightMode::Gross,
            b'N' => WeightMode::Net,
            other => return Err(bad(format!("{} is neither G nor N", shown(&[*other])))),
        };
        let value = scale::right_aligned(negative, weight)?;
        let unit = self.unit(*unit)?;
        Ok(Reading::Weight(Weight::new(value, unit, mode).with_stable(stable)))
    }

    fn unit(&self, letter: u8) -> Result<MassUnit, Refusal> {
        let sent = match letter {
            b'K' => Some(MassUnit::Kg),
            b'L' => Some(MassUnit::Lb),
            b'G' => Some(MassUnit::G),
            b' ' => None,
            b'T' if self.settings.unit == Some(MassUnit::T) => Some(MassUnit::T),
            b'T' => {
                let detail = "unit T may be short or metric tons; declare unit \"t\" where the \
                              indicator is set to metric tons";
                return Err(Refusal::new(Reason::UnitConflict, detail));
            }
            other => {
                let detail = format!("unit {} is not taken; set the scale to kg", shown(&[other]));
                return Err(bad(detail));
            }
        };
        self.settings.unit(sent)
    }
}

#[cfg(test)]
mod tests;
