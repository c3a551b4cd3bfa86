//! Rows of flows and of stocks: what moved, what lies where, what was found, what was closed.

use serde::{Deserialize, Serialize};

use crate::event::{FindingResolve, FlowSource, StockLine};
use crate::ids::{
    Analyte, BatchId, EntryId, MaterialId, MeterId, NodeId, OperatorId, PartyId, PlaceId, SiteId,
    StreamId,
};
use crate::quantity::{Component, DecimalText, DryMass, Reading, WetMass};
use crate::time::Micros;

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// Beyond the fence; the partner when known.
    Outside {
        /// Partner, when it is a party.
        party: Option<PartyId>,
    },
    /// In a node: lying in a place or as labelled batches.
    Held {
        /// The node.
        node: NodeId,
        /// The place, when it lies in one.
        place: Option<PlaceId>,
    },
    /// In a node's process: neither batch nor place.
    Process {
        /// The node.
        node: NodeId,
    },
    /// There when the books were opened.
    Opening,
    /// Not known: the master is missing.
    Unknown,
}

impl End {
    /// The node, for ends within the party.
    #[must_use]
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Held { node, .. } | Self::Process { node } => Some(node),
            Self::Outside { .. } | Self::Opening | Self::Unknown => None,
        }
    }
}

/// What kind of movement a flow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// A batch came over the fence.
    Arrival,
    /// A batch was there at the opening of the books.
    Opening,
    /// A batch went from node to node.
    Move,
    /// A batch, or part of it, went into a place.
    Put,
    /// Material was drawn from a place.
    Draw,
    /// A run took it.
    Consume,
    /// A run made it.
    Produce,
    /// It left with a handover.
    Dispatch,
    /// A stream carried it.
    Stream,
    /// It was disposed of.
    Dispose,
    /// Part of a batch became another batch.
    Relabel,
    /// A closed batch had this much more (positive) or less left than the books said.
    Difference,
}

/// A movement of material with its evidence; the terms of every balance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowRow {
    /// Batch or entry whose facts give this row.
    pub owner: EntryId,
    /// Number within the owner, from 0.
    pub line: u32,
    /// What kind of movement.
    pub kind: FlowKind,
    /// Where it began.
    pub from: End,
    /// Where it ended.
    pub to: End,
    /// Declared stream.
    pub stream: Option<StreamId>,
    /// What it was; absent when the master is missing.
    pub material: Option<MaterialId>,
    /// The batch, when it was one.
    pub batch: Option<BatchId>,
    /// Beginning of the span; equal to `until` for a moment.
    pub since: Micros,
    /// End of the span (half-open) or the moment.
    pub until: Micros,
    /// Wet mass in grams, when it is known.
    pub wet: Option<WetMass>,
    /// Dry mass in grams where the entry itself was on dry basis.
    pub dry: Option<DryMass>,
    /// Volume in cubic metres, for water and gas.
    pub volume: Option<DecimalText>,
    /// Moisture in per cent as entered; an assay of moisture wins.
    pub moisture: Option<Reading>,
    /// Density in t/m³ as entered, for a volume whose contents are per mass.
    pub density: Option<DecimalText>,
    /// What the amount rests on.
    pub source: FlowSource,
    /// Whether it goes back into the process (返料).
    pub returned: bool,
    /// Meter that gave the amount.
    pub meter: Option<MeterId>,
    /// Calibration block of the meter.
    pub calibration: Option<String>,
    /// Components as entered; empty means class data.
    pub uncertainty: Vec<Component>,
    /// Entries that this row rests on, the giving one first.
    pub evidence: Vec<EntryId>,
}

/// Book stock of a node by place and material: the sum of flows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldingRow {
    /// The node.
    pub node: NodeId,
    /// The place within it; absent for labelled batches.
    pub place: Option<PlaceId>,
    /// The material.
    pub material: MaterialId,
    /// Wet grams; below zero until the next stock take (账面负库存).
    pub wet: WetMass,
}

/// A stock take of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockTakeRow {
    /// Its entry.
    pub entry: EntryId,
    /// The node.
    pub node: NodeId,
    /// The reference moment.
    pub at: Micros,
    /// What was found.
    pub lines: Vec<StockLine>,
    /// The second person who signs.
    pub witness: Option<OperatorId>,
}

/// A closed period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeriodRow {
    /// Its entry.
    pub entry: EntryId,
    /// The node; absent for a site or the enterprise.
    pub node: Option<NodeId>,
    /// The site; absent for a node or the enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Beginning.
    pub since: Micros,
    /// End.
    pub until: Micros,
    /// Substance.
    pub substance: Analyte,
    /// Entries below this index were in the books.
    pub size: u64,
    /// Figures as reported.
    pub figures: Vec<(String, DecimalText)>,
}

/// What an alarm turned out to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolutionRow {
    /// Its entry.
    pub entry: EntryId,
    /// Index of the entry: resolutions apply in this order.
    pub index: u64,
    /// What it says.
    pub resolve: FindingResolve,
}
