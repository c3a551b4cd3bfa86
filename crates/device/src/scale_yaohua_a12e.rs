//! Yaohua XK3190-A12(E): a line of 15 bytes, `W`, `G` or `N`, seven characters of weight with
//! its point (the last one blank where there is none, `-` in the place of the first digit),
//! `kg`, XOR of the first eleven, CR LF. Out of range sends `OL` or `LO` behind nine blanks:
//! both have the same XOR, so the letters are read. There is no motion flag.
//! Source: XK3190-A12(E) manual p. 13.

use serde_json::Value;

use crate::checksum::{XorNibble, xor};
use crate::decoder::Decoder;
use crate::framing::line::LineSplitter;
use crate::framing::line_scanner::{LineFormat, LineScanner};
use crate::limits::SCALE_LINE_BYTES_MAX;
use crate::reading::{Reading, Reason, Refusal, Weight, WeightMode};
use crate::registry::ProfileError;
use crate::scale::{self, NoFields, ScaleSettings, bad};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["yaohua_a12e"];

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, NoFields {}) = scale::profile(protocol, fields)?;
    let lines =
        LineSplitter::new(b"\r\n", SCALE_LINE_BYTES_MAX).strip_parity(settings.strip_parity);
    Ok(Box::new(LineScanner::new(Indicator { settings }, lines)))
}

const CONTENT_BYTES: usize = 13;
const BLANKS: [u8; 9] = [b' '; 9];

#[derive(Debug)]
struct Indicator {
    settings: ScaleSettings,
}

impl LineFormat for Indicator {
    fn read(&mut self, content: &[u8]) -> Result<Reading, Refusal> {
        let line: &[u8; CONTENT_BYTES] = content.try_into().map_err(|_| {
            let detail = format!(
                "{} characters, {CONTENT_BYTES} belong before the line end: {:?}",
                content.len(),
                scale::shown(content)
            );
            Refusal::new(Reason::BadFrame, detail)
        })?;
        let [body @ .., high, low] = line;
        scale::check(XorNibble::Plus37.characters(xor(body)), [*high, *low])?;
        let [head @ .., first, second] = body;
        match (*head == BLANKS, [*first, *second]) {
            (true, [b'O', b'L']) => {
                return Err(Refusal::new(Reason::OverRange, "the scale is overloaded"));
            }
            (true, [b'L', b'O']) => {
                return Err(Refusal::new(Reason::UnderRange, "the scale is below its range"));
            }
            _ => {}
        }
        let [b'W', letter, field @ ..] = head else {
            return Err(bad(format!("{:?} does not begin with W", scale::shown(content))));
        };
        let mode = match letter {
            b'G' => WeightMode::Gross,
            b'N' => WeightMode::Net,
            other => {
                let detail = format!("{} is neither G nor N", scale::shown(&[*other]));
                return Err(bad(detail));
            }
        };
        let unit = self.settings.unit(Some(scale::unit_named(&[*first, *second])?))?;
        Ok(Reading::Weight(Weight::new(value(field)?, unit, mode)))
    }
}

/// Seven characters: a sign or digit, digits with a point, or digits and a blank.
fn value(field: &[u8]) -> Result<crate::decimal::DecimalText, Refusal> {
    let (negative, field) = match field {
        [b'-', rest @ ..] => (true, rest),
        other => (false, other),
    };
    match field {
        [digits @ .., b' '] if !digits.contains(&b'.') => scale::number(negative, digits),
        other if other.contains(&b'.') => scale::number(negative, other),
        other => {
            let shown = scale::shown(other);
            Err(bad(format!("{shown:?} has neither a point nor the blank in its place")))
        }
    }
}

#[cfg(test)]
mod tests;
