//! What is due by the approved plans: 应检, 已检, 待检, 超期, with the entries that satisfied it.
//!
//! A pure function of plans, facts, calendar and moment. What waits within its term is never
//! overdue; a stop excuses a period that it fills and lengthens a term that it touches; a sample
//! that was sent to an outside laboratory in time waits for that laboratory and is not the plant's
//! delay (practice §8.4). Nothing here decides what an assay is worth: that is the balance.

mod index;
mod search;

use rust_decimal::Decimal;
use serde::Serialize;

use self::index::Index;
use self::search::Search;
use super::calendar::{Clock, Stop};
use super::plan::{ApprovedPlan, AssayPlan, Frequency};
use crate::ids::{BatchId, EntryId, RecordId, SampleId};
use crate::project::{AssayRow, BatchRow, FlowRow, SampleRow, SubmissionRow};
use crate::time::{Micros, MicrosSpan};

/// Where an occasion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// 超期: its term is over and there is no result.
    Overdue,
    /// 待检: within its term, or sent out in time.
    Waiting,
    /// 已检.
    Done,
    /// 停产: nothing was to be assayed.
    Excused,
}

/// What an occasion is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// One batch.
    Batch(BatchId),
    /// A shift, week, month or quarter.
    Period(MicrosSpan),
}

/// One assay that the plan asks for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Occasion {
    /// The plan.
    pub plan: RecordId,
    /// Its line.
    pub item: RecordId,
    /// What it is about.
    pub of: Of,
    /// When the batch came, or the period began.
    pub since: Micros,
    /// When the result is due.
    pub deadline: Micros,
    /// Where it stands.
    pub state: DueState,
    /// Done, but after its term.
    pub late: bool,
    /// Samples that stand for it.
    pub samples: Vec<SampleId>,
    /// When the oldest sample that waits went to an outside laboratory.
    pub at_lab_since: Option<Micros>,
    /// Batches of the period, and how many of them have a result; for composites.
    pub covered: Option<(u64, u64)>,
    /// Entries that satisfied it: reports and their reviews.
    pub entries: Vec<EntryId>,
}

/// Occasions by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// 应检: all but the excused.
    pub due: u64,
    /// 已检.
    pub done: u64,
    /// 待检.
    pub waiting: u64,
    /// 超期.
    pub overdue: u64,
    /// 停产.
    pub excused: u64,
}

impl Counts {
    /// Counts occasions.
    #[must_use]
    pub fn of<'a>(occasions: impl IntoIterator<Item = &'a Occasion>) -> Self {
        let mut counts = Self::default();
        for occasion in occasions {
            match occasion.state {
                DueState::Done => counts.done += 1,
                DueState::Waiting => counts.waiting += 1,
                DueState::Overdue => counts.overdue += 1,
                DueState::Excused => counts.excused += 1,
            }
        }
        counts.due = counts.done + counts.waiting + counts.overdue;
        counts
    }

    /// 检测完成率 in per cent: done of what is done or overdue; `None` where that is nothing. What
    /// waits within its term does not lower it.
    #[must_use]
    pub fn completion_percent(&self) -> Option<Decimal> {
        let settled = Decimal::from(self.done + self.overdue);
        let percent = Decimal::ONE_HUNDRED.checked_mul(self.done.into())?.checked_div(settled)?;
        let mut percent = percent.round_dp(1);
        percent.rescale(1);
        Some(percent)
    }
}

/// What is known of the plant.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Batches that were registered in the span, and all that samples name.
    pub batches: &'a [BatchRow],
    /// Movements in the span.
    pub flows: &'a [FlowRow],
    /// Samples from the span on.
    pub samples: &'a [SampleRow],
    /// Assays of those samples.
    pub assays: &'a [AssayRow],
    /// Submission sheets of those samples.
    pub submissions: &'a [SubmissionRow],
    /// Stops of the plant.
    pub stops: &'a [Stop],
}

/// All occasions of approved plans that begin in a span and before now, the oldest first.
/// `versions` are those of one plan in the order of their approval.
#[must_use]
pub fn due(
    versions: &[ApprovedPlan],
    clock: Clock,
    facts: Facts<'_>,
    within: MicrosSpan,
    now: Micros,
) -> Vec<Occasion> {
    let index = Index::of(facts);
    let mut found = Vec::new();
    for (plan, valid) in binding(versions) {
        let span = MicrosSpan {
            from: valid.from.max(within.from),
            to: valid.to.min(within.to).min(now.saturating_add(1)),
        };
        for item in &plan.items {
            let search = Search::of(&plan, item, clock, &index, now);
            match item.frequency {
                Frequency::EachBatch => search.batches(span, &mut found),
                _ => search.periods(span, &mut found),
            }
        }
    }
    found.sort_by(|a, b| (a.since, &a.item, &a.of).cmp(&(b.since, &b.item, &b.of)));
    found
}

/// The plans that bind, each with its span: a later approved version takes over from its first day,
/// but not before its approval; what was due by then stays due.
fn binding(versions: &[ApprovedPlan]) -> Vec<(AssayPlan, MicrosSpan)> {
    let mut binding: Vec<(AssayPlan, MicrosSpan)> = Vec::new();
    for (number, version) in versions.iter().enumerate() {
        let Ok(plan) = AssayPlan::read(&version.record) else {
            continue;
        };
        let mut from = plan.valid_from.micros();
        if number > 0 {
            from = from.max(version.approved_at);
        }
        for (_, earlier) in &mut binding {
            earlier.to = earlier.to.min(from);
        }
        let to = if version.active { plan.valid_to.micros() } else { from };
        binding.push((plan, MicrosSpan { from, to }));
    }
    binding.retain(|(_, span)| span.from < span.to);
    binding
}
