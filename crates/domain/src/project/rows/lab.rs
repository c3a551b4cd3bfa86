//! Rows of what the laboratory plans and sends out.

use serde::{Deserialize, Serialize};

use crate::event::{SampledBy, SubmitLine};
use crate::ids::{Analyte, EntryId, PartyId, RecordId};
use crate::lab::plan::ApprovedPlan;
use crate::time::Micros;

/// A submission sheet (送样单).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubmissionRow {
    /// Its entry.
    pub entry: EntryId,
    /// Number of the sheet.
    pub number: String,
    /// Laboratory, when it is a party.
    pub lab: Option<PartyId>,
    /// Name of the laboratory.
    pub lab_name: String,
    /// 委托单号.
    pub commission: Option<String>,
    /// What is to be determined.
    pub analytes: Vec<Analyte>,
    /// When it was sent.
    pub sent_at: Micros,
    /// When the report is promised.
    pub due: Micros,
    /// What the laboratory answers for.
    pub sampled_by: SampledBy,
    /// The pots.
    pub lines: Vec<SubmitLine>,
}

/// An assay plan with the versions that a second person approved, in the order of their approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Id.
    pub id: RecordId,
    /// The versions.
    pub approved: Vec<ApprovedPlan>,
}
