//! What a laboratory declares and records: series templates with their limits, evidence of its
//! proficiency, how a result was worked out, submission sheets, approvals of assay plans.
//!
//! Invariant: limits and templates stand in the method's record, never in code, and every figure is
//! decimal text as it was written. Persons are opaque ids; names on an outside laboratory's paper
//! stay on the paper. This file holds forms only: `crate::lab` has the rules.

use serde::{Deserialize, Serialize};

use super::assay::ReviewDecision;
use super::common::EntryRef;
use crate::ids::{Analyte, OperatorId, PartyId, RecordId, SampleId};
use crate::quantity::{ContentUnit, DecimalText, Reading};
use crate::time::Moment;

/// A check of a series: what is inserted between the samples, or read off the instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// 校准曲线.
    Curve,
    /// 空白.
    Blank,
    /// 平行样.
    Duplicate,
    /// 加标.
    Spike,
    /// 标准物质.
    Reference,
    /// 连续校准核查 (CCV).
    Drift,
    /// 内标.
    InternalStandard,
}

/// Where a check stands in a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insert {
    /// The check.
    pub check: CheckKind,
    /// Before the first sample.
    #[serde(default)]
    pub first: bool,
    /// After every so many samples, and once for those that remain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
    /// After the last sample.
    #[serde(default)]
    pub last: bool,
}

/// Lowest and highest figure that pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// Lowest.
    pub low: DecimalText,
    /// Highest.
    pub high: DecimalText,
}

/// Limits of a series' checks; a check whose limit is absent is shown and not judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityLimits {
    /// A blank must stay below this, in the method's unit; the method's detection limit by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank_below: Option<DecimalText>,
    /// Largest relative difference of duplicates (RPD) in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_percent: Option<DecimalText>,
    /// Recovery of what was spiked, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spike_percent: Option<Allowed>,
    /// Recovery of a reference material, in per cent of its certified value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_percent: Option<Allowed>,
    /// Smallest correlation coefficient of the calibration curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve_r: Option<DecimalText>,
    /// Largest drift of a calibration check, in per cent of its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_percent: Option<DecimalText>,
    /// Signal of the internal standard in per cent of that in the calibration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_standard_percent: Option<Allowed>,
}

/// How a series is run and judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesRules {
    /// Checks that a worksheet inserts, in the order in which they stand at one place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub template: Vec<Insert>,
    /// Limits of the checks.
    #[serde(default)]
    pub limits: QualityLimits,
    /// Significant digits of a worked result; 4 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u32>,
    /// Clause of the standard that template and limits come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What shows that a laboratory masters a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProficiencyKind {
    /// 能力验证: a round with a satisfactory result.
    Round,
    /// 标准物质质控图: a control chart with a reference material.
    ControlChart,
    /// 实验室间比对.
    Comparison,
}

/// Evidence of proficiency with a method, for results reported while it is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proficiency {
    /// What it is.
    pub kind: ProficiencyKind,
    /// Laboratory, when it is another party; the party's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<PartyId>,
    /// Number or name of the round, chart or comparison.
    pub number: String,
    /// First moment.
    pub valid_from: Moment,
    /// First moment after it.
    pub valid_to: Moment,
}

/// What an outside laboratory answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampledBy {
    /// 仅对来样负责.
    Received,
    /// 现场采样.
    OnSite,
}

/// Who stands for a step of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Signed {
    /// A person of the party.
    Operator(OperatorId),
    /// Signed on the laboratory's paper, which is kept as a file.
    OnPaper,
}

/// How a figure was worked out, as it was read or typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Working {
    /// c × V × D ÷ m, dry basis ÷ (1 − w); without m the content of the solution itself.
    Solution {
        /// Concentration in the measured solution.
        concentration: Reading,
        /// Its unit, per volume.
        unit: ContentUnit,
        /// Concentration in the blank that is subtracted, in the same unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blank: Option<DecimalText>,
        /// Volume of the digest in mL; with `portion_g`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        volume_ml: Option<DecimalText>,
        /// Dilution factor; 1 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dilution: Option<DecimalText>,
        /// Portion that was digested, in g; with `volume_ml`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        portion_g: Option<DecimalText>,
        /// Moisture of that portion in per cent: the result is on dry basis.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        moisture_percent: Option<DecimalText>,
    },
    /// w = (wet − dry) ÷ (wet − pan), all weighed with the pan, in g.
    Drying {
        /// The empty pan.
        pan_g: DecimalText,
        /// Pan and wet sample.
        wet_g: DecimalText,
        /// Pan and dried sample.
        dry_g: DecimalText,
    },
}

/// The working of one determination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingOf {
    /// What was determined, as in the report's determinations.
    pub analyte: Analyte,
    /// How.
    pub working: Working,
}

/// A check that the method's record has no limit for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unjudged {
    /// The check.
    pub check: CheckKind,
    /// The figure, as printed.
    pub value: String,
}

/// Under which the plant ran when the sample was taken (自行监测).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// 生产负荷 in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_percent: Option<DecimalText>,
    /// 治理设施工况, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facilities: Option<String>,
}

/// How a laboratory came to its report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabRecord {
    /// Name of the series (工作单号) that the checks belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Number of the submission sheet (送样单号) with which the sample went out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<String>,
    /// 委托单号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commission: Option<String>,
    /// What the laboratory answers for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled_by: Option<SampledBy>,
    /// 复核, beside the analyst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Signed>,
    /// 审核签发.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Signed>,
    /// How the figures were worked out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workings: Vec<WorkingOf>,
    /// Checks without a limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unjudged: Vec<Unjudged>,
    /// How the plant ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
}

/// A pot on a submission sheet; our code is that of the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmitLine {
    /// The sample.
    pub sample: SampleId,
    /// Number of its seal (封签号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}

/// 送样单: samples went to an outside laboratory; its id is this entry's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleSubmit {
    /// Number of the sheet, unique within the party.
    pub number: String,
    /// Laboratory, when it is a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<PartyId>,
    /// Name of the laboratory.
    pub lab_name: String,
    /// 委托单号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commission: Option<String>,
    /// What is to be determined.
    pub analytes: Vec<Analyte>,
    /// When the report is promised.
    pub due: Moment,
    /// What the laboratory answers for.
    pub sampled_by: SampledBy,
    /// The pots.
    pub lines: Vec<SubmitLine>,
}

/// A second person (EHS) decided about a version of an assay plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanApprove {
    /// The plan.
    pub plan: RecordId,
    /// The entry of the version, so that the approval covers these very bytes.
    pub target: EntryRef,
    /// The decision.
    pub decision: ReviewDecision,
    /// Who decided; never who drafted it.
    pub approved_by: OperatorId,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
