//! Continuous streams and runs.

use serde::{Deserialize, Serialize};

use super::common::{Amount, BlobRef, Location, Portion, Raw, Uncertain};
use crate::ids::{BatchId, MeterId, NodeId, RunId, StreamId};
use crate::quantity::{DecimalText, Mass, Reading};
use crate::time::{Moment, Span};

/// A totaliser or level at both ends of a span, in the meter's own unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterReading {
    /// At the start of the span.
    pub start: DecimalText,
    /// At its end.
    pub end: DecimalText,
}

/// What an amount rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowSource {
    /// Read from a meter or scale.
    Measured,
    /// Calculated from other measured figures.
    Calculated,
    /// Somebody's estimate.
    Estimated,
}

/// What a stream carried in a span; an outlet's discharge is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowReport {
    /// The stream.
    pub stream: StreamId,
    /// When; usually a shift or a production day.
    pub span: Span,
    /// How much.
    pub amount: Amount,
    /// What the amount rests on.
    pub source: FlowSource,
    /// Moisture in per cent of a wet mass, when known; an assay of moisture wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moisture: Option<Reading>,
    /// Density in t/m³ of a volume whose contents are per mass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub density: Option<DecimalText>,
    /// Totaliser or level at both ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<MeterReading>,
    /// The meter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    /// Components; empty means the meter's class data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
    /// What the meter sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// Sheets and photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// A run began in a node and took its inputs; its id is this entry's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunStart {
    /// Where it runs.
    pub node: NodeId,
    /// What it took.
    pub inputs: Vec<Portion>,
    /// Name of the operation, as people call it.
    pub operation: String,
}

/// One output of a run: a batch that was registered before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunOutput {
    /// The batch.
    pub batch: BatchId,
    /// Its mass, when no weighing entry gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<Mass>,
    /// Whether it goes back into the process (返料): not counted twice.
    pub returned: bool,
    /// Where it was put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// A run ended: further inputs and all outputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunClose {
    /// The run.
    pub run: RunId,
    /// What it took besides the inputs at its start.
    pub inputs: Vec<Portion>,
    /// What it made.
    pub outputs: Vec<RunOutput>,
    /// When it ended, if not at the entry's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
}
