//! Rows of batches, their codes and the runs that turn them into others.

use serde::{Deserialize, Serialize};

use crate::code::{Code, CodeKind};
use crate::event::{Origin, Portion, RunOutput};
use crate::ids::{BatchId, EntryId, MaterialId, NodeId, PartyId, PlaceId, RunId};
use crate::quantity::{Reading, WetMass};
use crate::time::Micros;

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Named by an entry, but its registration is not in the log.
    Missing,
    /// Something is left of it.
    Open,
    /// All of it was taken.
    Closed,
    /// Registered by mistake.
    Void,
}

/// A batch with what is left of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRow {
    /// Id: that of its register entry.
    pub id: BatchId,
    /// Code on its label, when the claim holds.
    pub code: Option<Code>,
    /// The code belongs to another object: a new label is needed.
    pub code_taken: bool,
    /// Material; absent while the registration is missing.
    pub material: Option<MaterialId>,
    /// Where it comes from.
    pub origin: Option<Origin>,
    /// Node where it is.
    pub node: Option<NodeId>,
    /// Place within the node.
    pub place: Option<PlaceId>,
    /// Party that delivered it.
    pub supplier: Option<PartyId>,
    /// When it was registered (observed).
    pub registered_at: Option<Micros>,
    /// Mass that counts: the last weighing, else the registration's.
    pub wet: Option<WetMass>,
    /// What is left; negative after an overdraw.
    pub left: Option<WetMass>,
    /// Moisture in per cent as entered with the batch; an assay of moisture wins over it.
    pub moisture: Option<Reading>,
    /// Where it stands.
    pub state: BatchState,
    /// Run that made it.
    pub run: Option<RunId>,
    /// Batches it was made of by splitting or blending.
    pub parents: Vec<BatchId>,
    /// Ticket number of the weighbridge, for searching.
    pub ticket: Option<String>,
}

/// A run with its inputs and outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Id: that of its start entry.
    pub id: RunId,
    /// Node; absent while its start is missing.
    pub node: Option<NodeId>,
    /// Name of the operation.
    pub operation: Option<String>,
    /// When it began.
    pub started_at: Option<Micros>,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// What it took.
    pub inputs: Vec<Portion>,
    /// What it made.
    pub outputs: Vec<RunOutput>,
}

/// Who owns a label code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeRow {
    /// The code.
    pub code: Code,
    /// What it names.
    pub kind: CodeKind,
    /// Entry that claimed it first.
    pub owner: EntryId,
}
