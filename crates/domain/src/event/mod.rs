//! Entries and their kinds: what is signed (DESIGN §6). The format is final.
//!
//! An entry is a fact that has happened. Reading refuses only what can't be a fact: wrong form or
//! an unknown unit. A kind that this version does not know is kept as it is (`Body::Unknown`) and
//! projected after an upgrade. Bodies refuse unknown members: a misspelt member must not be lost
//! silently; a new member needs a new `v`.

mod assay;
mod batch;
mod case;
mod common;
mod evidence;
mod finding;
mod handover;
mod key;
mod lab;
mod master;
mod policy;
mod process;
mod shift;
mod stock;
mod tree;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tl_ledger::Hash;
use tl_ledger::canonical::{self, NotRepresentable};

pub use assay::{
    AssayReport, AssayReview, Determination, MonitorReading, MonitorValue, Purpose, QualityControl,
    ReviewDecision, SampleShare, SampleSubject, SampleTake, Side, Standing,
};
pub use batch::{
    BatchBlend, BatchMove, BatchRegister, BatchSplit, BatchVoid, BatchWeigh, Declared, Origin,
    StoreDraw, StorePut,
};
pub use case::{
    FindingClose, FindingExplain, FindingName, FindingOpen, FindingOutcome, FindingReturn,
};
pub use common::{
    Amount, Attest, BlobRef, Clock, ClockState, EntryRef, Location, Portion, RAW_BYTES_MAX, Raw,
    Take, TicketRef, Uncertain,
};
pub use evidence::EvidenceAdd;
pub use finding::{FindingResolve, ResolutionEvidence, ResolutionFact};
pub use handover::{
    Decision, DispatchLine, HandoverDispatch, HandoverKind, HandoverReceive, ReceiveLine,
};
pub use key::{EpochOpen, EpochReason, KeyEnrol, KeyRevoke, KeyRole, LogOpen, PartyKind};
pub use lab::{
    Allowed, CheckKind, Conditions, Insert, LabRecord, PlanApprove, Proficiency, ProficiencyKind,
    QualityLimits, SampleSubmit, SampledBy, SeriesRules, Signed, SubmitLine, Unjudged, Working,
    WorkingOf,
};
pub use master::{
    Certificate, DefaultContent, DeviceCommission, Endpoint, Master, MasterPut, MaterialClass,
    MaterialRecord, MeterKind, MeterRecord, MethodRecord, Mixing, NodeKind, NodeRecord, OpenRecord,
    PlaceRecord, SiteRecord, StreamRecord, StreamRole, WeightCheck,
};
pub use policy::{PolicyRecord, ThresholdRecord};
pub use process::{FlowReport, FlowSource, MeterReading, RunClose, RunOutput, RunStart};
pub use shift::ShiftHandover;
pub use stock::{
    LabelPrint, PeriodClose, StockContent, StockLine, StockMethod, StockTake, WasteDispose,
    WasteStore,
};
pub use tree::{ContinueReason, HEADS_MAX, LogContinue, LogHeads, PartyHead, TreeHead};

use crate::ids::{DeviceId, EntryId, OperatorId, PartyId};
use crate::time::Moment;

/// The entry version that this code writes and projects.
pub const VERSION: u32 = 1;

/// The signed payload: common fields and a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Common fields.
    pub head: Head,
    /// What happened.
    pub body: Body,
}

/// The common fields of every entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Version of the entry format.
    pub v: u32,
    /// Id of the entry.
    pub id: EntryId,
    /// The party whose log this entry belongs to.
    pub log: PartyId,
    /// Device or installation that signs.
    pub device: DeviceId,
    /// Counts the lives of a device: a restored or replaced box opens the next one.
    pub epoch: u64,
    /// Gapless number in the stream (log, device, epoch), from 1.
    pub dseq: u64,
    /// Leaf hash of the stream's previous entry; zeros for the first.
    pub prev: Hash,
    /// When it happened, by the device's clock; a claim, not a proof.
    pub observed_at: Moment,
    /// Who did it; absent for what a device did alone.
    pub operator: Option<OperatorId>,
    /// Version of the site's masters that the device had.
    pub snapshot: Option<u64>,
    /// Present when the device does not trust its clock.
    pub clock: Option<Clock>,
    /// The person's own signature, or the mark that the server attests.
    pub attest: Option<Attest>,
}

/// Why a payload is not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A common field is missing, unknown or malformed.
    #[error("entry: {0}")]
    Head(String),
    /// The body does not have the form of its kind.
    #[error("body of {kind}: {reason}")]
    Body {
        /// The kind.
        kind: String,
        /// What is wrong in it.
        reason: String,
    },
    /// The body holds a unit that is unknown.
    #[error("body of {kind}: {reason}")]
    UnknownUnit {
        /// The kind.
        kind: String,
        /// Which unit was read and which are known.
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    v: u32,
    id: EntryId,
    log: PartyId,
    device: DeviceId,
    epoch: u64,
    dseq: u64,
    prev: Hash,
    observed_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operator: Option<OperatorId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clock: Option<Clock>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attest: Option<Attest>,
    kind: String,
    body: Value,
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $variant:ident($body:ty) = $kind:literal,)+) => {
        /// What an entry says, by kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Body {
            $($(#[$doc])* $variant($body),)+
            /// A kind or version that this program does not know; kept as it is.
            Unknown {
                /// The kind as written.
                kind: String,
                /// The body as written.
                body: Value,
            },
        }

        impl Body {
            /// The kinds that this version projects.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The kind as signed.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $kind,)+
                    Self::Unknown { kind, .. } => kind,
                }
            }

            /// Reads a body of the kind given.
            ///
            /// # Errors
            /// `Body` or `UnknownUnit` when the body has not the form of its kind.
            pub fn read(kind: &str, body: Value) -> Result<Self, EntryError> {
                match kind {
                    $($kind => serde_json::from_value(body)
                        .map(Self::$variant)
                        .map_err(|e| body_error(kind, &e)),)+
                    _ => Ok(Self::Unknown { kind: kind.to_owned(), body }),
                }
            }

            /// The files that the body names.
            #[must_use]
            pub fn blobs(&self) -> &[BlobRef] {
                match self {
                    Self::BatchRegister(body) => &body.blobs,
                    Self::BatchWeigh(body) => &body.blobs,
                    Self::FlowReport(body) => &body.blobs,
                    Self::AssayReport(body) => &body.blobs,
                    Self::HandoverDispatch(body) => &body.blobs,
                    Self::HandoverReceive(body) => &body.blobs,
                    Self::StockTake(body) => &body.blobs,
                    Self::DeviceCommission(body) => &body.blobs,
                    Self::FindingResolve(body) => &body.blobs,
                    Self::EvidenceAdd(body) => &body.blobs,
                    Self::FindingExplain(body) => &body.blobs,
                    _ => &[],
                }
            }

            /// The body as a JSON value.
            #[must_use]
            pub fn to_value(&self) -> Value {
                match self {
                    $(Self::$variant(body) => serde_json::to_value(body)
                        .expect("bodies hold text, integers and lists"),)+
                    Self::Unknown { body, .. } => body.clone(),
                }
            }
        }

        $(impl From<$body> for Body {
            fn from(body: $body) -> Self {
                Self::$variant(body)
            }
        })+
    };
}

bodies! {
    /// Entry 0 of a log.
    LogOpen(LogOpen) = "log.open",
    /// A device's or person's key becomes valid from this entry on.
    KeyEnrol(KeyEnrol) = "key.enrol",
    /// A key is no longer valid.
    KeyRevoke(KeyRevoke) = "key.revoke",
    /// A device begins a new epoch.
    EpochOpen(EpochOpen) = "epoch.open",
    /// A log goes on in a new tree after a restore.
    LogContinue(LogContinue) = "log.continue",
    /// Newest heads of the logs of a bureau's area.
    LogHeads(LogHeads) = "log.heads",
    /// A master record in a new version.
    MasterPut(MasterPut) = "master.put",
    /// A device was checked against a known value and declared.
    DeviceCommission(DeviceCommission) = "device.commission",
    /// A batch begins.
    BatchRegister(BatchRegister) = "batch.register",
    /// A batch was weighed.
    BatchWeigh(BatchWeigh) = "batch.weigh",
    /// A batch went to another node.
    BatchMove(BatchMove) = "batch.move",
    /// Parts of a batch became batches.
    BatchSplit(BatchSplit) = "batch.split",
    /// Parts of batches became one batch.
    BatchBlend(BatchBlend) = "batch.blend",
    /// A batch was registered by mistake.
    BatchVoid(BatchVoid) = "batch.void",
    /// A batch was emptied into a place.
    StorePut(StorePut) = "store.put",
    /// Material was drawn from a place.
    StoreDraw(StoreDraw) = "store.draw",
    /// What a stream carried in a span.
    FlowReport(FlowReport) = "flow.report",
    /// A run began and took its inputs.
    RunStart(RunStart) = "run.start",
    /// A run ended with its outputs.
    RunClose(RunClose) = "run.close",
    /// A sample was taken.
    SampleTake(SampleTake) = "sample.take",
    /// A laboratory reports.
    AssayReport(AssayReport) = "assay.report",
    /// A second person reviewed a report.
    AssayReview(AssayReview) = "assay.review",
    /// Samples went to an outside laboratory (送样单).
    SampleSubmit(SampleSubmit) = "sample.submit",
    /// A second person decided about a version of an assay plan.
    PlanApprove(PlanApprove) = "plan.approve",
    /// The shipper's half of a handover.
    HandoverDispatch(HandoverDispatch) = "handover.dispatch",
    /// The receiver's half of a handover.
    HandoverReceive(HandoverReceive) = "handover.receive",
    /// Waste was put into store.
    WasteStore(WasteStore) = "waste.store",
    /// Waste was disposed of on the spot.
    WasteDispose(WasteDispose) = "waste.dispose",
    /// Measured inventory of a node.
    StockTake(StockTake) = "stock.take",
    /// An online monitor's values.
    MonitorReading(MonitorReading) = "monitor.reading",
    /// A label was printed.
    LabelPrint(LabelPrint) = "label.print",
    /// A balance period was closed.
    PeriodClose(PeriodClose) = "period.close",
    /// An alarm of the balance was looked into.
    FindingResolve(FindingResolve) = "finding.resolve",
    /// A bureau asks an enterprise to explain a finding.
    FindingOpen(FindingOpen) = "finding.open",
    /// An enterprise explains a finding.
    FindingExplain(FindingExplain) = "finding.explain",
    /// A bureau sends an explanation back.
    FindingReturn(FindingReturn) = "finding.return",
    /// A bureau closes a finding.
    FindingClose(FindingClose) = "finding.close",
    /// A shift was handed over.
    ShiftHandover(ShiftHandover) = "shift.handover",
    /// What earlier entries rest on.
    EvidenceAdd(EvidenceAdd) = "evidence.add",
    /// An earlier entry is replaced or withdrawn.
    Supersede(Supersede) = "supersede",
}

/// Replaces or withdraws an earlier entry of the same log; both stay visible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supersede {
    /// The entry that is replaced, by id and leaf hash; always an original, never a supersede.
    pub target: EntryRef,
    /// Why, in words.
    pub reason: String,
    /// Who approved the correction.
    pub approved_by: OperatorId,
    /// A body of the target's kind, or null to withdraw it.
    pub replacement: Option<Value>,
}

fn body_error(kind: &str, error: &serde_json::Error) -> EntryError {
    let (kind, reason) = (kind.to_owned(), error.to_string());
    if reason.starts_with("unknown unit") {
        EntryError::UnknownUnit { kind, reason }
    } else {
        EntryError::Body { kind, reason }
    }
}

impl Entry {
    /// Reads a canonical payload (form was checked by the envelope).
    ///
    /// # Errors
    /// `EntryError`: what is wrong and in which member.
    pub fn read(payload: &[u8]) -> Result<Self, EntryError> {
        let payload: Payload =
            serde_json::from_slice(payload).map_err(|e| EntryError::Head(e.to_string()))?;
        if payload.epoch == 0 || payload.dseq == 0 {
            return Err(EntryError::Head("epoch and dseq begin at 1".to_owned()));
        }
        if !payload.body.is_object() {
            return Err(EntryError::Head("body must be an object".to_owned()));
        }
        let body = if payload.v == VERSION {
            Body::read(&payload.kind, payload.body)?
        } else {
            Body::Unknown { kind: payload.kind, body: payload.body }
        };
        let head = Head {
            v: payload.v,
            id: payload.id,
            log: payload.log,
            device: payload.device,
            epoch: payload.epoch,
            dseq: payload.dseq,
            prev: payload.prev,
            observed_at: payload.observed_at,
            operator: payload.operator,
            snapshot: payload.snapshot,
            clock: payload.clock,
            attest: payload.attest,
        };
        Ok(Self { head, body })
    }

    /// The canonical payload: what is signed.
    ///
    /// # Errors
    /// `NotRepresentable` when an unknown body holds fractions or is nested too deeply.
    pub fn to_payload(&self) -> Result<Vec<u8>, NotRepresentable> {
        let head = self.head.clone();
        canonical::to_vec(&Payload {
            v: head.v,
            id: head.id,
            log: head.log,
            device: head.device,
            epoch: head.epoch,
            dseq: head.dseq,
            prev: head.prev,
            observed_at: head.observed_at,
            operator: head.operator,
            snapshot: head.snapshot,
            clock: head.clock,
            attest: head.attest,
            kind: self.body.kind().to_owned(),
            body: self.body.to_value(),
        })
    }
}
