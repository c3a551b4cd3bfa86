//! A finding between a bureau and an enterprise: opened, explained, sent back, closed.
//!
//! Each side writes in its own log; the finding's name joins the records, and each names the one
//! before it by its hash, so that two who act at once are seen. Nothing here says what the rule
//! noticed now: that is computed from the books whenever somebody asks.

use serde::{Deserialize, Serialize};
use tl_ledger::Hash;

use super::common::{BlobRef, EntryRef};
use crate::ids::{Analyte, PartyId};
use crate::time::Moment;

/// What a finding is called as long as its cause stays: rule, object and period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingName {
    /// Code of the rule.
    pub rule: String,
    /// What it is about, in the rule's own words: an area, a code, a material.
    pub object: String,
    /// When: a day, month or year.
    pub period: String,
}

impl FindingName {
    /// `RULE:OBJECT@PERIOD`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}@{}", self.rule, self.object, self.period)
    }

    /// Reads what `key` wrote.
    #[must_use]
    pub fn read(key: &str) -> Option<Self> {
        let (rule, rest) = key.split_once(':')?;
        let (object, period) = rest.rsplit_once('@')?;
        let name = |text: &str| text.to_owned();
        Some(Self { rule: name(rule), object: name(object), period: name(period) })
    }
}

/// A bureau asks an enterprise to explain a finding (立案问询); in the bureau's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingOpen {
    /// The enterprise.
    pub party: PartyId,
    /// The finding.
    pub finding: FindingName,
    /// Substance.
    pub substance: Analyte,
    /// The rule's sentence in Chinese as it stood.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Entries of the enterprise's log that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EntryRef>,
    /// Until when the enterprise explains.
    pub explain_by: Moment,
    /// What the bureau wants to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The record that closed it, when it is opened again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
}

/// An enterprise explains a finding (说明); in its own log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingExplain {
    /// The finding.
    pub finding: FindingName,
    /// What was looked at, by whom, and what it showed.
    pub words: String,
    /// Own entries that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EntryRef>,
    /// Reports and photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
    /// The record that it answers; absent when nobody asked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
}

/// A bureau is not satisfied with an explanation (退回); in the bureau's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingReturn {
    /// The enterprise.
    pub party: PartyId,
    /// The finding.
    pub finding: FindingName,
    /// What is still open.
    pub reason: String,
    /// Until when the enterprise explains.
    pub explain_by: Moment,
    /// The explanation.
    pub previous: Hash,
}

/// How a finding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingOutcome {
    /// 说明成立.
    Explained,
    /// 已更正: the books were put right.
    Corrected,
    /// 误报: there was nothing.
    FalseAlarm,
    /// 转问题整改: it became a problem of the rectification account.
    Problem,
}

/// A bureau closes a finding (办结); in the bureau's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingClose {
    /// The enterprise.
    pub party: PartyId,
    /// The finding.
    pub finding: FindingName,
    /// How it ended.
    pub outcome: FindingOutcome,
    /// Why.
    pub reason: String,
    /// The record before; absent when nobody opened or explained it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
}
