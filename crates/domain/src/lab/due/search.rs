//! One line of a plan in its facts: the occasions that it asks for, and what satisfied each.
//!
//! A sample counts for the period that most of it lies in, a composite for the batches that it is
//! of. A settled, returned or estimated result satisfies nothing.

use std::collections::BTreeSet;

use super::index::Index;
use super::{DueState, Occasion, Of};
use crate::event::{Purpose, SampleSubject, Standing};
use crate::ids::{BatchId, EntryId};
use crate::lab::calendar::{Clock, deadline, stopped};
use crate::lab::plan::{AssayPlan, Frequency, PlanItem, Point, SHIFT_HOURS};
use crate::project::{AssayRow, BatchRow, BatchState, Review, SampleRow};
use crate::time::{DAY_MICROS, Micros, MicrosSpan};

/// One line of a plan in its facts.
pub(super) struct Search<'a> {
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
    pub(super) fn of(
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

    pub(super) fn batches(&self, span: MicrosSpan, found: &mut Vec<Occasion>) {
        for (row, at) in self.of_line(span) {
            let of_batch = |sample: &&SampleRow| match &sample.subject {
                Some(SampleSubject::Batches(shares)) => shares.iter().any(|s| s.batch == row.id),
                _ => false,
            };
            let samples: Vec<_> = self.samples.iter().copied().filter(of_batch).collect();
            found.push(self.occasion(Of::Batch(row.id), at, at, &samples, None));
        }
    }

    pub(super) fn periods(&self, span: MicrosSpan, found: &mut Vec<Occasion>) {
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
