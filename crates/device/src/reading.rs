//! What devices say, in one vocabulary: weights, scans, assays, and the reasons for refusals.
//! Serialised names are a contract with stored events and with the cases; add, never rename.
//! No rule of the plant lives here: a weight is what the scale said, not what may be accepted.

use serde::{Deserialize, Serialize};

use crate::decimal::DecimalText;
use crate::scanner_bytes::gs1::Element;

/// One decoded reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Reading {
    /// A weight shown by a scale.
    Weight(Weight),
    /// A code read by a scanner.
    Scan(Scan),
    /// A concentration reported by a laboratory instrument.
    Assay(Assay),
}

/// A weight as the indicator sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// The value with the decimals sent.
    pub value: DecimalText,
    /// The unit, sent by the device or declared in its profile.
    pub unit: MassUnit,
    /// Gross, net or tare, where the protocol says so.
    pub mode: WeightMode,
    /// The device's own stability flag; `None` where the protocol has none.
    pub stable: Option<bool>,
    /// Always `ok`: readings out of range are refusals, not weights.
    pub status: WeightStatus,
    /// The tare sent in the same frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tare: Option<DecimalText>,
}

/// The unit of a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MassUnit {
    /// Gram.
    G,
    /// Kilogram.
    Kg,
    /// Tonne (1000 kg).
    T,
    /// Avoirdupois pound.
    Lb,
}

impl MassUnit {
    /// The symbol as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::G => "g",
            Self::Kg => "kg",
            Self::T => "t",
            Self::Lb => "lb",
        }
    }
}

/// Which weight the indicator shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightMode {
    /// With the container.
    Gross,
    /// Without the container.
    Net,
    /// The container.
    Tare,
    /// The protocol does not tell.
    Unknown,
}

/// The state of a weight that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightStatus {
    /// In range.
    Ok,
}

/// A scanned code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scan {
    /// The symbology by its AIM identifier; `None` where the scanner sends none.
    pub symbology: Option<&'static str>,
    /// The modifier of the AIM identifier.
    pub modifier: Option<u8>,
    /// The data without identifier, escapes and suffix.
    pub data: String,
    /// True where the identifier says that the data follows the GS1 rules.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gs1: bool,
    /// The first extended channel interpretation named in the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eci: Option<u32>,
    /// The GS1 elements in order, empty where the data is not GS1 or breaks its rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<Element>,
    /// Why GS1 data could not be taken apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gs1_problem: Option<String>,
}

/// A concentration from a laboratory file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assay {
    /// The sample's name as written in the file.
    pub sample: String,
    /// The chemical symbol.
    pub analyte: &'static str,
    /// The mass number the value was measured on; `None` for optical lines.
    pub isotope: Option<String>,
    /// The value, or `<` and the limit where the instrument reported less than it.
    pub value: String,
    /// The unit of `value` and `cross_check`.
    pub unit: String,
    /// The value of the other isotope, in the same unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross_check: Option<String>,
    /// The wavelength in nm, for optical lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// The time of acquisition as written in the file (its zone is not known here).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquired_at: Option<String>,
    /// The value and unit as written, where the unit was converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_written: Option<String>,
    /// The row of the file, counted from 1.
    pub row: usize,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal),+ $(,)?) => {
        /// Why bytes were refused; the names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[doc = $doc])+ $variant),+ }

        impl Reason {
            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

reasons! {
    /// Bytes outside any frame.
    Noise = "noise",
    /// The frame's shape is wrong.
    BadFrame = "bad_frame",
    /// The check characters do not match.
    BadChecksum = "bad_checksum",
    /// A field holds what the format does not allow there.
    BadField = "bad_field",
    /// A value is no number.
    BadValue = "bad_value",
    /// A number could be read in two ways.
    AmbiguousNumber = "ambiguous_number",
    /// The input ended inside a frame or file.
    Truncated = "truncated",
    /// Longer than the declared or allowed length.
    TooLong = "too_long",
    /// Nothing between two suffixes, or a file without rows.
    Empty = "empty",
    /// The device reports more than its range.
    OverRange = "over_range",
    /// The device reports less than its range.
    UnderRange = "under_range",
    /// Neither the bytes nor the profile tell the unit.
    UnitMissing = "unit_missing",
    /// The unit in the bytes cannot be the declared one.
    UnitConflict = "unit_conflict",
    /// The profile does not declare the layout.
    LayoutMissing = "layout_missing",
    /// The scanner's AIM identifier is missing though required.
    AimMissing = "aim_missing",
    /// The AIM identifier names no known symbology.
    UnknownSymbology = "unknown_symbology",
    /// Two scans arrived as one: the suffix between them was lost.
    GluedScans = "glued_scans",
    /// The bytes are no text in the declared or detected encoding.
    BadEncoding = "bad_encoding",
    /// The header row is not the declared one.
    BadHeader = "bad_header",
    /// No column or row of the analyte.
    AnalyteMissing = "analyte_missing",
    /// The same isotope appears in more than one column.
    AmbiguousColumn = "ambiguous_column",
    /// The column holds counts or ratios, not concentrations.
    NotConcentration = "not_concentration",
    /// The two isotopes disagree by more than the declared limit.
    IsotopeMismatch = "isotope_mismatch",
    /// The instrument's own quality control failed.
    QcFailed = "qc_failed",
    /// The analyst or the instrument marked the row as rejected.
    RejectedByLab = "rejected_by_lab",
    /// A character that must not reach the printer.
    ForbiddenCharacter = "forbidden_character",
    /// A parameter out of its range.
    BadParameter = "bad_parameter",
}

/// Why something read cannot be a reading: reason and explanation, without the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable name of the reason.
    pub reason: Reason,
    /// What was read, why it is refused, what to do.
    pub detail: String,
}

impl Refusal {
    /// Names a reason and explains it.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}
