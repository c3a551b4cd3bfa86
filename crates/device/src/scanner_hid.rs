//! Scanners that pretend to be keyboards: boot keyboard reports of eight bytes, by physical key.
//!
//! A key counts when it appears in a report that did not hold it before; a held key is one
//! press. GS comes as Ctrl+] or as Alt+029 on the keypad. The layout is declared: a scanner set
//! to another one types other characters, which a layout check code shows at commissioning.
//! A key without a character refuses its whole scan. What a scan means is judged as for
//! scanners in bytes; the reports are kept as its evidence. Typing speed is never looked at.
//! Sources: USB HID 1.11 appendices B.1 and C, HID Usage Tables page 07h.

pub mod evdev;
pub mod layout;

use serde::Deserialize;
use serde_json::Value;

use crate::decoder::{Accepted, Decoder, Output, Rejection, count};
use crate::limits::RAW_BYTES_MAX;
use crate::reading::{Reading, Reason, Refusal};
use crate::registry::{ProfileError, profile_fields};
use crate::scanner_bytes;
use layout::{Key, Layout};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["hid_boot_keyboard"];

/// Bytes of a report: modifiers, reserved, six keys.
pub const REPORT_BYTES: usize = 8;

/// The field of the profile that scanners in bytes do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnFields {
    layout: Layout,
}

/// Makes a decoder from a declared profile: `layout`, and the fields of scanners in bytes.
pub fn build(protocol: &str, mut fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let layout = fields.as_object_mut().and_then(|it| it.remove("layout"));
    let own = layout.map_or(serde_json::json!({}), |it| serde_json::json!({"layout": it}));
    let OwnFields { layout } = profile_fields(protocol, own)?;
    let profile = scanner_bytes::Profile::read(protocol, fields)?;
    Ok(Box::new(Keyboard { profile, layout, ..Keyboard::default() }))
}

/// The decoder of keyboard reports.
#[derive(Debug, Default)]
pub struct Keyboard {
    profile: scanner_bytes::Profile,
    layout: Layout,
    /// Bytes of a report that is not whole yet.
    partial: Vec<u8>,
    /// Keys of the report before.
    held: Vec<u8>,
    caps_lock: bool,
    /// Digits typed on the keypad while Alt is held.
    alt_digits: String,
    scan: Scan,
    position: u64,
}

/// The scan that is being typed.
#[derive(Debug, Default)]
struct Scan {
    /// Characters so far, at most as many as a scan may have, with its suffix.
    text: Vec<u8>,
    /// The first reports.
    raw: Vec<u8>,
    length: u64,
    offset: u64,
    fault: Option<Refusal>,
}

impl Decoder for Keyboard {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        for byte in bytes {
            self.partial.push(*byte);
            self.position += 1;
            if let Ok(report) = <[u8; REPORT_BYTES]>::try_from(self.partial.as_slice()) {
                self.partial.clear();
                self.report(report, out);
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        let partial = std::mem::take(&mut self.partial);
        if !partial.is_empty() {
            self.scan.keep(&partial, self.position);
        }
        if self.scan.length > 0 {
            let detail = "the scanner fell silent before the suffix; scan again";
            let refusal = Refusal::new(Reason::Truncated, detail);
            let refusal = self.scan.fault.take().unwrap_or(refusal);
            out.push(std::mem::take(&mut self.scan).rejected(refusal));
        }
        self.held.clear();
        self.alt_digits.clear();
        self.caps_lock = false;
        self.position = 0;
    }

    fn buffered(&self) -> usize {
        self.partial.len() + self.scan.text.len() + self.scan.raw.len()
    }
}

/// Either Ctrl, Shift, Alt or GUI key.
const CTRL: u8 = 0x11;
const SHIFT: u8 = 0x22;
const ALT: u8 = 0x44;
const GUI: u8 = 0x88;
/// Usages 1 to 3 report errors: too many keys, self test, undefined.
const ERRORS: std::ops::RangeInclusive<u8> = 1..=3;
/// Digits of an Alt code, leading zero included.
const ALT_DIGITS_MAX: usize = 4;

impl Keyboard {
    fn report(&mut self, report: [u8; REPORT_BYTES], out: &mut Vec<Output>) {
        let [modifiers, _, keys @ ..] = report;
        let idle = modifiers == 0 && keys.iter().all(|key| *key == 0);
        if self.scan.length > 0 || !idle {
            self.scan.keep(&report, self.position);
        }
        if modifiers & ALT == 0 && !self.alt_digits.is_empty() {
            let typed = std::mem::take(&mut self.alt_digits);
            self.typed(alt_character(&typed), out);
        }
        if keys.iter().any(|key| ERRORS.contains(key)) {
            let detail = "the scanner reports that keys were lost; lower its typing speed";
            self.scan.fault(Refusal::new(Reason::BadFrame, detail));
            return;
        }
        for key in keys {
            if key != 0 && !self.held.contains(&key) {
                self.press(key, modifiers, out);
            }
        }
        self.held = keys.iter().copied().filter(|key| *key != 0).collect();
        if idle && self.scan.text.is_empty() && self.scan.fault.is_none() {
            // Modifiers alone are no scan.
            self.scan = Scan::default();
        }
    }

    fn press(&mut self, usage: u8, modifiers: u8, out: &mut Vec<Output>) {
        let unknown = || {
            let detail = format!(
                "key {usage:02X}h with modifiers {modifiers:02X}h has no character; check the \
                 scanner's keyboard layout"
            );
            Err(Refusal::new(Reason::UnknownKey, detail))
        };
        let shift = modifiers & SHIFT != 0;
        let typed = match self.layout.key(usage) {
            Key::CapsLock => {
                self.caps_lock = !self.caps_lock;
                return;
            }
            Key::Silent => return,
            Key::Keypad(digit @ b'0'..=b'9') if modifiers & ALT != 0 => {
                if self.alt_digits.len() < ALT_DIGITS_MAX {
                    self.alt_digits.push(char::from(digit));
                    return;
                }
                unknown()
            }
            _ if modifiers & (ALT | GUI) != 0 => unknown(),
            Key::Character { plain, .. } if modifiers & CTRL != 0 => {
                layout::control(plain).map_or_else(unknown, Ok)
            }
            Key::Character { plain, shifted } if plain.is_ascii_lowercase() => {
                Ok(if shift == self.caps_lock { plain } else { shifted })
            }
            Key::Character { plain, shifted } => Ok(if shift { shifted } else { plain }),
            Key::Keypad(character) => Ok(character),
            Key::None => unknown(),
        };
        self.typed(typed, out);
    }

    /// Adds a character, and judges the scan when it ends the suffix.
    fn typed(&mut self, typed: Result<u8, Refusal>, out: &mut Vec<Output>) {
        let suffix = self.profile.suffix.as_bytes();
        match typed {
            Err(refusal) => self.scan.fault(refusal),
            Ok(character) => self.scan.add(character, suffix.len(), self.profile.max_len),
        }
        if !self.scan.text.ends_with(suffix) {
            return;
        }
        let mut scan = std::mem::take(&mut self.scan);
        scan.text.truncate(scan.text.len() - suffix.len());
        let judged = match scan.fault.take() {
            Some(refusal) => Err(refusal),
            None => self.profile.scan(&scan.text),
        };
        out.push(match judged {
            Ok(reading) => Output::Accepted(Accepted {
                reading: Reading::Scan(reading),
                raw: scan.raw,
                offset: scan.offset,
            }),
            Err(refusal) => scan.rejected(refusal),
        });
    }
}

impl Scan {
    /// Keeps the bytes of a report that ends before `position`.
    fn keep(&mut self, bytes: &[u8], position: u64) {
        if self.length == 0 {
            self.offset = position - count(bytes.len());
        }
        self.length += count(bytes.len());
        let room = RAW_BYTES_MAX.saturating_sub(self.raw.len());
        self.raw.extend(bytes.iter().take(room));
    }

    /// The first fault of a scan counts.
    fn fault(&mut self, refusal: Refusal) {
        self.fault.get_or_insert(refusal);
    }

    fn add(&mut self, character: u8, suffix_bytes: usize, max_len: usize) {
        self.text.push(character);
        if self.text.len() > max_len + suffix_bytes {
            let detail = format!("more than {max_len} characters without a suffix");
            self.fault(Refusal::new(Reason::TooLong, detail));
            self.text.remove(0);
        }
    }

    fn rejected(self, refusal: Refusal) -> Output {
        let Refusal { reason, detail } = refusal;
        let Self { raw, length, offset, .. } = self;
        Output::Rejected(Rejection { reason, detail, raw, length, offset })
    }
}

/// The character of an Alt code; above 126 it depends on the computer's code page.
fn alt_character(digits: &str) -> Result<u8, Refusal> {
    match digits.parse::<u16>() {
        Ok(code @ 1..=126) => Ok(u8::try_from(code).expect("at most 126")),
        _ => {
            let detail = format!("Alt+{digits} is no ASCII character");
            Err(Refusal::new(Reason::BadEncoding, detail))
        }
    }
}

#[cfg(test)]
mod tests;
