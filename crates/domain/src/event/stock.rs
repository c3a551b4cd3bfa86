//! Waste stores, stock takes, labels and closed periods.

use serde::{Deserialize, Serialize};
use tl_ledger::Hash;

use super::common::{BlobRef, EntryRef, Portion, Uncertain};
use crate::code::{Code, CodeKind};
use crate::ids::{Analyte, BatchId, MaterialId, NodeId, OperatorId, PlaceId, SiteId};
use crate::quantity::{Basis, ContentUnit, DecimalText, Mass, Reading, Volume};
use crate::time::{Moment, Span};

/// Waste was put into store (HJ 1259 entry into the store's register).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WasteStore {
    /// The batch of waste.
    pub batch: BatchId,
    /// Where it lies.
    pub place: PlaceId,
    /// Waste code (国家危险废物名录).
    pub waste_code: String,
    /// Number and type of containers, as the register has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containers: Option<String>,
    /// 数字识别码 of the national system, bound by scanning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_code: Option<String>,
}

/// Waste was disposed of or used on the spot: the substance ends in this node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WasteDispose {
    /// What of which batch.
    pub portion: Portion,
    /// Node where it was disposed of.
    pub node: NodeId,
    /// How, as the permit names it (利用处置方式代码).
    pub method: String,
}

/// How a stock was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockMethod {
    /// 测堆: surveyed pile.
    Pile,
    /// 罐位: level and table.
    Level,
    /// 清点: counted and weighed.
    Count,
    /// 估算.
    Estimate,
    /// Last cleaned-out value of unmeasured in-process stock; never 0.
    Carried,
}

/// One line of a stock take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockLine {
    /// What lies there.
    pub material: MaterialId,
    /// Where within the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceId>,
    /// Which batch, for counted items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// How it was measured.
    pub method: StockMethod,
    /// Mass found; absent for solutions by volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<Mass>,
    /// Volume found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
    /// Moisture in per cent, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moisture: Option<Reading>,
    /// Content of the substance, when this line has one of its own; a stock sample wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<StockContent>,
    /// When this line was measured, if not at the reference moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_at: Option<Moment>,
    /// Components; empty means class data of the method.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
}

/// Content of a substance in a stock or in a line of a dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockContent {
    /// The substance.
    pub analyte: Analyte,
    /// The result with its qualifier.
    pub result: Reading,
    /// Its unit.
    pub unit: ContentUnit,
    /// Basis of a content per mass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// Measured inventory of a node, rolled to one moment (盘点基准时刻).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockTake {
    /// The node.
    pub node: NodeId,
    /// The reference moment.
    pub at: Moment,
    /// What was found; an empty list says that nothing was there.
    pub lines: Vec<StockLine>,
    /// The second person who signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<OperatorId>,
    /// Sheets and photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// A label was printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelPrint {
    /// What the label names.
    pub of: CodeKind,
    /// The code on it.
    pub code: Code,
    /// Number of copies.
    pub copies: u32,
    /// Where it was printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printer: Option<String>,
    /// Number of the first copy, counted over all prints of this code where it was printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// Why it was printed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Paper and version of the layout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// 数字识别码 that a hazardous waste label carries; scanned or imported, never made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_code: Option<String>,
}

impl LabelPrint {
    /// A print of which nothing more is known.
    #[must_use]
    pub fn new(of: CodeKind, code: Code, copies: u32) -> Self {
        Self {
            of,
            code,
            copies,
            printer: None,
            first: None,
            reason: None,
            template: None,
            national_code: None,
        }
    }
}

/// A balance period was closed with the figures as they stood (结账版).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodClose {
    /// The node; absent for a site or the enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// The site; absent for a node or the enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// From stock take to stock take.
    pub span: Span,
    /// Substance of the figures.
    pub substance: Analyte,
    /// Entries of the log below this index were in the books.
    pub size: u64,
    /// Root of the log at that size.
    pub root: Hash,
    /// Opening stock take entries.
    pub opening: Vec<EntryRef>,
    /// Closing stock take entries.
    pub closing: Vec<EntryRef>,
    /// Figures as reported: name and rounded text in grams.
    pub figures: Vec<(String, DecimalText)>,
    /// The second person who signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<OperatorId>,
}
