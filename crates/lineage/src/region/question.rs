//! Which lots are in this, where did this go: with the figures that show that nothing got lost.

use tl_domain::ids::PartyId;
use tl_trace::batches::{BatchError, Key};
use tl_trace::graph::{Measure, Scratch};
use tl_trace::number::Compensated;

use super::{Region, What};

/// Grams of the substance and tonnes of mass.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Amounts {
    /// Grams.
    pub grams: f64,
    /// Tonnes.
    pub tonnes: f64,
}

/// What an origin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginKind {
    /// A lot that came in or was there at the opening, with a content to reckon by.
    Lot,
    /// A lot without any content: its grams count as none.
    Unvalued,
    /// The gap between what was measured here and what its inputs carry; may be negative.
    Unaccounted,
}

/// How much of an origin is in what was asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OriginShare {
    /// The version that brought it.
    pub origin: Key,
    /// What it is.
    pub kind: OriginKind,
    /// How much of it.
    pub amounts: Amounts,
}

/// How much of what was asked about rests in a version now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestingShare {
    /// The version.
    pub version: Key,
    /// How much.
    pub amounts: Amounts,
}

/// Which shares are wanted. The others are only summed: a late batch holds a little of thousands
/// of lots, and nobody reads the last of them.
#[derive(Clone, Copy)]
pub struct Window<'a> {
    /// Shares to skip, the largest first.
    pub skip: usize,
    /// Shares to give.
    pub take: usize,
    /// Whose books may show.
    pub sees: &'a dyn Fn(&PartyId) -> bool,
}

impl Window<'_> {
    /// All of them.
    pub const ALL: Window<'static> = Window { skip: 0, take: usize::MAX, sees: &|_| true };
}

/// Shares with the sums that must agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// The shares wanted, the largest first.
    pub shares: Vec<T>,
    /// How many there are in books that may show.
    pub total: usize,
    /// What was asked about holds so much.
    pub whole: Amounts,
    /// All shares add up to so much.
    pub sum: Amounts,
    /// Those that may show and are not among the shares.
    pub rest: Extent,
    /// Those in books that may not show.
    pub outside: Extent,
    /// Versions that the walk came to.
    pub visited: usize,
}

/// Shares that are only summed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Extent {
    /// Their sum.
    pub amounts: Amounts,
    /// How many.
    pub count: usize,
}

/// An amount in a version, by its number.
type Numbered = (u32, Amounts);

impl Region {
    /// Which lots are in fractions of versions, and how much of each.
    ///
    /// # Errors
    /// `Unknown` for a key that the region does not have.
    pub fn backward(
        &self,
        starts: &[(Key, f64)],
        scratch: &mut Scratch<f64>,
    ) -> Result<Answer<OriginShare>, BatchError> {
        self.backward_in(starts, Window::ALL, scratch)
    }

    /// As [`Region::backward`], with only some of the shares.
    ///
    /// # Errors
    /// `Unknown` for a key that the region does not have.
    pub fn backward_in(
        &self,
        starts: &[(Key, f64)],
        window: Window<'_>,
        scratch: &mut Scratch<f64>,
    ) -> Result<Answer<OriginShare>, BatchError> {
        let grams = self.batches.backward_of(starts, Measure::Substance, scratch)?;
        let mut visited = scratch.visited();
        let tonnes = self.batches.backward_of(starts, Measure::Mass, scratch)?;
        visited = visited.max(scratch.visited());
        // Both lists come the latest first.
        let later = |a: u32, b: u32| self.batches.rank(a) > self.batches.rank(b);
        let found = joined(&grams, &tonnes, later);
        let share = |(origin, amounts): Numbered| {
            let origin = self.batches.key(origin as usize);
            OriginShare { origin, kind: self.kind(origin), amounts }
        };
        Ok(self.answer(found, (self.held(starts)?, visited), window, share))
    }

    /// Where what fractions of versions hold rests now.
    ///
    /// # Errors
    /// `Unknown` for a key that the region does not have.
    pub fn forward(
        &self,
        starts: &[(Key, f64)],
        scratch: &mut Scratch<f64>,
    ) -> Result<Answer<RestingShare>, BatchError> {
        self.forward_in(starts, Window::ALL, scratch)
    }

    /// As [`Region::forward`], with only some of the shares.
    ///
    /// # Errors
    /// `Unknown` for a key that the region does not have.
    pub fn forward_in(
        &self,
        starts: &[(Key, f64)],
        window: Window<'_>,
        scratch: &mut Scratch<f64>,
    ) -> Result<Answer<RestingShare>, BatchError> {
        let mut amounts = Vec::with_capacity(starts.len());
        for (key, share) in starts {
            let number = self.number(*key).ok_or(BatchError::Unknown(*key))?;
            let [grams, tonnes] = self.totals[number];
            amounts.push((*key, Amounts { grams: grams * share, tonnes: tonnes * share }));
        }
        self.rests(&amounts, window, scratch)
    }

    /// Where what an origin brought rests now; what came to it from others is left out.
    ///
    /// # Errors
    /// `Unknown` for a key that the region does not have.
    pub fn resting_of(
        &self,
        origin: Key,
        scratch: &mut Scratch<f64>,
    ) -> Result<Answer<RestingShare>, BatchError> {
        let whole = self.brought(origin).unwrap_or_default();
        self.rests(&[(origin, whole)], Window::ALL, scratch)
    }

    fn rests(
        &self,
        starts: &[(Key, Amounts)],
        window: Window<'_>,
        scratch: &mut Scratch<f64>,
    ) -> Result<Answer<RestingShare>, BatchError> {
        let of = |pick: fn(&Amounts) -> f64| -> Vec<(Key, f64)> {
            starts.iter().map(|(key, amounts)| (*key, pick(amounts))).collect()
        };
        let grams = of(|amounts| amounts.grams);
        let grams = self.batches.forward_of(&grams, Measure::Substance, scratch)?;
        let mut visited = scratch.visited();
        let tonnes = of(|amounts| amounts.tonnes);
        let tonnes = self.batches.forward_of(&tonnes, Measure::Mass, scratch)?;
        visited = visited.max(scratch.visited());
        // Both lists come the earliest first.
        let earlier = |a: u32, b: u32| self.batches.rank(a) < self.batches.rank(b);
        let found = joined(&grams, &tonnes, earlier);
        let whole = sum(starts.iter().map(|(_, amounts)| *amounts));
        let share = |(version, amounts): Numbered| RestingShare {
            version: self.batches.key(version as usize),
            amounts,
        };
        Ok(self.answer(found, (whole, visited), window, share))
    }

    /// The shares of a window; the others as sums. Only what is shown is put in order.
    fn answer<T>(
        &self,
        found: Vec<Numbered>,
        (whole, visited): (Amounts, usize),
        window: Window<'_>,
        share: impl Fn(Numbered) -> T,
    ) -> Answer<T> {
        let seen: Vec<bool> = self.parties.iter().map(window.sees).collect();
        let shows = |(number, _): &Numbered| seen[self.about[*number as usize].party as usize];
        let all = sum(found.iter().map(|(_, amounts)| *amounts));
        let (mut shown, hidden): (Vec<Numbered>, Vec<Numbered>) =
            found.into_iter().partition(shows);
        let total = shown.len();
        let end = window.skip.saturating_add(window.take).min(total);
        if end < total {
            shown.select_nth_unstable_by(end, larger);
        }
        let beyond = shown.split_off(end);
        shown.sort_unstable_by(larger);
        let page = shown.split_off(window.skip.min(end));
        Answer {
            shares: page.into_iter().map(share).collect(),
            total,
            whole,
            sum: all,
            rest: extent(shown.iter().chain(&beyond)),
            outside: extent(hidden.iter()),
            visited,
        }
    }

    /// What a version brought of its own: a lot, or the gap that was settled there.
    #[must_use]
    pub fn brought(&self, key: Key) -> Option<Amounts> {
        self.number(key)?;
        let amount = self.batches.brought(key).ok().flatten()?;
        Some(Amounts { grams: amount.substance, tonnes: amount.mass })
    }

    /// The fractions of a version that nobody took: of its substance and of its mass.
    #[must_use]
    pub fn resting(&self, key: Key) -> Option<(f64, f64)> {
        self.number(key)?;
        let substance = self.batches.rest(key, Measure::Substance).ok()?;
        Some((substance, self.batches.rest(key, Measure::Mass).ok()?))
    }

    /// Every version that the books give.
    pub fn all(&self) -> impl Iterator<Item = super::VersionView> {
        let numbers = self.of_party.iter().flatten();
        numbers.filter_map(|number| self.view(self.batches.key(*number as usize)))
    }

    /// What fractions of versions hold.
    fn held(&self, starts: &[(Key, f64)]) -> Result<Amounts, BatchError> {
        let mut held = Vec::with_capacity(starts.len());
        for (key, share) in starts {
            let number = self.number(*key).ok_or(BatchError::Unknown(*key))?;
            let [grams, tonnes] = self.totals[number];
            held.push(Amounts { grams: grams * share, tonnes: tonnes * share });
        }
        Ok(sum(held))
    }

    fn kind(&self, origin: Key) -> OriginKind {
        let Some(number) = self.number(origin) else { return OriginKind::Unaccounted };
        let about = &self.about[number];
        let made = self.batches.part_count(number) > 0;
        let named = matches!(about.what, What::Batch | What::Flow);
        match (made || !named, about.valued || about.is_pinned) {
            (true, _) => OriginKind::Unaccounted,
            (false, true) => OriginKind::Lot,
            (false, false) => OriginKind::Unvalued,
        }
    }
}

/// Two lists of amounts by version as one; `first` says which of two versions comes first in both.
fn joined(
    grams: &[(u32, f64)],
    tonnes: &[(u32, f64)],
    first: impl Fn(u32, u32) -> bool,
) -> Vec<Numbered> {
    let mut both = Vec::with_capacity(grams.len().max(tonnes.len()));
    let (mut left, mut right) = (grams.iter().peekable(), tonnes.iter().peekable());
    loop {
        let (of_grams, of_tonnes) = match (left.peek(), right.peek()) {
            (None, None) => return both,
            (Some(_), None) => (true, false),
            (None, Some(_)) => (false, true),
            (Some((a, _)), Some((b, _))) if a == b => (true, true),
            (Some((a, _)), Some((b, _))) => (first(*a, *b), !first(*a, *b)),
        };
        let grams = if of_grams { left.next() } else { None };
        let tonnes = if of_tonnes { right.next() } else { None };
        let number = grams.or(tonnes).map_or(0, |(number, _)| *number);
        let amount = |found: Option<&(u32, f64)>| found.map_or(0.0, |(_, amount)| *amount);
        both.push((number, Amounts { grams: amount(grams), tonnes: amount(tonnes) }));
    }
}

fn extent<'a>(shares: impl Iterator<Item = &'a Numbered> + Clone) -> Extent {
    Extent { count: shares.clone().count(), amounts: sum(shares.map(|(_, amounts)| *amounts)) }
}

/// Exact sums: rounding must not look like a loss.
fn sum(amounts: impl IntoIterator<Item = Amounts>) -> Amounts {
    let mut sums = [Compensated::default(); 2];
    for amounts in amounts {
        sums[0].add(amounts.grams);
        sums[1].add(amounts.tonnes);
    }
    Amounts { grams: sums[0].value(), tonnes: sums[1].value() }
}

/// The largest by grams, whatever the sign; then by tonnes.
fn larger((a_number, a): &Numbered, (b_number, b): &Numbered) -> std::cmp::Ordering {
    let grams = b.grams.abs().total_cmp(&a.grams.abs());
    grams.then(b.tonnes.total_cmp(&a.tonnes)).then(a_number.cmp(b_number))
}
