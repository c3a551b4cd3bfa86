//! A finding: which rule, about what, since when, on which entries, in plain words.

use serde::Serialize;
use tl_domain::event::FindingName;
use tl_domain::ids::EntryId;
use tl_domain::time::Micros;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 疑点: has to be explained.
    Finding,
    /// 提示: worth a look; never counts against anybody.
    Hint,
}

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A test over balance periods fired and nobody explained it in time.
    Imbalance,
    /// Differences with a partner add up to more than their uncertainty.
    PartnerBias,
    /// A manifest of hazardous waste was not received in time.
    ManifestOverdue,
    /// Received mass differs from shipped mass.
    HandoverGap,
    /// A stock opens differently from how it closed.
    StockBreak,
    /// Book stock below zero.
    NegativeStock,
    /// The last stock take is too long ago.
    StockTakeOverdue,
    /// A device has not been heard of.
    DeviceSilent,
    /// One label code names two objects.
    LabelConflict,
    /// A failed check of a series without an explanation.
    QualityFailed,
    /// Equal results where different ones are to be expected.
    CopiedAssays,
    /// Last digits that people prefer.
    DigitPreference,
    /// Too many results below a limit.
    CensoredShare,
    /// Entries that came late.
    LateEntries,
    /// Waste left without a manifest, or a by-product to somebody who is not known.
    UnlicensedReceiver,
    /// Material came in with more than the bureau lets pass.
    HighIntake,
    /// Assays that the plan asks for did not come in their term.
    AssayOverdue,
    /// Waste lies in store longer than it may.
    StorageDays,
    /// A lot came and was never weighed.
    ArrivalUnweighed,
    /// A stream was reported, then not, then again.
    ReportGap,
    /// An outlet's monitor and its manual results disagree.
    MonitorDisagrees,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 21] = [
        Self::Imbalance,
        Self::PartnerBias,
        Self::ManifestOverdue,
        Self::HandoverGap,
        Self::StockBreak,
        Self::NegativeStock,
        Self::StockTakeOverdue,
        Self::DeviceSilent,
        Self::LabelConflict,
        Self::QualityFailed,
        Self::CopiedAssays,
        Self::DigitPreference,
        Self::CensoredShare,
        Self::LateEntries,
        Self::UnlicensedReceiver,
        Self::HighIntake,
        Self::AssayOverdue,
        Self::StorageDays,
        Self::ArrivalUnweighed,
        Self::ReportGap,
        Self::MonitorDisagrees,
    ];

    /// The rule of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.code() == code)
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Imbalance => "imbalance",
            Self::PartnerBias => "partner_bias",
            Self::ManifestOverdue => "manifest_overdue",
            Self::HandoverGap => "handover_gap",
            Self::StockBreak => "stock_break",
            Self::NegativeStock => "negative_stock",
            Self::StockTakeOverdue => "stock_take_overdue",
            Self::DeviceSilent => "device_silent",
            Self::LabelConflict => "label_conflict",
            Self::QualityFailed => "quality_failed",
            Self::CopiedAssays => "copied_assays",
            Self::DigitPreference => "digit_preference",
            Self::CensoredShare => "censored_share",
            Self::LateEntries => "late_entries",
            Self::UnlicensedReceiver => "unlicensed_receiver",
            Self::HighIntake => "high_intake",
            Self::AssayOverdue => "assay_overdue",
            Self::StorageDays => "storage_days",
            Self::ArrivalUnweighed => "arrival_unweighed",
            Self::ReportGap => "report_gap",
            Self::MonitorDisagrees => "monitor_disagrees",
        }
    }
}

/// Something that a rule noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// How much it weighs.
    pub grade: Grade,
    /// Names it among the party's findings as long as its cause stays: `RULE:OBJECT@PERIOD`.
    pub key: String,
    /// What it is about.
    pub object: String,
    /// The day, month or year that tells it from the same cause at another time.
    pub period: String,
    /// Since when.
    pub since: Micros,
    /// The newest moment that it speaks about: what is later than a closing speaks again.
    pub latest: Micros,
    /// Until when it may be explained before it counts, where the rule itself sets a term.
    pub explain_by: Option<Micros>,
    /// The plain sentence in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Entries that show it, at most `EVIDENCE_MAX`.
    pub evidence: Vec<EntryId>,
    /// Path on the server's pages where its figures stand.
    pub path: String,
}

/// Entries that one finding names.
pub const EVIDENCE_MAX: usize = 20;

impl Finding {
    /// A finding of a rule about an object.
    #[must_use]
    pub(crate) fn new(rule: Rule, grade: Grade, object: &str, since: Micros) -> Self {
        Self {
            rule,
            grade,
            key: String::new(),
            object: object.to_owned(),
            period: String::new(),
            since,
            latest: since,
            explain_by: None,
            zh: String::new(),
            en: String::new(),
            evidence: Vec::new(),
            path: String::new(),
        }
    }

    /// What it is called in records.
    #[must_use]
    pub fn name(&self) -> FindingName {
        let (object, period) = (self.object.clone(), self.period.clone());
        FindingName { rule: self.rule.code().to_owned(), object, period }
    }

    /// Told apart by a period of its own; the day since when, unless a rule says otherwise.
    #[must_use]
    pub(crate) fn within(mut self, period: impl Into<String>) -> Self {
        self.period = period.into();
        self
    }

    /// With the newest moment that it speaks about.
    #[must_use]
    pub(crate) fn until(mut self, latest: Micros) -> Self {
        self.latest = latest;
        self
    }

    /// With its key, once its period is known.
    pub(crate) fn named(&mut self, day: impl FnOnce(Micros) -> String) {
        if self.period.is_empty() {
            self.period = day(self.since);
        }
        self.key = self.name().key();
    }

    /// With its sentence in both languages.
    #[must_use]
    pub(crate) fn says(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        (self.zh, self.en) = (zh.into(), en.into());
        self
    }

    /// With the page where its figures stand.
    #[must_use]
    pub(crate) fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// With the entries that show it, the first ones of many.
    #[must_use]
    pub(crate) fn shown_by(mut self, entries: impl IntoIterator<Item = EntryId>) -> Self {
        self.evidence.extend(entries.into_iter().take(EVIDENCE_MAX));
        self
    }
}
