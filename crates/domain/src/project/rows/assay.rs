//! Rows of samples, assays and monitors.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::event::{
    Determination, MonitorValue, Purpose, QualityControl, SampleSubject, Side, Standing,
};
use crate::ids::{AssayId, EntryId, OperatorId, PartyId, SampleId, StreamId};
use crate::time::Micros;

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
