//! Where a finding stands between bureau and enterprise: opened, explained, sent back, closed.
//!
//! Invariant: the state follows from the set of records, not from the order in which they came.
//! Each record names the one before it; of two that name the same one the earlier counts, the other
//! stays visible and is stale. What speaks again after it was closed is recurred (问题反弹), never
//! silently closed. Deliberately not here: who may write, and what the rule says now.

use serde::Serialize;
use tl_domain::event::FindingOutcome;
use tl_domain::ids::PartyId;
use tl_domain::project::{FindingRow, FindingStep};
use tl_domain::time::Micros;
use tl_ledger::Hash;

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// 再次出现: the rule speaks about data after the closing.
    Recurred,
    /// 待核: the enterprise explained, the bureau has to decide.
    Explained,
    /// 退回: the explanation was not enough.
    Returned,
    /// 待说明: the bureau asked.
    Asked,
    /// 新线索: the rule noticed it; nobody asked yet.
    Noticed,
    /// 已办结.
    Closed,
}

impl CaseState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Recurred, Self::Explained, Self::Returned, Self::Asked, Self::Noticed, Self::Closed];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Recurred => "recurred",
            Self::Explained => "explained",
            Self::Returned => "returned",
            Self::Asked => "asked",
            Self::Noticed => "noticed",
            Self::Closed => "closed",
        }
    }

    /// Whether the enterprise has to say something.
    #[must_use]
    pub fn awaits_enterprise(self) -> bool {
        matches!(self, Self::Asked | Self::Returned)
    }

    /// Whether a record of this kind is possible now.
    #[must_use]
    pub fn takes(self, act: Act) -> bool {
        match act {
            Act::Open => matches!(self, Self::Noticed | Self::Closed | Self::Recurred),
            Act::Explain => !matches!(self, Self::Closed | Self::Recurred),
            Act::Return => self == Self::Explained,
            Act::Close => !matches!(self, Self::Closed | Self::Recurred),
        }
    }
}

/// What a record does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// The bureau asks, or asks again.
    Open,
    /// The enterprise explains, or adds to it.
    Explain,
    /// The bureau sends it back.
    Return,
    /// The bureau closes it.
    Close,
}

impl Act {
    fn of(step: &FindingStep) -> Self {
        match step {
            FindingStep::Open { .. } => Self::Open,
            FindingStep::Explain { .. } => Self::Explain,
            FindingStep::Return { .. } => Self::Return,
            FindingStep::Close { .. } => Self::Close,
        }
    }
}

/// A record with who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseStep {
    /// Whose log it stands in.
    pub party: PartyId,
    /// The record.
    pub row: FindingRow,
    /// Whether it was possible after the ones before; a stale one changes nothing.
    pub counts: bool,
}

/// A finding's records and where they lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Where it stands.
    pub state: CaseState,
    /// Until when the enterprise explains, while it has to.
    pub explain_by: Option<Micros>,
    /// How it ended.
    pub outcome: Option<FindingOutcome>,
    /// The last record that counts: what the next one names.
    pub head: Option<Hash>,
    /// When the last record that counts was written.
    pub moved_at: Option<Micros>,
    /// The records: those that count in their order, then the stale ones.
    pub steps: Vec<CaseStep>,
}

/// Follows the records of one finding. `may` says whether a bureau's records count for the
/// enterprise; `latest` is the newest moment that the rule speaks about, when it speaks.
#[must_use]
pub fn follow(
    enterprise: &PartyId,
    rows: &[(PartyId, FindingRow)],
    may: impl Fn(&PartyId) -> bool,
    latest: Option<Micros>,
) -> Case {
    let fits = |(party, row): &&(PartyId, FindingRow)| match &row.about {
        None => party == enterprise && Act::of(&row.step) == Act::Explain,
        Some(about) => about == enterprise && may(party) && Act::of(&row.step) != Act::Explain,
    };
    let mut left: Vec<&(PartyId, FindingRow)> = rows.iter().filter(fits).collect();
    left.sort_by_key(|(_, row)| (row.at, row.hash));
    let mut case = Case {
        state: CaseState::Noticed,
        explain_by: None,
        outcome: None,
        head: None,
        moved_at: None,
        steps: Vec::new(),
    };
    let next = |case: &Case, left: &[&(PartyId, FindingRow)]| {
        left.iter()
            .position(|(_, row)| row.previous == case.head && case.state.takes(Act::of(&row.step)))
    };
    while let Some(place) = next(&case, &left) {
        let (party, row) = left.remove(place);
        case.take(party, row);
    }
    for (party, row) in left {
        let (party, row) = (party.clone(), row.clone());
        case.steps.push(CaseStep { party, row, counts: false });
    }
    let spoke_after = latest.zip(case.moved_at).is_some_and(|(latest, closed)| latest > closed);
    if case.state == CaseState::Closed && spoke_after {
        case.state = CaseState::Recurred;
    }
    case
}

impl Case {
    fn take(&mut self, party: &PartyId, row: &FindingRow) {
        (self.state, self.explain_by) = match &row.step {
            FindingStep::Open { explain_by, .. } => (CaseState::Asked, Some(*explain_by)),
            FindingStep::Explain { .. } => (CaseState::Explained, None),
            FindingStep::Return { explain_by, .. } => (CaseState::Returned, Some(*explain_by)),
            FindingStep::Close { .. } => (CaseState::Closed, None),
        };
        self.outcome = match &row.step {
            FindingStep::Close { outcome, .. } => Some(*outcome),
            _ => None,
        };
        self.head = Some(row.hash);
        self.moved_at = Some(row.at);
        let (party, row) = (party.clone(), row.clone());
        self.steps.push(CaseStep { party, row, counts: true });
    }

    /// Whether the enterprise let its days pass.
    #[must_use]
    pub fn is_overdue(&self, now: Micros) -> bool {
        self.state.awaits_enterprise() && self.explain_by.is_some_and(|until| now > until)
    }

    /// The sentence of the rule as it stood when the bureau asked: Chinese and English.
    #[must_use]
    pub fn sentence(&self) -> Option<(&str, &str)> {
        self.steps.iter().rev().find_map(|step| match &step.row.step {
            FindingStep::Open { zh, en, .. } => Some((zh.as_str(), en.as_str())),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
