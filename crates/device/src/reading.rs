//! What devices say, in one vocabulary: weights, scans, assays, and the reasons for refusals.
//! Serialised names are a contract with stored events and with the cases; add, never rename.
//! No rule of the plant lives here: a weight is what the scale said, not what may be accepted.

use std::collections::BTreeMap;

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
    /// A concentration measured by an online monitor.
    Water(Water),
    /// A discharged mass reported by an online monitor.
    WaterLoad(WaterLoad),
    /// A request of a host to a scale, seen on a tapped line.
    #[serde(rename = "command")]
    ScaleCommand(ScaleCommand),
    /// A command or notice of an online monitor that carries no measured value.
    #[serde(rename = "command")]
    MonitorCommand(MonitorCommand),
    /// A scale answered that it is there.
    Handshake(Handshake),
    /// Something a device says about itself.
    Info(Info),
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

impl Weight {
    /// A weight in range, without a tare.
    pub fn new(value: DecimalText, unit: MassUnit, mode: WeightMode) -> Self {
        Self { value, unit, mode, stable: None, status: WeightStatus::Ok, tare: None }
    }

    /// The same with the device's own word on stability.
    pub fn with_stable(self, stable: bool) -> Self {
        Self { stable: Some(stable), ..self }
    }
}

/// A request of a host to a scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScaleCommand {
    /// The address of the scale, A to Z.
    pub address: char,
    /// The command's letter.
    pub command: char,
}

/// The answer of a scale to a handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handshake {
    /// The address of the scale, A to Z.
    pub address: char,
}

/// A device's answer that is no measured value (serial number, version, state).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The command that was answered.
    pub command: String,
    /// What it says, without quotes.
    pub text: String,
}

/// A concentration from an online monitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Water {
    /// The monitor's id (MN).
    pub mn: String,
    /// The system (ST): 21 surface water, 32 a source's discharge.
    pub st: String,
    /// The command (CN): 2011 live, 2051 minutes, 2061 hour, 2031 day.
    pub cn: String,
    /// The pollutant's code.
    pub code: String,
    /// The chemical symbol.
    pub analyte: &'static str,
    /// `Rtd`, `Min`, `Avg` or `Max`.
    pub stat: &'static str,
    /// The value in ng/L.
    pub value_ng_per_l: DecimalText,
    /// The value and unit as sent, where the unit was converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_written: Option<String>,
    /// `DataTime` as sent, Beijing time: of the sample for 2011, the start of the span otherwise.
    pub data_time: String,
    /// The monitor's mark of the value.
    pub data_flag: Option<char>,
    /// True where the mark says that the monitor worked normally.
    pub usable: bool,
}

/// A mass discharged in a span, from an online monitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaterLoad {
    /// The monitor's id (MN).
    pub mn: String,
    /// The system (ST).
    pub st: String,
    /// The command (CN), which names the length of the span.
    pub cn: String,
    /// The pollutant's code.
    pub code: String,
    /// The chemical symbol.
    pub analyte: &'static str,
    /// The mass in mg.
    pub value_mg: DecimalText,
    /// `DataTime` as sent: the start of the span.
    pub data_time: String,
    /// The monitor's mark of the value.
    pub data_flag: Option<char>,
    /// True where the mark says that the monitor worked normally.
    pub usable: bool,
}

/// A command or notice between monitor and host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonitorCommand {
    /// The command's number (CN).
    pub cn: String,
    /// The request's stamp (QN): milliseconds, not unique.
    pub qn: Option<String>,
    /// The monitor's id (MN).
    pub mn: String,
    /// The command's parameters as sent.
    pub cp: BTreeMap<String, String>,
    /// True where the sender wants an answer.
    pub needs_reply: bool,
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
    /// What else the file or message says about the result.
    #[serde(flatten)]
    pub marks: Option<Box<AssayMarks>>,
    /// The row of the file, or the number of the result in its message, from 1.
    pub row: usize,
}

/// What a file or message says about a result beside its value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AssayMarks {
    /// The instrument's own mark of an abnormal result (ASTM field R.7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// The state of the result in the instrument's words (ASTM field R.9: F final, …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_status: Option<String>,
    /// The detection limit that was written beside the result, in the unit of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detection_limit: Option<String>,
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
    /// Neither manual nor profile tells whether the field holds the zero that is not weighed.
    AmbiguousDummyZero = "ambiguous_dummy_zero",
    /// The scale was not set to zero since it was switched on.
    NotZeroed = "not_zeroed",
    /// The device reports a fault of its own or says that it cannot answer now.
    DeviceError = "device_error",
    /// From or to another device than the declared one.
    WrongAddress = "wrong_address",
    /// Frames outside a session.
    NoSession = "no_session",
    /// A frame out of its order.
    BadSequence = "bad_sequence",
    /// The same piece again: acknowledged, kept once.
    Duplicate = "duplicate",
    /// A message that was never finished.
    IncompleteMessage = "incomplete_message",
    /// A result that names no sample.
    NoOrder = "no_order",
    /// Another edition of the standard than the declared one.
    WrongEdition = "wrong_edition",
    /// The key or its place on the keyboard has no character.
    UnknownKey = "unknown_key",
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
