//! Quantities and other parts that many shapes share.

use utoipa::ToSchema;

use super::{choices, objects};

choices! {
    /// Wet or dry.
    Basis { Wet Dry }
    /// How long a source of error lasts.
    ErrorClass { Random ShortTerm LongTerm }
    /// What an amount rests on.
    FlowSource { Measured Calculated Estimated }
    /// What a label code names.
    CodeKind { Batch Sample Handover Place Command }
}

objects! {
    /// A mass as written: decimal text, unit `g`, `kg` or `t`.
    Mass { basis: Basis, unit: String, value: String, }
    /// A volume as written: decimal text, unit `L`, `m3` or `Nm3`.
    Volume { unit: String, value: String, }
    /// One source of error of a quantity: standard uncertainty (k = 1) in per cent.
    Component { key: String, class: ErrorClass, percent: String, }
    /// A node, and a place within it.
    Location { node: String, place: Option<String>, }
    /// Part of a batch.
    Portion { batch: String, amount: Take, }
    /// An entry by id and leaf hash.
    EntryRef { hash: String, id: String, }
    /// A file by its SHA-256.
    BlobRef { media: String, name: String, sha256: String, size: u64, }
    /// Raw bytes of a device, base64.
    Raw { base64: String, decoder: String, }
    /// Ticket of the weighbridge's software.
    TicketRef { number: String, software: String, }
    /// Half-open span, RFC 3339 with offset.
    Span { from: String, to: String, }
    /// Half-open span in microseconds since 1970.
    MicrosSpan { from: i64, to: i64, }
}

/// A qualified result; decimals are text.
#[derive(Debug, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Reading {
    /// A value.
    Value {
        /// The value as written.
        value: String,
    },
    /// Below a limit.
    Below {
        /// The limit.
        limit: String,
    },
    /// Not detected.
    NotDetected {
        /// Detection limit.
        lod: String,
    },
    /// Detected, below the quantification limit.
    DetectedBelowLoq {
        /// Detection limit.
        lod: String,
        /// Quantification limit.
        loq: String,
    },
    /// Not measured.
    NotMeasured,
}

/// How much is taken of a batch.
#[derive(Debug, ToSchema)]
#[serde(tag = "take", rename_all = "snake_case")]
pub enum Take {
    /// All that is left.
    All,
    /// A weighed part.
    Part {
        /// The part.
        mass: Mass,
    },
}

/// Mass or volume.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Mass with its basis.
    Mass(Mass),
    /// Volume.
    Volume(Volume),
}
