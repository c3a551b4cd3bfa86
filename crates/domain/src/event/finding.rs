//! What was found when an alarm of the balance was looked into.

use serde::{Deserialize, Serialize};

use super::common::{BlobRef, EntryRef};
use crate::ids::{Analyte, NodeId, SiteId};
use crate::quantity::{DecimalText, ErrorClass};
use crate::time::Span;

/// An alarm of the balance was resolved; the figures are changed by what was found, not here.
///
/// A plain correction of a wrong figure is a `supersede` of its entry and needs no resolution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingResolve {
    /// The node; absent for a site or the enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// The site; absent for a node or the enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Substance of the balance.
    pub substance: Analyte,
    /// The period that had alarmed; for a bias all periods that it touched.
    pub span: Span,
    /// What was found.
    pub fact: ResolutionFact,
    /// Why, in words: what was looked at, by whom.
    pub reason: String,
    /// Entries that show it: checks of scales, assays, re-assays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EntryRef>,
    /// Reports and photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}

/// What showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionEvidence {
    /// 衡器核查: test weights on the scale.
    ScaleCheck,
    /// 标准物质核查: a certified reference material through the laboratory.
    ReferenceMaterial,
    /// 复检: another laboratory's result on the same sample.
    Reassay,
}

/// What an alarm turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum ResolutionFact {
    /// A loss with known cause and estimate; below zero for material that was found.
    BookedLoss {
        /// Grams of the substance.
        grams: DecimalText,
        /// Standard uncertainty in grams.
        sigma_grams: DecimalText,
        /// What happened.
        cause: String,
    },
    /// A systematic error was measured: figures read high by `percent`.
    Bias {
        /// What showed it.
        evidence: ResolutionEvidence,
        /// Short-term or long-term.
        class: ErrorClass,
        /// Key of the error source, as the balance names it.
        source: String,
        /// The bias in per cent; 1.5 reads 1.5 % high.
        percent: DecimalText,
        /// What stays uncertain of it in per cent (k = 1).
        remaining_percent: DecimalText,
    },
    /// Checked and found in order: the figures stay.
    NothingFound {
        /// What was checked.
        evidence: ResolutionEvidence,
    },
    /// Cumulative tests start anew with the period (起算日).
    Restart,
}
