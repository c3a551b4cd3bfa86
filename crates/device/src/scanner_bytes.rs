//! Scanners on a serial line or TCP: AIM identifier, data, suffix.
//!
//! A scan counts only as a whole line with the declared suffix; where identifiers are required a
//! scan without one is refused, and an identifier inside the data means that a suffix was lost.
//! Two equal scans are two scans: what a repeat means is for the caller. Which symbologies are
//! welcome is for the caller too.
//! Source: AIM identifier tables (Zebra DS457 appendix E, Datalogic KA-01477).

pub mod aim;
pub mod eci;
pub mod gs1;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::decoder::{Accepted, Decoder, Output, Rejection};
use crate::framing::line::{Line, LineEnd, LineSplitter};
use crate::limits::{SCAN_BYTES_MAX, SUFFIX_BYTES_MAX};
use crate::reading::{Reading, Reason, Refusal, Scan};
use crate::registry::{ProfileError, bad_field, profile_fields};

/// Protocol names of this family.
pub const PROTOCOLS: &[&str] = &["scanner"];

/// How the scanner was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What the scanner sends after every scan, one to four bytes.
    #[serde(default = "default_suffix")]
    pub suffix: String,
    /// Whether scans begin with an AIM identifier.
    #[serde(default)]
    pub aim: AimRule,
    /// Longest scan in bytes, identifier included, suffix not.
    #[serde(default = "default_max_len")]
    pub max_len: usize,
    /// GS1 application identifiers with a fixed length of data, beyond the standard's own.
    #[serde(default)]
    pub gs1_fixed: BTreeMap<String, usize>,
}

/// Whether scans begin with an AIM identifier (`]` and two characters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AimRule {
    /// Scans without one are refused.
    #[default]
    Required,
    /// Read where present.
    Optional,
    /// The scanner sends none; a `]` is data.
    None,
}

fn default_suffix() -> String {
    "\r".to_owned()
}

fn default_max_len() -> usize {
    512
}

/// Makes a decoder from a declared profile.
pub fn build(protocol: &str, fields: Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let profile = Profile::read(protocol, fields)?;
    let lines = LineSplitter::new(profile.suffix.as_bytes(), profile.max_len);
    Ok(Box::new(ScannerDecoder { profile, lines }))
}

/// The decoder of scanner lines.
#[derive(Debug)]
pub struct ScannerDecoder {
    profile: Profile,
    lines: LineSplitter,
}

impl Decoder for ScannerDecoder {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        for byte in bytes {
            if let Some(line) = self.lines.take(*byte) {
                out.push(self.profile.output(line));
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        if let Some(line) = self.lines.finish() {
            out.push(self.profile.output(line));
        }
    }

    fn buffered(&self) -> usize {
        self.lines.buffered()
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            suffix: default_suffix(),
            aim: AimRule::default(),
            max_len: default_max_len(),
            gs1_fixed: BTreeMap::new(),
        }
    }
}

impl Profile {
    /// Reads and checks a declaration.
    pub(crate) fn read(protocol: &str, fields: Value) -> Result<Self, ProfileError> {
        let profile: Self = profile_fields(protocol, fields)?;
        if profile.suffix.is_empty() || profile.suffix.len() > SUFFIX_BYTES_MAX {
            let detail =
                format!("`suffix` is 1 to {SUFFIX_BYTES_MAX} bytes; set one on the scanner");
            return Err(bad_field(protocol, detail));
        }
        if profile.max_len == 0 || profile.max_len > SCAN_BYTES_MAX {
            return Err(bad_field(protocol, format!("`max_len` is 1 to {SCAN_BYTES_MAX}")));
        }
        Ok(profile)
    }

    fn output(&self, line: Line) -> Output {
        match self.judge(&line) {
            Ok(scan) => Output::Accepted(Accepted {
                reading: Reading::Scan(scan),
                raw: line.raw,
                offset: line.offset,
            }),
            Err(Refusal { reason, detail }) => Output::Rejected(Rejection {
                reason,
                detail,
                raw: line.raw,
                length: line.length,
                offset: line.offset,
            }),
        }
    }

    fn judge(&self, line: &Line) -> Result<Scan, Refusal> {
        match line.end {
            LineEnd::Whole => self.scan(&line.content),
            LineEnd::TooLong => {
                let detail = format!(
                    "{} bytes without a suffix, at most {} are allowed; check the scanner's suffix",
                    line.length, self.max_len
                );
                Err(Refusal::new(Reason::TooLong, detail))
            }
            LineEnd::Cut => {
                let detail = "the line ended before the suffix; scan again";
                Err(Refusal::new(Reason::Truncated, detail))
            }
        }
    }

    /// Judges one whole scan without its suffix.
    pub(crate) fn scan(&self, content: &[u8]) -> Result<Scan, Refusal> {
        if content.is_empty() {
            return Err(Refusal::new(Reason::Empty, "a suffix without a scan before it"));
        }
        let (identifier, data) = self.identify(content)?;
        if self.aim != AimRule::None && aim::appears_in(data) {
            let detail = "an AIM identifier stands inside the data: two scans without a suffix \
                          between them; scan each again";
            return Err(Refusal::new(Reason::GluedScans, detail));
        }
        let gs1 = identifier.is_some_and(|it| it.is_gs1());
        let (text, eci) = if identifier.is_some_and(|it| it.has_eci()) {
            eci::decode(data)?
        } else {
            (eci::utf8(data)?, None)
        };
        refuse_control_characters(&text, gs1)?;
        let (elements, gs1_problem) = if gs1 {
            match gs1::elements(&text, &self.gs1_fixed) {
                Ok(elements) => (elements, None),
                Err(problem) => (Vec::new(), Some(problem.to_string())),
            }
        } else {
            (Vec::new(), None)
        };
        Ok(Scan {
            symbology: identifier.map(|it| it.symbology),
            modifier: identifier.map(|it| it.modifier),
            data: text,
            gs1,
            eci,
            elements,
            gs1_problem,
        })
    }

    fn identify<'a>(
        &self,
        content: &'a [u8],
    ) -> Result<(Option<aim::Identifier>, &'a [u8]), Refusal> {
        if self.aim == AimRule::None {
            return Ok((None, content));
        }
        match (content, self.aim) {
            ([b']', code, modifier, data @ ..], _) => match aim::identifier(*code, *modifier) {
                Some(identifier) => Ok((Some(identifier), data)),
                None => {
                    let detail = format!(
                        "identifier ]{}{} names no known symbology",
                        code.escape_ascii(),
                        modifier.escape_ascii()
                    );
                    Err(Refusal::new(Reason::UnknownSymbology, detail))
                }
            },
            (_, AimRule::Required) => {
                let detail = "the scan does not begin with an AIM identifier; switch on \
                              \"transmit AIM code identifier\" on the scanner";
                Err(Refusal::new(Reason::AimMissing, detail))
            }
            (_, _) => Ok((None, content)),
        }
    }
}

const GS: char = '\u{1d}';
/// ISO/IEC 15434 messages begin so and use RS, GS and EOT as separators.
const ISO_15434: &str = "[)>\u{1e}";

fn refuse_control_characters(text: &str, gs1: bool) -> Result<(), Refusal> {
    let message = text.starts_with(ISO_15434);
    let allowed = |it: char| match it {
        GS => gs1 || message,
        '\u{1e}' | '\u{4}' => message,
        other => !other.is_control(),
    };
    match text.chars().find(|it| !allowed(*it)) {
        Some(found) => {
            let detail = format!("control character U+{:04X} in the data", u32::from(found));
            Err(Refusal::new(Reason::BadField, detail))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
