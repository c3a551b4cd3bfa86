//! The rows of the projections. Each carries its key and what screens and the balance need.
//!
//! Rows are plain data: masses in grams as exact decimals, times in microseconds since 1970. A row
//! is a pure function of facts of one log; it holds no time of projecting and no global number.

use serde::{Deserialize, Serialize};
use tl_ledger::{Hash, PublicKey};

use crate::code::{Code, CodeKind};
use crate::event::{
    Decision, Determination, DispatchLine, FlowSource, HandoverKind, KeyRole, Master, MonitorValue,
    Origin, Portion, Purpose, QualityControl, ReceiveLine, RunOutput, SampleSubject, Side,
    Standing, StockLine,
};
use crate::ids::{
    Analyte, AssayId, BatchId, DeviceId, EntryId, MaterialId, MeterId, NodeId, OperatorId, PartyId,
    PlaceId, RunId, SampleId, SiteId, StreamId,
};
use crate::quantity::{Component, DecimalText, Reading, WetMass};
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
    pub dry: Option<crate::quantity::DryMass>,
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

/// A sample and what it stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleRow {
    /// Id: that of its entry.
    pub id: SampleId,
    /// Code of its pot, when the claim holds.
    pub code: Option<Code>,
    /// The code belongs to another object.
    pub code_taken: bool,
    /// Name at the laboratory.
    pub lab_name: Option<String>,
    /// What it stands for; absent while its entry is missing.
    pub subject: Option<SampleSubject>,
    /// When it was taken.
    pub taken_at: Option<Micros>,
    /// Number of assays reported on it.
    pub assays: u32,
}

/// What the review said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Nobody reviewed it yet: provisional (初报).
    Pending,
    /// It stands.
    Accepted,
    /// It went back: it does not count.
    Returned,
}

/// A laboratory's report with its review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssayRow {
    /// Id: that of its entry.
    pub id: AssayId,
    /// The sample.
    pub sample: SampleId,
    /// What the sample stands for, when it is known.
    pub subject: Option<SampleSubject>,
    /// When it was reported.
    pub reported_at: Micros,
    /// Why it was made.
    pub purpose: Purpose,
    /// How final it is.
    pub standing: Standing,
    /// Whose sample it is.
    pub side: Side,
    /// Laboratory, when it is a party.
    pub lab: Option<PartyId>,
    /// Number of the report.
    pub report_number: Option<String>,
    /// Who analysed it.
    pub analyst: Option<OperatorId>,
    /// The review.
    pub review: Review,
    /// Whether a check of the series failed without an explanation.
    pub quality_failed: bool,
    /// The results.
    pub determinations: Vec<Determination>,
    /// The series' checks.
    pub quality: Vec<QualityControl>,
    /// Entries it rests on: the report, then reviews.
    pub evidence: Vec<EntryId>,
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

/// Values of an online monitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonitorRow {
    /// Its entry.
    pub entry: EntryId,
    /// The outlet's stream.
    pub stream: StreamId,
    /// Beginning of the span.
    pub since: Micros,
    /// End of the span.
    pub until: Micros,
    /// The values.
    pub values: Vec<MonitorValue>,
}

/// A closed period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeriodRow {
    /// Its entry.
    pub entry: EntryId,
    /// The node; absent for the enterprise.
    pub node: Option<NodeId>,
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

/// The newest version of a master record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MasterRow {
    /// The record.
    pub record: Master,
    /// Whether it is in use.
    pub active: bool,
    /// Entry that gave it.
    pub entry: EntryId,
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

/// A key of the party's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyRow {
    /// The key.
    pub key: PublicKey,
    /// Device that holds it.
    pub device: DeviceId,
    /// What it may sign.
    pub role: KeyRole,
    /// Site where the device stands.
    pub site: Option<SiteId>,
    /// Index of the entry that revoked it.
    pub revoked_at: Option<u64>,
}

/// Something that somebody has to look at; goes away when its cause does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// `noun:id` of the object concerned.
    pub object: String,
    /// What is odd.
    pub verdict: super::Verdict,
    /// Entry that showed it first.
    pub entry: EntryId,
    /// When that happened.
    pub since: Micros,
    /// How many entries show it.
    pub count: u64,
    /// Figures for the text, by name.
    pub detail: Vec<(String, String)>,
}

/// The tables of the projections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Batches.
    Batch,
    /// Flows.
    Flow,
    /// Book stock per node, place and material.
    Holding,
    /// Runs.
    Run,
    /// Halves of handovers.
    Handover,
    /// Samples.
    Sample,
    /// Assays.
    Assay,
    /// Stock takes.
    StockTake,
    /// Monitor readings.
    Monitor,
    /// Closed periods.
    Period,
    /// Master records.
    Master,
    /// Label codes.
    Code,
    /// Keys.
    Key,
    /// Open tasks.
    Task,
}

/// Names a row within one party's projections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The table.
    pub table: Table,
    /// The key within the table.
    pub key: String,
}

/// A row of any table.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Batches.
    Batch(BatchRow),
    /// Flows.
    Flow(FlowRow),
    /// Book stock.
    Holding(HoldingRow),
    /// Runs.
    Run(RunRow),
    /// Handovers.
    Handover(HandoverRow),
    /// Samples.
    Sample(SampleRow),
    /// Assays.
    Assay(AssayRow),
    /// Stock takes.
    StockTake(StockTakeRow),
    /// Monitor readings.
    Monitor(MonitorRow),
    /// Closed periods.
    Period(PeriodRow),
    /// Masters.
    Master(MasterRow),
    /// Codes.
    Code(CodeRow),
    /// Keys.
    Key(KeyRow),
    /// Tasks.
    Task(TaskRow),
}

impl RowKey {
    /// A key of a table.
    #[must_use]
    pub fn new(table: Table, key: impl ToString) -> Self {
        Self { table, key: key.to_string() }
    }

    /// Key of a flow: owner and line.
    #[must_use]
    pub fn flow(owner: EntryId, line: u32) -> Self {
        Self::new(Table::Flow, format!("{owner}/{line:04}"))
    }

    /// Key of a holding.
    #[must_use]
    pub fn holding(node: &NodeId, place: Option<&PlaceId>, material: &MaterialId) -> Self {
        let place = place.map_or("", PlaceId::as_str);
        Self::new(Table::Holding, format!("{node}/{place}/{material}"))
    }

    /// Key of a master record.
    #[must_use]
    pub fn master(what: &str, id: &str) -> Self {
        Self::new(Table::Master, format!("{what}/{id}"))
    }

    /// Key of a task.
    #[must_use]
    pub fn task(object: &str, verdict: super::Verdict) -> Self {
        Self::new(Table::Task, format!("{}/{object}", verdict.code()))
    }
}

impl Row {
    /// The key of this row.
    #[must_use]
    pub fn key(&self) -> RowKey {
        match self {
            Self::Batch(row) => RowKey::new(Table::Batch, row.id),
            Self::Flow(row) => RowKey::flow(row.owner, row.line),
            Self::Holding(row) => RowKey::holding(&row.node, row.place.as_ref(), &row.material),
            Self::Run(row) => RowKey::new(Table::Run, row.id),
            Self::Handover(row) => RowKey::new(Table::Handover, row.entry),
            Self::Sample(row) => RowKey::new(Table::Sample, row.id),
            Self::Assay(row) => RowKey::new(Table::Assay, row.id),
            Self::StockTake(row) => RowKey::new(Table::StockTake, row.entry),
            Self::Monitor(row) => RowKey::new(Table::Monitor, row.entry),
            Self::Period(row) => RowKey::new(Table::Period, row.entry),
            Self::Master(row) => RowKey::master(row.record.what(), row.record.id()),
            Self::Code(row) => RowKey::new(Table::Code, row.code.as_str()),
            Self::Key(row) => RowKey::new(Table::Key, &row.key),
            Self::Task(row) => RowKey::task(&row.object, row.verdict),
        }
    }
}
