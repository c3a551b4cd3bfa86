//! Mettler Toledo MT-SICS: answers of balances, lines that end with CR LF and nothing else.
//!
//! `S S` (stable) or `S D` (moving), a weight of ten characters aligned to the right, a blank,
//! the unit. `S I` busy, `S +` and `S -` out of range, `ES` `ET` `EL` errors of the line. The
//! weight is the net weight. A comma is damage, not a locale. Answers to other commands
//! (`I4 A "…"`) are kept as information and never read as weights.
//! Sources: MT-SICS reference 11780711 (2.1.2 formats, 2.1.3 errors), AT balance manual p. 87,
//! AL-IC manual p. 72, XPR/XSR reference manual.

use serde_json::Value;

use crate::decimal::DecimalText;
use crate::decoder::Decoder;
use crate::framing::line::LineSplitter;
use crate::framing::line_scanner::{LineFormat, LineScanner};
use crate::limits::SCALE_LINE_BYTES_MAX;
use crate::reading::{Info, Reading, Reason, Refusal, Weight, WeightMode};
use crate::registry::ProfileError;
use crate::scale::{self, NoFields, ScaleSettings, bad, shown};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["mt_sics"];

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let (settings, NoFields {}) = scale::profile(protocol, fields)?;
    let lines =
        LineSplitter::new(b"\r\n", SCALE_LINE_BYTES_MAX).strip_parity(settings.strip_parity);
    Ok(Box::new(LineScanner::new(Balance { settings }, lines)))
}

/// Characters of the weight.
const WEIGHT_BYTES: usize = 10;

#[derive(Debug)]
struct Balance {
    settings: ScaleSettings,
}

impl LineFormat for Balance {
    fn read(&mut self, content: &[u8]) -> Result<Reading, Refusal> {
        let device = |detail: &str| Err(Refusal::new(Reason::DeviceError, detail));
        match content {
            b"ES" => device("ES: the balance did not understand the command"),
            b"ET" => device("ET: the balance saw a transmission error; check parity and speed"),
            b"EL" => device("EL: the balance cannot carry the command out"),
            b"S I" => device("S I: the balance is busy or found no stable weight in time"),
            b"S L" => device("S L: the balance did not understand a parameter"),
            b"S +" => Err(Refusal::new(Reason::OverRange, "the balance is overloaded")),
            b"S -" => Err(Refusal::new(Reason::UnderRange, "the balance is below its range")),
            [b'S', b' ', b'S', b' ', rest @ ..] => self.weight(rest, true),
            [b'S', b' ', b'D', b' ', rest @ ..] => self.weight(rest, false),
            [b'S', b' ', ..] => Err(bad(format!("{:?} is no answer of a weight", shown(content)))),
            other => information(other),
        }
    }
}

impl Balance {
    fn weight(&self, rest: &[u8], stable: bool) -> Result<Reading, Refusal> {
        let (field, unit) = match rest.split_at_checked(WEIGHT_BYTES) {
            Some((field, [b' ', unit @ ..])) => (field, unit),
            Some((_, [])) => {
                return Err(Refusal::new(Reason::UnitMissing, "the answer names no unit"));
            }
            _ => {
                let detail = format!(
                    "{:?} is not a weight of {WEIGHT_BYTES} characters, a blank and a unit",
                    shown(rest)
                );
                return Err(bad(detail));
            }
        };
        let unit = self.settings.unit(Some(unit_of(unit)?))?;
        let value = value(field)?;
        let weight = Weight::new(value, unit, WeightMode::Net).with_stable(stable);
        Ok(Reading::Weight(weight))
    }
}

/// The units of MT-SICS are written in their own case; only those of a ledger are taken.
fn unit_of(letters: &[u8]) -> Result<crate::reading::MassUnit, Refusal> {
    match letters {
        b"g" | b"kg" | b"t" | b"lb" | b"" => scale::unit_named(letters),
        other => {
            let detail =
                format!("unit {:?} is not taken; set the balance to g or kg", shown(other));
            Err(bad(detail))
        }
    }
}

/// Blanks, a minus sign directly before the digits, digits with a point.
fn value(field: &[u8]) -> Result<DecimalText, Refusal> {
    let blanks = field.iter().take_while(|byte| **byte == b' ').count();
    match field.get(blanks..).unwrap_or_default() {
        [b'-', digits @ ..] => scale::number(true, digits),
        digits => scale::number(false, digits),
    }
}

/// An answer to another command: its name, `A` (done) or `B` (more follows), and a text.
fn information(content: &[u8]) -> Result<Reading, Refusal> {
    let wrong = || bad(format!("{:?} is no answer of MT-SICS", shown(content)));
    let text = std::str::from_utf8(content).map_err(|_| wrong())?;
    if text.chars().any(char::is_control) {
        return Err(wrong());
    }
    let mut words = text.splitn(3, ' ');
    let (command, state) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let rest = words.next().unwrap_or_default();
    let is_command = command.starts_with(|it: char| it.is_ascii_uppercase() || it == '@')
        && command.len() <= 5
        && command.chars().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '@');
    match (is_command, state) {
        (true, "A" | "B") => {
            let text = rest.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(rest);
            Ok(Reading::Info(Info { command: command.to_owned(), text: text.to_owned() }))
        }
        (true, "I" | "L" | "+" | "-") if rest.is_empty() => {
            let detail = format!("the balance refused command {command}: {state}");
            Err(Refusal::new(Reason::DeviceError, detail))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests;
