//! How a monitor was declared: edition, units, identity; and which telegrams that admits.
//!
//! Whoever sends another edition, another id or another password is refused, not adapted to.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::factor::{self, Factor};
use super::telegram::Telegram;
use crate::lab::unit::{Concentration, Per};
use crate::limits::quoted;
use crate::reading::{Reason, Refusal};
use crate::registry::{ProfileError, bad_field, profile_fields};

/// How a monitor was declared at commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The edition of the standard.
    pub edition: Edition,
    /// The units of its values; values are refused while they are not declared.
    #[serde(default)]
    pub units: Units,
    /// The codes to read, in place of those of thallium.
    pub factors: Option<Vec<String>>,
    /// The id (MN) it must have; any if absent.
    pub mn: Option<String>,
    /// The password (PW) it must send; not looked at if absent.
    pub pw: Option<String>,
    /// Whether the id must have the standard's length.
    #[serde(default)]
    pub strict_mn: bool,
}

/// The editions of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Edition {
    /// HJ/T 212-2005.
    #[serde(rename = "2005")]
    Y2005,
    /// HJ 212-2017.
    #[serde(rename = "2017")]
    Y2017,
    /// HJ 212-2025, whose text was not available: an error when declared.
    #[serde(rename = "2025")]
    Y2025,
}

/// The declared units of concentrations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Units {
    /// `"standard"`: units and number formats of table B.1.
    Standard,
    /// The unit of each code; codes that are not named follow table B.1.
    Each(BTreeMap<String, Concentration>),
    /// Not declared, or said to be `"undeclared"`.
    #[default]
    Undeclared,
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::Undeclared),
            Value::String(word) if word == "undeclared" => Ok(Self::Undeclared),
            Value::String(word) if word == "standard" => Ok(Self::Standard),
            units @ Value::Object(_) => {
                serde_json::from_value(units).map(Self::Each).map_err(serde::de::Error::custom)
            }
            other => Err(serde::de::Error::custom(format!(
                "`units` is \"standard\" or the unit of each code, such as {{\"w20089\": \
                 \"mg/L\"}}; found {}",
                quoted(&other.to_string())
            ))),
        }
    }
}

/// The unit of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UnitOf<'a> {
    /// By table B.1, with its number format.
    Standard,
    /// Declared.
    Declared(&'a Concentration),
    /// Nobody said.
    Unknown,
}

impl Profile {
    pub(super) fn read(protocol: &str, fields: Value) -> Result<Self, ProfileError> {
        let profile: Self = profile_fields(protocol, fields)?;
        let wrong = |detail: String| Err(bad_field(protocol, detail));
        if profile.edition == Edition::Y2025 {
            return wrong(
                "edition 2025 is not read yet: its text was not available when this was built; \
                 declare 2017 while the monitor still sends it"
                    .to_owned(),
            );
        }
        let named = profile.factors.iter().flatten().chain(match &profile.units {
            Units::Each(units) => units.keys().collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        if let Some(code) = named.into_iter().find(|code| factor::of(code).is_none()) {
            return wrong(format!(
                "code {code:?} is no metal of table B.1 that is read here; known are {}",
                factor::known()
            ));
        }
        if let Units::Each(units) = &profile.units
            && let Some((code, unit)) = units.iter().find(|(_, unit)| unit.per != Per::Volume)
        {
            return wrong(format!("unit {} of {code} is not mass per volume", unit.symbol));
        }
        Ok(profile)
    }

    /// The factor of a code that is to be read.
    pub(super) fn wanted(&self, code: &str) -> Option<&'static Factor> {
        let found = factor::of(code)?;
        let wanted = match &self.factors {
            Some(codes) => codes.iter().any(|it| it == code),
            None => found.analyte == "Tl",
        };
        // Old codes belong to the old edition.
        let edition_fits = found.code == code || self.edition == Edition::Y2005;
        (wanted && edition_fits).then_some(found)
    }

    pub(super) fn unit_of(&self, code: &str) -> UnitOf<'_> {
        match &self.units {
            Units::Undeclared => UnitOf::Unknown,
            Units::Standard => UnitOf::Standard,
            Units::Each(units) => units.get(code).map_or(UnitOf::Standard, UnitOf::Declared),
        }
    }

    /// Refuses telegrams that this declaration does not admit.
    pub(super) fn admit(&self, telegram: &Telegram) -> Result<(), Refusal> {
        let bad = |detail: String| Err(Refusal::new(Reason::BadField, detail));
        if let Some(flag) = telegram.flag
            && flag >> 2 != self.edition.version_bits()
        {
            let detail = format!(
                "Flag {flag} names version {}, edition {} has {}; declare the edition the \
                 monitor sends",
                flag >> 2,
                self.edition.name(),
                self.edition.version_bits()
            );
            return Err(Refusal::new(Reason::WrongEdition, detail));
        }
        let length = self.edition.id_length();
        if self.strict_mn && telegram.mn.len() != length {
            return bad(format!(
                "MN {:?} has {} characters, edition {} has {length}",
                quoted(&telegram.mn),
                telegram.mn.len(),
                self.edition.name()
            ));
        }
        if let Some(declared) = &self.mn
            && *declared != telegram.mn
        {
            let detail = format!("MN {:?}, declared is {declared:?}", quoted(&telegram.mn));
            return Err(Refusal::new(Reason::WrongAddress, detail));
        }
        if let Some(declared) = &self.pw
            && telegram.pw.as_ref() != Some(declared)
        {
            return bad("PW is not the declared password".to_owned());
        }
        Ok(())
    }
}

impl Edition {
    /// The year.
    pub fn name(self) -> &'static str {
        match self {
            Self::Y2005 => "2005",
            Self::Y2017 => "2017",
            Self::Y2025 => "2025",
        }
    }

    /// Bits V5 to V0 of Flag (6.3.2).
    fn version_bits(self) -> u8 {
        match self {
            Self::Y2005 => 0,
            Self::Y2017 | Self::Y2025 => 1,
        }
    }

    /// Characters of MN.
    fn id_length(self) -> usize {
        match self {
            Self::Y2005 => 14,
            Self::Y2017 | Self::Y2025 => 24,
        }
    }

    /// Whether a value without a mark comes from a monitor that worked: the old edition marks
    /// live values only.
    pub(super) fn unmarked_is_usable(self, stat: &str) -> bool {
        self == Self::Y2005 && stat != "Rtd"
    }

    /// The marks of values (table 8; the old edition has more).
    pub(super) fn marks(self) -> &'static str {
        match self {
            Self::Y2005 => "NPFCMTDSB0123",
            Self::Y2017 | Self::Y2025 => "NFMSDCTB",
        }
    }

    /// The segment of a data answer 9014; `None` where the upload has no QN to answer to.
    pub(super) fn data_answer(self, telegram: &Telegram) -> Option<String> {
        let qn = telegram.qn.as_ref()?;
        let (pw, mn) = (telegram.pw.as_deref().unwrap_or_default(), &telegram.mn);
        Some(match self {
            Self::Y2005 => format!("ST=91;CN=9014;CP=&&QN={qn};CN={}&&", telegram.cn),
            Self::Y2017 | Self::Y2025 => {
                format!("QN={qn};ST=91;CN=9014;PW={pw};MN={mn};Flag=4;CP=&&&&")
            }
        })
    }
}
