//! Rows of findings: each record of a bureau or an enterprise gives one by itself.

use crate::event::Body;
use crate::project::books::Fact;
use crate::project::rows::{FindingRow, FindingStep};

/// The row of a record about a finding; nothing for other bodies.
pub(super) fn finding_row(fact: &Fact, body: &Body) -> Option<FindingRow> {
    let (about, finding, previous, step) = match body {
        Body::FindingOpen(open) => {
            let step = FindingStep::Open {
                substance: open.substance.clone(),
                zh: open.zh.clone(),
                en: open.en.clone(),
                evidence: open.evidence.clone(),
                explain_by: open.explain_by.micros(),
                question: open.question.clone(),
            };
            (Some(&open.party), &open.finding, open.previous, step)
        }
        Body::FindingExplain(explain) => {
            let step = FindingStep::Explain {
                words: explain.words.clone(),
                evidence: explain.evidence.clone(),
                blobs: explain.blobs.clone(),
            };
            (None, &explain.finding, explain.previous, step)
        }
        Body::FindingReturn(back) => {
            let (reason, explain_by) = (back.reason.clone(), back.explain_by.micros());
            let step = FindingStep::Return { reason, explain_by };
            (Some(&back.party), &back.finding, Some(back.previous), step)
        }
        Body::FindingClose(close) => {
            let step = FindingStep::Close { outcome: close.outcome, reason: close.reason.clone() };
            (Some(&close.party), &close.finding, close.previous, step)
        }
        _ => return None,
    };
    Some(FindingRow {
        entry: fact.id,
        hash: fact.leaf,
        about: about.cloned(),
        finding: finding.clone(),
        at: fact.observed_at,
        previous,
        step,
    })
}
