//! A finding: which rule, about what, since when, on which entries, in plain words.

use serde::Serialize;
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
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 14] = [
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
    ];

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
    /// Names it among the party's findings as long as its cause stays: `RULE:OBJECT`.
    pub key: String,
    /// Since when.
    pub since: Micros,
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
            key: format!("{}:{object}", rule.code()),
            since,
            zh: String::new(),
            en: String::new(),
            evidence: Vec::new(),
            path: String::new(),
        }
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
