//! What is due by the approved plans: 应检, 已检, 待检, 超期, with the entries that satisfied it.
//!
//! A pure function of plans, facts, calendar and moment. What waits within its term is never
//! overdue; a stop excuses a period that it fills and lengthens a term that it touches; a sample
//! that was sent to an outside laboratory in time waits for that laboratory and is not the plant's
//! delay (practice §8.4). Nothing here decides what an assay is worth: that is the balance.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use super::calendar::{Clock, Stop, deadline, stopped};
use super::plan::{ApprovedPlan, AssayPlan, Frequency, PlanItem, Point, SHIFT_HOURS};
use crate::event::{Purpose, SampleSubject, Standing};
use crate::ids::{BatchId, EntryId, MaterialId, NodeId, PlaceId, RecordId, SampleId, StreamId};
use crate::project::{AssayRow, BatchRow, BatchState, FlowRow, Review, SampleRow, SubmissionRow};
use crate::time::{DAY_MICROS, Micros, MicrosSpan};

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

/// Facts by what they are looked up by.
struct Index<'a> {
    facts: Facts<'a>,
    /// Streams and nodes by which each batch came.
    ways: BTreeMap<BatchId, (BTreeSet<&'a StreamId>, BTreeSet<&'a NodeId>)>,
    /// Materials of streams, by what they carried.
    carried: BTreeMap<&'a StreamId, BTreeSet<&'a MaterialId>>,
    places: BTreeMap<BatchId, BTreeSet<&'a PlaceId>>,
    assays: BTreeMap<SampleId, Vec<&'a AssayRow>>,
    sent: BTreeMap<SampleId, Micros>,
}

impl<'a> Index<'a> {
    fn of(facts: Facts<'a>) -> Self {
        let mut index = Self {
            facts,
            ways: BTreeMap::new(),
            carried: BTreeMap::new(),
            places: BTreeMap::new(),
            assays: BTreeMap::new(),
            sent: BTreeMap::new(),
        };
        for flow in facts.flows {
            if let (Some(stream), Some(material)) = (&flow.stream, &flow.material) {
                index.carried.entry(stream).or_default().insert(material);
            }
            let Some(batch) = flow.batch else {
                continue;
            };
            let (streams, nodes) = index.ways.entry(batch).or_default();
            streams.extend(&flow.stream);
            nodes.extend([&flow.from, &flow.to].into_iter().filter_map(|end| end.node()));
            for end in [&flow.from, &flow.to] {
                if let crate::project::End::Held { place: Some(place), .. } = end {
                    index.places.entry(batch).or_default().insert(place);
                }
            }
        }
        for assay in facts.assays {
            index.assays.entry(assay.sample).or_default().push(assay);
        }
        for sheet in facts.submissions {
            for line in &sheet.lines {
                let sent = index.sent.entry(line.sample).or_insert(sheet.sent_at);
                *sent = (*sent).min(sheet.sent_at);
            }
        }
        index
    }

    /// Whether a stream is that of a line, or carries its material where the line names no stream.
    fn is_of(&self, stream: &StreamId, item: &PlanItem) -> bool {
        match &item.point {
            Some(Point::Stream(id)) => id == stream,
            Some(Point::Place(_)) => false,
            _ => self.carried.get(stream).is_some_and(|of| of.contains(&item.material)),
        }
    }

    /// Whether a batch is of a point: it came by the stream, was in the node or place.
    fn batch_at(&self, batch: &BatchRow, point: Option<&Point>) -> bool {
        let ways = self.ways.get(&batch.id);
        match point {
            None => true,
            Some(Point::Stream(id)) => ways.is_some_and(|(streams, _)| streams.contains(id)),
            Some(Point::Node(id)) => {
                batch.node.as_ref() == Some(id) || ways.is_some_and(|(_, nodes)| nodes.contains(id))
            }
            Some(Point::Place(id)) => {
                batch.place.as_ref() == Some(id)
                    || self.places.get(&batch.id).is_some_and(|places| places.contains(id))
            }
        }
    }
}

/// One line of a plan in its facts.
struct Search<'a> {
    plan: &'a AssayPlan,
    item: &'a PlanItem,
    clock: Clock,
    index: &'a Index<'a>,
    now: Micros,
    /// Batches of the line by the time of their registration.
    batches: Vec<(Micros, &'a BatchRow)>,
    /// Samples that can be of the line.
    samples: Vec<&'a SampleRow>,
}

impl<'a> Search<'a> {
    fn of(
        plan: &'a AssayPlan,
        item: &'a PlanItem,
        clock: Clock,
        index: &'a Index<'a>,
        now: Micros,
    ) -> Self {
        let of_line = |row: &'a BatchRow| {
            let own = row.material.as_ref() == Some(&item.material)
                && !matches!(row.state, BatchState::Void | BatchState::Missing)
                && row.parents.is_empty()
                && index.batch_at(row, item.point.as_ref());
            own.then_some((row.registered_at?, row))
        };
        let mut batches: Vec<_> = index.facts.batches.iter().filter_map(of_line).collect();
        batches.sort_by_key(|(at, row)| (*at, row.id));
        let named: BTreeSet<BatchId> = batches.iter().map(|(_, row)| row.id).collect();
        let can_be = |row: &&SampleRow| match &row.subject {
            Some(SampleSubject::Batches(shares)) => shares.iter().any(|s| named.contains(&s.batch)),
            Some(SampleSubject::Stream { stream, .. }) => index.is_of(stream, item),
            Some(SampleSubject::Stock { material, .. }) => *material == item.material,
            None => false,
        };
        let samples = index.facts.samples.iter().filter(can_be).collect();
        Self { plan, item, clock, index, now, batches, samples }
    }

    fn term(&self) -> Micros {
        Micros::from(self.item.term_days) * DAY_MICROS
    }

    /// The batches of the line that were registered in a span.
    fn of_line(&self, span: MicrosSpan) -> impl Iterator<Item = (&BatchRow, Micros)> {
        let first = self.batches.partition_point(|(at, _)| *at < span.from);
        let from_there = self.batches.iter().skip(first);
        from_there.take_while(move |(at, _)| *at < span.to).map(|(at, row)| (*row, *at))
    }

    fn batches(&self, span: MicrosSpan, found: &mut Vec<Occasion>) {
        for (row, at) in self.of_line(span) {
            let of_batch = |sample: &&SampleRow| match &sample.subject {
                Some(SampleSubject::Batches(shares)) => shares.iter().any(|s| s.batch == row.id),
                _ => false,
            };
            let samples: Vec<_> = self.samples.iter().copied().filter(of_batch).collect();
            found.push(self.occasion(Of::Batch(row.id), at, at, &samples, None));
        }
    }

    fn periods(&self, span: MicrosSpan, found: &mut Vec<Occasion>) {
        let shift = self.plan.shift_hours.unwrap_or(SHIFT_HOURS);
        let mut at = span.from;
        while at < span.to {
            let Some(period) = self.clock.period(self.item.frequency, shift, at) else {
                return;
            };
            at = period.to.max(at + 1);
            // A period that began before the plan did is the earlier plan's.
            if period.from >= span.from {
                found.push(self.in_period(period));
            }
        }
    }

    fn in_period(&self, period: MicrosSpan) -> Occasion {
        let batches: BTreeSet<BatchId> = self.of_line(period).map(|(row, _)| row.id).collect();
        let samples = self.samples.iter().copied();
        let samples: Vec<&SampleRow> =
            samples.filter(|sample| self.stands_for(sample, period, &batches)).collect();
        let composite = self.item.frequency == Frequency::WeeklyComposite && !batches.is_empty();
        let members = composite.then_some(&batches);
        let mut occasion =
            self.occasion(Of::Period(period), period.from, period.to, &samples, members);
        let stops = self.index.facts.stops;
        let still = stopped(stops, Some(&self.plan.site), period) >= period.length();
        let idle = self.item.only_when_moving && batches.is_empty() && !self.moved(period);
        if (still || idle) && occasion.state != DueState::Done {
            occasion.state = DueState::Excused;
        }
        occasion
    }

    /// Whether a sample is of the line's material and point in a period.
    fn stands_for(
        &self,
        sample: &SampleRow,
        period: MicrosSpan,
        batches: &BTreeSet<BatchId>,
    ) -> bool {
        let point = self.item.point.as_ref();
        match &sample.subject {
            Some(SampleSubject::Batches(shares)) => {
                shares.iter().any(|share| batches.contains(&share.batch))
            }
            Some(SampleSubject::Stream { stream, span }) => {
                let span = span.micros();
                let own = self.index.is_of(stream, self.item);
                // Most of it: a sample of one week does not serve the next one as well.
                own && span.overlap(&period).saturating_mul(2) >= span.length().min(period.length())
                    && span.overlap(&period) > 0
            }
            Some(SampleSubject::Stock { location, material, at }) => {
                let here = match point {
                    None => true,
                    Some(Point::Node(id)) => location.node == *id,
                    Some(Point::Place(id)) => location.place.as_ref() == Some(id),
                    Some(Point::Stream(_)) => false,
                };
                here && *material == self.item.material && period.holds(at.micros())
            }
            None => false,
        }
    }

    /// Whether anything of the line moved in a period.
    fn moved(&self, period: MicrosSpan) -> bool {
        self.index.facts.flows.iter().any(|flow| {
            let own = MicrosSpan { from: flow.since, to: flow.until };
            let when = own.overlap(&period) > 0 || period.holds(flow.until);
            let what = flow.material.as_ref() == Some(&self.item.material);
            let by = match &self.item.point {
                Some(Point::Stream(id)) => flow.stream.as_ref() == Some(id),
                _ => true,
            };
            when && what && by
        })
    }

    /// Assays of a sample that satisfy the line, with the batches that each values.
    fn satisfying(&self, sample: &SampleRow) -> impl Iterator<Item = &AssayRow> {
        let assays = self.index.assays.get(&sample.id).into_iter().flatten().copied();
        assays.filter(|assay| {
            let counts = assay.review != Review::Returned
                && !assay.quality_failed
                && assay.purpose != Purpose::Settlement
                && assay.standing != Standing::Estimate;
            let by_lab = self.item.lab.is_none() || assay.lab == self.item.lab;
            let measured = assay.determinations.iter().any(|determination| {
                determination.analyte == self.item.analyte
                    && determination.result.bounds().is_some()
            });
            counts && by_lab && measured
        })
    }

    fn occasion(
        &self,
        of: Of,
        since: Micros,
        ends: Micros,
        samples: &[&SampleRow],
        members: Option<&BTreeSet<BatchId>>,
    ) -> Occasion {
        let stops = self.index.facts.stops;
        let deadline = deadline(stops, Some(&self.plan.site), ends, self.term());
        let mut reports: Vec<&AssayRow> = Vec::new();
        let (mut valued, mut waiting) = (BTreeSet::new(), Vec::new());
        for sample in samples {
            let before = reports.len();
            reports.extend(self.satisfying(sample));
            if reports.len() == before {
                waiting.extend(self.index.sent.get(&sample.id));
            } else if let Some(SampleSubject::Batches(shares)) = &sample.subject {
                valued.extend(shares.iter().map(|share| share.batch));
            }
        }
        let covered = members.map(|members| {
            let with = members.intersection(&valued).count();
            (u64::try_from(members.len()), u64::try_from(with))
        });
        let covered = covered.and_then(|(all, with)| all.ok().zip(with.ok()));
        let done = !reports.is_empty() && covered.is_none_or(|(all, with)| all == with);
        let at_lab_since = waiting.iter().min().copied();
        let sent_in_time = at_lab_since.is_some_and(|sent| sent <= deadline);
        let state = if done {
            DueState::Done
        } else if self.now < deadline || sent_in_time {
            DueState::Waiting
        } else {
            DueState::Overdue
        };
        // Late when what completed it came after the term.
        let completed = reports.iter().map(|report| report.reported_at);
        let last = if covered.is_some() { completed.max() } else { completed.min() };
        let late = done && last.is_some_and(|at| at >= deadline);
        let mut entries: Vec<EntryId> =
            reports.iter().flat_map(|report| report.evidence.iter().copied()).collect();
        entries.sort_unstable();
        entries.dedup();
        Occasion {
            plan: self.plan.id.clone(),
            item: self.item.item.clone(),
            of,
            since,
            deadline,
            state,
            late,
            samples: samples.iter().map(|sample| sample.id).collect(),
            at_lab_since: at_lab_since.filter(|_| !done),
            covered,
            entries,
        }
    }
}
