//! What all scale families share: settings of the port, units, signs, numbers as displayed.
//!
//! The unit is sent by the indicator or declared in the profile; where both are there they must
//! agree. A number is a whole field of digits with at most one point; it is never searched for
//! in other text.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::decimal::DecimalText;
use crate::limits::{STABLE_FRAMES_MAX, quoted};
use crate::reading::{MassUnit, Reason, Refusal};
use crate::registry::{ProfileError, bad_field, profile_fields};

/// Settings that every scale's profile may have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScaleSettings {
    /// The unit shown; frames without a unit are refused while it is not declared.
    pub unit: Option<MassUnit>,
    /// The line has 7 data bits with parity and is read as 8.
    pub strip_parity: bool,
    /// How many equal frames make a stable weight.
    #[serde(alias = "stable_frames")]
    pub stable_n: Option<u32>,
}

const SHARED_FIELDS: &[&str] = &["unit", "strip_parity", "stable_n", "stable_frames"];

/// Reads a scale's profile: the shared settings and the family's own fields.
pub fn profile<T: DeserializeOwned>(
    protocol: &str,
    fields: Value,
) -> Result<(ScaleSettings, T), ProfileError> {
    let (mut shared, mut own) = (Map::new(), Map::new());
    for (name, value) in fields.as_object().into_iter().flatten() {
        let side = if SHARED_FIELDS.contains(&name.as_str()) { &mut shared } else { &mut own };
        side.insert(name.clone(), value.clone());
    }
    let settings: ScaleSettings = profile_fields(protocol, Value::Object(shared))?;
    if settings.stable_n.is_some_and(|it| it == 0 || it > STABLE_FRAMES_MAX) {
        return Err(bad_field(protocol, format!("`stable_n` is 1 to {STABLE_FRAMES_MAX}")));
    }
    Ok((settings, profile_fields(protocol, Value::Object(own))?))
}

/// The fields of a family that has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

impl ScaleSettings {
    /// The unit of a weight: the one that was sent, else the declared one.
    pub fn unit(&self, sent: Option<MassUnit>) -> Result<MassUnit, Refusal> {
        match (sent, self.unit) {
            (Some(sent), Some(declared)) if sent != declared => {
                let detail = format!(
                    "the scale shows {}, declared is {}; switch the unit back or declare anew",
                    sent.symbol(),
                    declared.symbol()
                );
                Err(Refusal::new(Reason::UnitConflict, detail))
            }
            (Some(unit), _) | (None, Some(unit)) => Ok(unit),
            (None, None) => {
                let detail = "the frame carries no unit and the profile declares none";
                Err(Refusal::new(Reason::UnitMissing, detail))
            }
        }
    }
}

/// How a line ends, where makers leave the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnding {
    /// CR LF.
    #[default]
    Crlf,
    /// CR alone.
    Cr,
}

impl LineEnding {
    /// The bytes.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Crlf => b"\r\n",
            Self::Cr => b"\r",
        }
    }
}

/// A field that holds what its format does not allow there.
pub fn bad(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::BadField, detail)
}

/// Bytes for a message.
pub fn shown(bytes: &[u8]) -> String {
    quoted(&bytes.escape_ascii().to_string())
}

/// Compares two check characters.
pub fn check(computed: [u8; 2], sent: [u8; 2]) -> Result<(), Refusal> {
    if computed == sent {
        return Ok(());
    }
    let detail = format!("check characters {}, computed {}", shown(&sent), shown(&computed));
    Err(Refusal::new(Reason::BadChecksum, detail))
}

/// True for a minus sign, false for a plus sign.
pub fn negative(sign: u8) -> Result<bool, Refusal> {
    match sign {
        b'+' => Ok(false),
        b'-' => Ok(true),
        other => Err(bad(format!("sign {other:02X}h is neither + nor -"))),
    }
}

const DECIMALS_MAX: u8 = 4;

/// The number of decimals from its digit, 0 to 4 (XK3190 manuals).
pub fn decimals(digit: u8) -> Result<usize, Refusal> {
    match digit.checked_sub(b'0') {
        Some(decimals) if decimals <= DECIMALS_MAX => Ok(usize::from(decimals)),
        _ => {
            let shown = shown(&[digit]);
            let detail = format!(
                "decimal digit {shown} is not 0 to {DECIMALS_MAX}: not this layout, or damage"
            );
            Err(bad(detail))
        }
    }
}

/// A whole field as displayed: digits with at most one point between them.
pub fn number(negative: bool, field: &[u8]) -> Result<DecimalText, Refusal> {
    let whole = || bad(format!("{:?} is no number of digits with one point", shown(field)));
    let text = std::str::from_utf8(field).map_err(|_| whole())?;
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(whole());
    }
    let value = DecimalText::parse(text).map_err(|_| whole())?;
    let digits = value.as_str();
    let signed = if negative { format!("-{digits}") } else { digits.to_owned() };
    DecimalText::parse(&signed).map_err(|_| whole())
}

/// A right-aligned field: leading blanks, then a number.
pub fn right_aligned(negative: bool, field: &[u8]) -> Result<DecimalText, Refusal> {
    let blanks = field.iter().take_while(|byte| **byte == b' ').count();
    number(negative, field.get(blanks..).unwrap_or_default())
}

/// A unit by its letters, in lower or upper case; other units have no place in a ledger of mass.
pub fn unit_named(letters: &[u8]) -> Result<MassUnit, Refusal> {
    match letters {
        b"kg" | b"KG" | b"Kg" => Ok(MassUnit::Kg),
        b"g" | b"G" => Ok(MassUnit::G),
        b"t" | b"T" => Ok(MassUnit::T),
        b"lb" | b"LB" => Ok(MassUnit::Lb),
        b"" => Err(Refusal::new(Reason::UnitMissing, "the line names no unit")),
        other => {
            let detail =
                format!("unit {:?} is not taken; set the scale to g, kg or t", shown(other));
            Err(bad(detail))
        }
    }
}

#[cfg(test)]
mod tests;
