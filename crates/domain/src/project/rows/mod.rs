//! The rows of the projections. Each carries its key and what screens and the balance need.
//!
//! Rows are plain data: masses in grams as exact decimals, times in microseconds since 1970. A row
//! is a pure function of facts of one log; it holds no time of projecting and no global number.

mod assay;
mod batch;
mod finding;
mod flow;
mod fold;
mod handover;
mod lab;
mod party;

pub use assay::{AssayRow, MonitorRow, Review, SampleRow};
pub use batch::{BatchRow, BatchState, CodeRow, RunRow};
pub use finding::{FindingRow, FindingStep};
pub use flow::{End, FlowKind, FlowRow, HoldingRow, PeriodRow, ResolutionRow, StockTakeRow};
pub use fold::{FOLDED_WHOLE_MAX, FoldRow, Measured};
pub use handover::{HandoverHalf, HandoverRow};
pub use lab::{PlanRow, SubmissionRow};
pub use party::{KeyRow, MasterRow, TaskRow};

use super::verdict::Verdict;
use crate::ids::{EntryId, MaterialId, NodeId, PlaceId};

/// The tables of the projections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Batches.
    Batch,
    /// Where long folds of batches stand.
    Fold,
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
    /// Resolutions of alarms.
    Resolution,
    /// Records about findings.
    Finding,
    /// Submission sheets.
    Submission,
    /// Approved assay plans.
    Plan,
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
    /// Folds.
    Fold(FoldRow),
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
    /// Resolutions of alarms.
    Resolution(ResolutionRow),
    /// Records about findings.
    Finding(FindingRow),
    /// Submission sheets.
    Submission(SubmissionRow),
    /// Approved assay plans.
    Plan(PlanRow),
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
    pub fn task(object: &str, verdict: Verdict) -> Self {
        Self::new(Table::Task, format!("{}/{object}", verdict.code()))
    }
}

impl Row {
    /// The key of this row.
    #[must_use]
    pub fn key(&self) -> RowKey {
        match self {
            Self::Batch(row) => RowKey::new(Table::Batch, row.id),
            Self::Fold(row) => RowKey::new(Table::Fold, row.id),
            Self::Flow(row) => RowKey::flow(row.owner, row.line),
            Self::Holding(row) => RowKey::holding(&row.node, row.place.as_ref(), &row.material),
            Self::Run(row) => RowKey::new(Table::Run, row.id),
            Self::Handover(row) => RowKey::new(Table::Handover, row.entry),
            Self::Sample(row) => RowKey::new(Table::Sample, row.id),
            Self::Assay(row) => RowKey::new(Table::Assay, row.id),
            Self::StockTake(row) => RowKey::new(Table::StockTake, row.entry),
            Self::Monitor(row) => RowKey::new(Table::Monitor, row.entry),
            Self::Period(row) => RowKey::new(Table::Period, row.entry),
            Self::Resolution(row) => RowKey::new(Table::Resolution, row.entry),
            Self::Finding(row) => RowKey::new(Table::Finding, row.entry),
            Self::Submission(row) => RowKey::new(Table::Submission, row.entry),
            Self::Plan(row) => RowKey::new(Table::Plan, &row.id),
            Self::Master(row) => RowKey::master(row.record.what(), row.record.id()),
            Self::Code(row) => RowKey::new(Table::Code, row.code.as_str()),
            Self::Key(row) => RowKey::new(Table::Key, &row.key),
            Self::Task(row) => RowKey::task(&row.object, row.verdict),
        }
    }
}
