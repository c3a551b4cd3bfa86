//! Avery Weigh-Tronix stream format: blank, `g` or `n`, sign, six digits with leading zeros and
//! a floating point, blank, unit, CR LF (or CR). There is no motion flag.
//!
//! `tn` is the short ton and refused; a line without a unit needs a declared one.
//! Sources: Rice Lake 680 manual figure 11-3, 480/482 manuals ("Weightronix" stream).

use serde::Deserialize;
use serde_json::Value;

use crate::decoder::Decoder;
use crate::framing::line::LineSplitter;
use crate::framing::line_scanner::{LineFormat, LineScanner};
use crate::limits::SCALE_LINE_BYTES_MAX;
use crate::reading::{Reading, Refusal, Weight, WeightMode};
use crate::registry::ProfileError;
use crate::scale::{self, LineEnding, ScaleSettings, bad, shown};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["awt_stream"];

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
    let lines = LineSplitter::new(profile.line_end.bytes(), SCALE_LINE_BYTES_MAX)
        .strip_parity(settings.strip_parity);
    Ok(Box::new(LineScanner::new(Indicator { settings }, lines)))
}

/// Characters of the weight: makers count the point among the six, or beside them.
const WEIGHT_BYTES: [usize; 2] = [6, 7];

#[derive(Debug)]
struct Indicator {
    settings: ScaleSettings,
}

impl LineFormat for Indicator {
    fn read(&mut self, content: &[u8]) -> Result<Reading, Refusal> {
        let [b' ', kind, sign, rest @ ..] = content else {
            let detail = format!("{:?} does not begin with a blank and a kind", shown(content));
            return Err(bad(detail));
        };
        let mode = match kind {
            b'g' => WeightMode::Gross,
            b'n' => WeightMode::Net,
            other => return Err(bad(format!("{} is neither g nor n", shown(&[*other])))),
        };
        let negative = scale::negative(*sign)?;
        let blank = rest.iter().position(|byte| *byte == b' ');
        let Some((field, [_, unit @ ..])) = blank.and_then(|at| rest.split_at_checked(at)) else {
            let detail = format!("{:?} has no blank between weight and unit", shown(content));
            return Err(bad(detail));
        };
        let has_point = field.contains(&b'.');
        let width_fits = WEIGHT_BYTES.contains(&field.len()) && (has_point || field.len() == 6);
        if !width_fits {
            let detail = format!("{:?} is not six digits: characters were lost", shown(field));
            return Err(bad(detail));
        }
        let value = scale::number(negative, field)?;
        let unit = unit.trim_ascii_end();
        let sent = if unit.is_empty() { None } else { Some(scale::unit_named(unit)?) };
        Ok(Reading::Weight(Weight::new(value, self.settings.unit(sent)?, mode)))
    }
}

#[cfg(test)]
mod tests;
