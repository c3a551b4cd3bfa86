//! Findings with their records, and thresholds.

use std::collections::BTreeMap;

use super::{BlobRef, EntryRef, PolicySource, choices, objects};

choices! {
    /// How much a finding weighs.
    Grade { Finding Hint }
    /// The audit rules.
    Rule {
        Imbalance PartnerBias ManifestOverdue HandoverGap StockBreak NegativeStock StockTakeOverdue
        DeviceSilent LabelConflict QualityFailed CopiedAssays DigitPreference CensoredShare
        LateEntries UnlicensedReceiver HighIntake AssayOverdue StorageDays ArrivalUnweighed
        ReportGap MonitorDisagrees
    }
    /// Where a finding stands.
    CaseState { Recurred Explained Returned Asked Noticed Closed }
    /// How a finding ended.
    FindingOutcome { Explained Corrected FalseAlarm Problem }
    /// What a record does to a finding.
    FindingAct { Open Explain Return Close }
}

objects! {
    /// What a finding is called in records.
    FindingName { rule: String, object: String, period: String, }
    /// What a record does, with the members of its kind.
    FindingStep {
        step: FindingAct,
        substance: Option<String>,
        zh: Option<String>,
        en: Option<String>,
        evidence: Option<Vec<EntryRef>>,
        explain_by: Option<i64>,
        question: Option<String>,
        words: Option<String>,
        blobs: Option<Vec<BlobRef>>,
        reason: Option<String>,
        outcome: Option<FindingOutcome>,
    }
    /// A record about a finding.
    FindingRow {
        entry: String,
        hash: String,
        about: Option<String>,
        finding: FindingName,
        at: i64,
        previous: Option<String>,
        step: FindingStep,
    }
    /// A record with who wrote it; one that does not count changes nothing.
    CaseStep { party: String, row: FindingRow, counts: bool, }
    /// Where a finding stands, and its records.
    Case {
        state: CaseState,
        explain_by: Option<i64>,
        outcome: Option<FindingOutcome>,
        head: Option<String>,
        moved_at: Option<i64>,
        steps: Vec<CaseStep>,
    }
    /// Something that an audit rule noticed; `key` stays the same as long as the cause does.
    Finding {
        rule: Rule,
        grade: Grade,
        key: String,
        object: String,
        period: String,
        since: i64,
        latest: i64,
        explain_by: Option<i64>,
        zh: String,
        en: String,
        evidence: Vec<String>,
        path: String,
        fires: bool,
        case: Case,
    }
    /// A threshold as it holds; without a source it is the program's default.
    HeldThreshold {
        name: String,
        value: Option<f64>,
        default: Option<f64>,
        unit: String,
        source: Option<PolicySource>,
    }
    /// What a bureau settled, and what it changed: before and after, by name.
    ThresholdChange {
        bureau: String,
        area: String,
        entry: String,
        at: i64,
        operator: Option<String>,
        changed: BTreeMap<String, Vec<Option<String>>>,
        reason: String,
        withdrawn: bool,
    }
    /// The thresholds of an area with their history.
    AreaThresholds {
        area: String,
        figures: Vec<HeldThreshold>,
        history: Vec<ThresholdChange>,
    }
    /// What a bureau settles; `id` is the code of the area, figures are decimal text by name.
    ThresholdRecord { id: String, figures: BTreeMap<String, String>, reason: String, }
}
