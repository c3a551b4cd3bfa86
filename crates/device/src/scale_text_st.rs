//! Text lines of the form `ST,GS,+011.120kg`: state, kind of weight, sign, number, unit.
//!
//! State `ST` stable, `US` moving, `OL` out of range (the sign says which end); kind `GS` gross,
//! `NT` net, `TR` tare. The number may have leading blanks, the unit blanks or a comma before
//! it. The line is judged whole: a telephone number on a printer's line is no weight.
//! Sources: General Measure M02 manual p. 56, Selleton SL-7516 manual p. 18, Triner TS-700
//! manual p. 13, KERN KXS-TM manual 14.1 and 14.2, Tiger TI-02 manual 7.1.

use serde::Deserialize;
use serde_json::Value;

use crate::decoder::Decoder;
use crate::framing::line::LineSplitter;
use crate::framing::line_scanner::{LineFormat, LineScanner};
use crate::limits::SCALE_LINE_BYTES_MAX;
use crate::reading::{Reading, Reason, Refusal, Weight, WeightMode};
use crate::registry::{ProfileError, bad_field};
use crate::scale::{self, LineEnding, ScaleSettings, bad, shown};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["text_st"];

/// How the indicator was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// How lines end.
    #[serde(default)]
    pub line_end: LineEnding,
    /// Characters of the number, blanks and point included; a line that lost one is refused.
    pub width: Option<usize>,
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, profile): (_, Profile) = scale::profile(protocol, fields)?;
    if profile.width.is_some_and(|it| !(1..=WIDTH_MAX).contains(&it)) {
        return Err(bad_field(protocol, format!("`width` is 1 to {WIDTH_MAX}")));
    }
    let lines = LineSplitter::new(profile.line_end.bytes(), SCALE_LINE_BYTES_MAX)
        .strip_parity(settings.strip_parity);
    Ok(Box::new(LineScanner::new(Indicator { settings, profile }, lines)))
}

/// Longest number, in characters.
const WIDTH_MAX: usize = 12;

#[derive(Debug)]
struct Indicator {
    settings: ScaleSettings,
    profile: Profile,
}

impl LineFormat for Indicator {
    fn read(&mut self, content: &[u8]) -> Result<Reading, Refusal> {
        let fields: Vec<&[u8]> = content.split(|byte| *byte == b',').collect();
        let (state, kind, weight, unit) = match fields.as_slice() {
            [state, kind, weight] => (*state, *kind, *weight, None),
            [state, kind, weight, unit] => (*state, *kind, *weight, Some(*unit)),
            _ => {
                let detail = format!(
                    "{:?} is not state, kind and weight with commas between them",
                    shown(content)
                );
                return Err(bad(detail));
            }
        };
        let mode = match kind {
            b"GS" => WeightMode::Gross,
            b"NT" => WeightMode::Net,
            b"TR" => WeightMode::Tare,
            other => return Err(bad(format!("kind {:?} is none of GS, NT, TR", shown(other)))),
        };
        let (sign, rest) = weight.split_first().ok_or_else(|| bad("the weight is empty"))?;
        let negative = match sign {
            b' ' => false,
            other => scale::negative(*other)?,
        };
        let stable = match state {
            b"ST" => true,
            b"US" => false,
            b"OL" => {
                let reason = if negative { Reason::UnderRange } else { Reason::OverRange };
                return Err(Refusal::new(reason, "the scale says that it is out of its range"));
            }
            other => return Err(bad(format!("state {:?} is none of ST, US, OL", shown(other)))),
        };
        let (number, unit) = match unit {
            Some(unit) => (rest, unit.trim_ascii()),
            None => split_unit(rest),
        };
        if let Some(width) = self.profile.width
            && number.len() != width
        {
            let detail = format!("{} characters of weight, declared are {width}", number.len());
            return Err(Refusal::new(Reason::BadFrame, detail));
        }
        let value = scale::right_aligned(negative, number)?;
        let sent = if unit.is_empty() { None } else { Some(scale::unit_named(unit)?) };
        let unit = self.settings.unit(sent)?;
        Ok(Reading::Weight(Weight::new(value, unit, mode).with_stable(stable)))
    }
}

/// Number and unit: the letters at the end, without the blanks between.
fn split_unit(rest: &[u8]) -> (&[u8], &[u8]) {
    let letters = rest.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (number, unit) = rest.split_at(rest.len() - letters);
    let blanks = number.iter().rev().take_while(|byte| **byte == b' ').count();
    (number.get(..number.len() - blanks).unwrap_or_default(), unit)
}

#[cfg(test)]
mod tests;
