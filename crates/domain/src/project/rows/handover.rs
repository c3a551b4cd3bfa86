//! Rows of handovers: one for each half.

use serde::{Deserialize, Serialize};
use tl_ledger::Hash;

use crate::code::Code;
use crate::event::{Decision, DispatchLine, HandoverKind, ReceiveLine};
use crate::ids::{EntryId, NodeId, PartyId};
use crate::time::Micros;

/// Which half of a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverHalf {
    /// The shipper's.
    Dispatch,
    /// The receiver's.
    Receive,
}

/// One half of a handover, in the log of the party that wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandoverRow {
    /// Entry of this half.
    pub entry: EntryId,
    /// Leaf hash of that entry.
    pub hash: Hash,
    /// Which half.
    pub half: HandoverHalf,
    /// Code shared by both halves.
    pub code: Code,
    /// 交接单 or 联单; the receiver's half does not say.
    pub kind: Option<HandoverKind>,
    /// 国家联单编号.
    pub manifest_number: Option<String>,
    /// The other party.
    pub partner: Option<PartyId>,
    /// Node that it left or reached.
    pub node: NodeId,
    /// When.
    pub at: Micros,
    /// The receiver's decision.
    pub decision: Option<Decision>,
    /// Hash of the other half, when this one names it.
    pub other: Option<Hash>,
    /// Lines of a dispatch.
    pub shipped: Vec<DispatchLine>,
    /// Lines of a reception.
    pub received: Vec<ReceiveLine>,
}
