//! Samples, assays and monitors.

use serde::{Deserialize, Serialize};

use super::common::{BlobRef, EntryRef, Location, Raw, Uncertain};
use super::lab::LabRecord;
use crate::code::Code;
use crate::ids::{Analyte, AssayId, BatchId, MeterId, MethodId, OperatorId, PartyId, SampleId};
use crate::ids::{MaterialId, StreamId};
use crate::quantity::{Basis, ContentUnit, DecimalText, Reading};
use crate::time::{Moment, Span};

/// A batch's share in a composite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleShare {
    /// The batch.
    pub batch: BatchId,
    /// Its weight in the composite (dry mass); equal shares when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<DecimalText>,
}

/// What a sample stands for; its assay values all members with one error key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SampleSubject {
    /// One batch, or several in a composite (组合样).
    Batches(Vec<SampleShare>),
    /// A stream over a span.
    Stream {
        /// The stream.
        stream: StreamId,
        /// The span that it stands for.
        span: Span,
    },
    /// Material lying in a node or place at a moment.
    Stock {
        /// Where.
        location: Location,
        /// What.
        material: MaterialId,
        /// When.
        at: Moment,
    },
}

/// A sample was taken; its id is this entry's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleTake {
    /// Label code of the pot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// What it stands for.
    pub subject: SampleSubject,
    /// Number of increments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increments: Option<u32>,
    /// Name of the sample at the laboratory, for matching its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab_name: Option<String>,
    /// Who took it, when not the entry's operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampler: Option<OperatorId>,
    /// What the scanner read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
}

/// Why an assay was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 过程.
    Process,
    /// 进厂.
    Receiving,
    /// 结算: commercial; never replaces a measurement in MUF or SRD.
    Settlement,
    /// 仲裁.
    Umpire,
    /// 自行监测.
    SelfMonitoring,
    /// 执法监测.
    Enforcement,
    /// 比对.
    Comparison,
}

/// How final a result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 暂估.
    Estimate,
    /// 初报.
    Preliminary,
    /// 终报.
    Final,
    /// 仲裁.
    Umpire,
}

/// Whose sample it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The party's own.
    Own,
    /// The supplier's.
    Supplier,
    /// The buyer's.
    Buyer,
    /// A third party's.
    Third,
}

/// One determined property of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Determination {
    /// What was determined: `Tl`, `Cd`, `moisture`, `density`.
    pub analyte: Analyte,
    /// The result with its qualifier.
    pub result: Reading,
    /// Unit of the result and its limits.
    pub unit: ContentUnit,
    /// Basis of a content per mass; absent for contents per volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodId>,
    /// Components; empty means the method's class data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertainty: Uncertain,
}

/// A laboratory's own checks of the series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityControl {
    /// What was checked: `blank`, `duplicate`, `spike`, `reference`, `drift`, `curve`,
    /// `internal_standard`.
    pub check: String,
    /// Whether it met the method's limit.
    pub passed: bool,
    /// The figure, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Explanation by the technical lead when it was not met (偏离说明).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
}

/// A laboratory's report on one sample; its id is this entry's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssayReport {
    /// The sample.
    pub sample: SampleId,
    /// Why it was made.
    pub purpose: Purpose,
    /// How final it is.
    pub standing: Standing,
    /// Whose sample it is.
    pub side: Side,
    /// Laboratory, when it is a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<PartyId>,
    /// Number of the report (报告编号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_number: Option<String>,
    /// CMA certificate number of the laboratory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cma_number: Option<String>,
    /// Who analysed it, when not the entry's operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analyst: Option<OperatorId>,
    /// The results.
    pub determinations: Vec<Determination>,
    /// The series' checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quality: Vec<QualityControl>,
    /// How the laboratory came to it, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Box<LabRecord>>,
    /// The instrument's line, or the beginning of its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// The instrument's file or the report's PDF.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// What the reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    /// The result stands.
    Accept,
    /// It goes back to the analyst.
    Return,
}

/// A second person reviewed an assay; analyst ≠ reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssayReview {
    /// The assay.
    pub assay: AssayId,
    /// Its entry, so that the review covers these very bytes.
    pub target: EntryRef,
    /// The decision.
    pub decision: ReviewDecision,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One value of an online monitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitorValue {
    /// What was measured.
    pub analyte: Analyte,
    /// The value with its qualifier.
    pub result: Reading,
    /// Its unit.
    pub unit: ContentUnit,
    /// HJ 212 data flag: only `N` counts.
    pub flag: String,
}

/// An outlet's monitor, per hour or per alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitorReading {
    /// The outlet's stream.
    pub stream: StreamId,
    /// What the values stand for.
    pub span: Span,
    /// The values.
    pub values: Vec<MonitorValue>,
    /// The monitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    /// The telegram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
}
