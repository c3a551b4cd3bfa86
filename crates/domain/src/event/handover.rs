//! Handovers: the shipper's half and the receiver's half, each in its own log.
//!
//! Both halves carry one code; the later one adds the other's hash when it has it. A missing
//! partner never blocks: one half stands alone with an open task.

use serde::{Deserialize, Serialize};

use super::common::{BlobRef, EntryRef, Location, Portion, Raw, Uncertain};
use super::stock::StockContent;
use crate::code::Code;
use crate::ids::{BatchId, MaterialId, NodeId, PartyId, PlaceId};
use crate::quantity::{Mass, Reading};

/// What kind of paper goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverKind {
    /// 交接单: ore and products.
    Delivery,
    /// 联单: hazardous waste.
    Manifest,
}

/// One line of a dispatch, at the shipper's values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchLine {
    /// Number of the line, from 1.
    pub line: u32,
    /// What it is.
    pub material: MaterialId,
    /// From a batch …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portion: Option<Portion>,
    /// … or from a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceId>,
    /// Mass as shipped.
    pub mass: Mass,
    /// Moisture in per cent, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moisture: Option<Reading>,
    /// Contents as the shipper knows them: what this discloses is the shipper's own choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<StockContent>,
    /// Waste code (国家危险废物名录).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waste_code: Option<String>,
    /// Number of containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containers: Option<u32>,
    /// Components; empty means class data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
}

/// The shipper's half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverDispatch {
    /// Code of the handover, the same in both halves.
    pub code: Code,
    /// What kind of paper.
    pub kind: HandoverKind,
    /// 国家联单编号, for hazardous waste.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_number: Option<String>,
    /// Node it leaves.
    pub from: NodeId,
    /// Receiver; absent when it is not in this system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PartyId>,
    /// Carrier, when it is a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<PartyId>,
    /// What is on it.
    pub lines: Vec<DispatchLine>,
    /// Papers and photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// What the receiver decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// All of it is taken.
    Accept,
    /// Some lines or parts are refused.
    Part,
    /// All of it goes back.
    Refuse,
}

/// One line as received, at the receiver's values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveLine {
    /// Number of the dispatch's line.
    pub line: u32,
    /// What was taken.
    pub mass: Mass,
    /// What it is in the receiver's words, when no batch of its own says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    /// What was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Mass>,
    /// The receiver's own batch, already registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// Components; empty means class data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
}

/// The receiver's half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverReceive {
    /// Code of the handover.
    pub code: Code,
    /// Shipper.
    pub from: PartyId,
    /// The shipper's half, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<EntryRef>,
    /// Where it was unloaded.
    pub location: Location,
    /// The decision.
    pub decision: Decision,
    /// Reason of a refusal or difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was received.
    pub lines: Vec<ReceiveLine>,
    /// What the scanner read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// Papers and photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}
