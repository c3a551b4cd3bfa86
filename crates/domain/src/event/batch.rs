//! Batches and places: counted or weighed portions, and the piles and tanks they go into.

use serde::{Deserialize, Serialize};

use super::common::{BlobRef, EntryRef, Location, Portion, Raw, TicketRef, Uncertain};
use crate::code::Code;
use crate::ids::{BatchId, MaterialId, MeterId, NodeId, PartyId, PlaceId, StreamId};
use crate::quantity::{Mass, Reading};

/// Where a batch comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It came in over the fence.
    Arrival,
    /// A node made it.
    Production,
    /// Part of another batch.
    Split,
    /// Made of parts of others.
    Blend,
    /// It was there when the books were opened (开账盘点).
    Opening,
}

/// What the papers say before anything is weighed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// 申报净重.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<Mass>,
    /// The supplier's or mine's own name for the lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
}

/// A batch begins; its id is this entry's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchRegister {
    /// Label code, when one is stuck on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// What it is made of.
    pub material: MaterialId,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it is.
    pub location: Location,
    /// The stream by which it came, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamId>,
    /// Party that delivered it, when it is one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<PartyId>,
    /// The shipper's dispatch entry, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<EntryRef>,
    /// What the papers say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Declared>,
    /// Mass where it is known without a weighing entry of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<Mass>,
    /// Moisture in per cent of the wet mass, when known; an assay of moisture wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moisture: Option<Reading>,
    /// Components of the mass given here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
    /// Batches it is made of (origin split or blend).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<BatchId>,
    /// Ticket of the weighbridge's software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketRef>,
    /// What the scanner read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// Photos and papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// A batch was weighed; the last weighing counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchWeigh {
    /// The batch.
    pub batch: BatchId,
    /// Gross mass (毛重).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross: Option<Mass>,
    /// Tare (皮重).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tare: Option<Mass>,
    /// Net mass: what counts.
    pub net: Mass,
    /// Moisture in per cent, when read in the same step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moisture: Option<Reading>,
    /// The scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    /// Calibration block of the scale: key of the short-term error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<String>,
    /// Reason, when the figure was typed and not read from a scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<String>,
    /// Ticket of the weighbridge's software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketRef>,
    /// Components; empty means the scale's class data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
    /// What the scale sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// Photos and papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// A whole batch went to another node or place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchMove {
    /// The batch.
    pub batch: BatchId,
    /// Where it is now.
    pub to: Location,
    /// The stream it went by, when declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamId>,
}

/// Parts of one batch became batches, each registered with origin `split`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchSplit {
    /// The batch that is split.
    pub batch: BatchId,
    /// The new batches with the amount that each took.
    pub parts: Vec<Portion>,
}

/// Parts of batches became one batch, registered with origin `blend`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchBlend {
    /// The batch that results.
    pub batch: BatchId,
    /// What went into it.
    pub inputs: Vec<Portion>,
}

/// A batch was registered by mistake: it never existed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchVoid {
    /// The batch.
    pub batch: BatchId,
    /// Why, in words.
    pub reason: String,
}

/// A batch, or part of it, was emptied into a place; its label ends there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorePut {
    /// The batch and how much of it.
    pub portion: Portion,
    /// The place.
    pub place: PlaceId,
}

/// Material was drawn from a place, by belt scale or loader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreDraw {
    /// The place.
    pub place: PlaceId,
    /// How much.
    pub mass: Mass,
    /// Node that takes it; absent when it goes into a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NodeId>,
    /// Stream it went by, when declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamId>,
    /// Batch that was filled from the place, already registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// The belt scale or loader scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    /// Components; empty means the meter's class data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
}
