//! Rows of findings between bureau and enterprise: one for each record of either side.

use serde::{Deserialize, Serialize};
use tl_ledger::Hash;

use crate::event::{BlobRef, EntryRef, FindingName, FindingOutcome};
use crate::ids::{Analyte, EntryId, PartyId};
use crate::time::Micros;

/// A record about a finding, in the log of the party that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Its entry.
    pub entry: EntryId,
    /// The entry's leaf hash: what the next record names.
    pub hash: Hash,
    /// The enterprise; absent in the enterprise's own log.
    pub about: Option<PartyId>,
    /// The finding.
    pub finding: FindingName,
    /// When it was written.
    pub at: Micros,
    /// The record before.
    pub previous: Option<Hash>,
    /// What was done.
    pub step: FindingStep,
}

/// What a record does to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum FindingStep {
    /// The bureau asks.
    Open {
        /// Substance.
        substance: Analyte,
        /// The rule's sentence in Chinese as it stood.
        zh: String,
        /// The same in English.
        en: String,
        /// Entries of the enterprise that show it.
        evidence: Vec<EntryRef>,
        /// Until when the enterprise explains.
        explain_by: Micros,
        /// What the bureau wants to know.
        question: Option<String>,
    },
    /// The enterprise explains.
    Explain {
        /// What it says.
        words: String,
        /// Its entries that show it.
        evidence: Vec<EntryRef>,
        /// Files.
        blobs: Vec<BlobRef>,
    },
    /// The bureau sends it back.
    Return {
        /// What is still open.
        reason: String,
        /// Until when the enterprise explains.
        explain_by: Micros,
    },
    /// The bureau closes it.
    Close {
        /// How it ended.
        outcome: FindingOutcome,
        /// Why.
        reason: String,
    },
}
