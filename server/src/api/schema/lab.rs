//! What the laboratory plans, sends out and records beside its results.

use utoipa::ToSchema;

use super::{EntryRef, MicrosSpan, Reading, ReviewDecision, choices, objects};

choices! {
    /// A check of a series.
    CheckKind { Curve Blank Duplicate Spike Reference Drift InternalStandard }
    /// What an outside laboratory answers for.
    SampledBy { Received OnSite }
    /// How often something is assayed.
    Frequency { EachBatch EachShift WeeklyComposite Monthly Quarterly }
    /// Where an occasion stands.
    DueState { Overdue Waiting Done Excused }
    /// Who stands for a step of a report, on paper.
    OnPaper { OnPaper }
}

objects! {
    /// A person of the party.
    SignedBy { operator: String, }
    /// The working of one determination.
    WorkingOf { analyte: String, working: Working, }
    /// A check that the method's record has no limit for.
    Unjudged { check: CheckKind, value: String, }
    /// How the plant ran when the sample was taken.
    Conditions { load_percent: Option<String>, facilities: Option<String>, }
    /// How a laboratory came to its report.
    LabRecord {
        series: Option<String>,
        submission: Option<String>,
        commission: Option<String>,
        sampled_by: Option<SampledBy>,
        checked: Option<Signed>,
        issued: Option<Signed>,
        #[schema(required = false)]
        workings: Vec<WorkingOf>,
        #[schema(required = false)]
        unjudged: Vec<Unjudged>,
        conditions: Option<Conditions>,
    }
    /// A pot on a submission sheet.
    SubmitLine { sample: String, seal: Option<String>, }
    /// `sample.submit`.
    SampleSubmit {
        number: String,
        lab: Option<String>,
        lab_name: String,
        commission: Option<String>,
        analytes: Vec<String>,
        due: String,
        sampled_by: SampledBy,
        lines: Vec<SubmitLine>,
    }
    /// `plan.approve`.
    PlanApprove {
        plan: String,
        target: EntryRef,
        decision: ReviewDecision,
        approved_by: String,
        reason: Option<String>,
    }
    /// What an item rests on.
    PlanBasis { standard: String, clause: Option<String>, }
    /// A line of a submission sheet with what came back.
    SubmittedSample {
        sample: String,
        code: Option<String>,
        seal: Option<String>,
        /// The laboratory's reports on it.
        reports: Vec<String>,
    }
    /// A submission sheet.
    Submission {
        entry: String,
        number: String,
        lab: Option<String>,
        lab_name: String,
        commission: Option<String>,
        analytes: Vec<String>,
        sent_at: i64,
        due: i64,
        sampled_by: SampledBy,
        /// Whole days since it was sent; until the last report when all have come.
        days_waiting: i64,
        /// Samples without a report.
        open: u64,
        samples: Vec<SubmittedSample>,
    }
    /// A line of the assay plan, with where its version stands.
    PlanLine {
        plan: String,
        name: String,
        site: String,
        valid_from: String,
        valid_to: String,
        drafted_by: String,
        /// The version's entry.
        entry: String,
        /// Who approved this version; nothing while it waits.
        approved_by: Option<String>,
        active: bool,
        item: String,
        material: String,
        point: Option<PlanPoint>,
        frequency: Frequency,
        analyte: String,
        lab: Option<String>,
        basis: PlanBasis,
        term_days: u32,
        #[schema(required = false)]
        only_when_moving: bool,
    }
    /// One assay that the plan asks for.
    Occasion {
        plan: String,
        item: String,
        of: OccasionOf,
        since: i64,
        deadline: i64,
        state: DueState,
        late: bool,
        samples: Vec<String>,
        at_lab_since: Option<i64>,
        /// Batches of the period, and how many of them have a result.
        covered: Option<Vec<u64>>,
        entries: Vec<String>,
    }
    /// Occasions by state.
    DueCounts { due: u64, done: u64, waiting: u64, overdue: u64, excused: u64, }
    /// What is due in a span.
    Due {
        counts: DueCounts,
        /// 检测完成率: done of what is done or overdue; nothing where that is nothing.
        completion_percent: Option<String>,
        rows: Vec<Occasion>,
        total: u64,
    }
}

/// Where a sample is taken.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanPoint {
    /// A node.
    Node(String),
    /// A stream.
    Stream(String),
    /// A place.
    Place(String),
}

/// What an occasion is about.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OccasionOf {
    /// A batch.
    Batch(String),
    /// A shift, week, month or quarter.
    Period(MicrosSpan),
}

/// Who stands for a step of a report.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum Signed {
    /// A person.
    Person(SignedBy),
    /// On the laboratory's paper.
    Paper(OnPaper),
}

/// How a figure was worked out; decimals are text.
#[derive(Debug, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Working {
    /// c × V × D ÷ m, dry basis ÷ (1 − w).
    Solution {
        /// In the measured solution.
        concentration: Reading,
        /// Its unit.
        unit: String,
        /// Subtracted.
        blank: Option<String>,
        /// V.
        volume_ml: Option<String>,
        /// D.
        dilution: Option<String>,
        /// m.
        portion_g: Option<String>,
        /// w.
        moisture_percent: Option<String>,
    },
    /// w = (wet − dry) ÷ (wet − pan).
    Drying {
        /// The pan.
        pan_g: String,
        /// Pan and wet sample.
        wet_g: String,
        /// Pan and dry sample.
        dry_g: String,
    },
}
