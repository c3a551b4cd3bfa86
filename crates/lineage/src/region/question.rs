//! Which lots are in this, where did this go: with the figures that show that nothing got lost.

use tl_domain::ids::PartyId;
use tl_trace::batches::{BatchError, Key};
use tl_trace::graph::{Measure, Scratch};

use super::page::{Numbered, Page, Sum};
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

    fn end(&self) -> usize {
        self.skip.saturating_add(self.take)
    }
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

impl From<[f64; 2]> for Amounts {
    fn from([grams, tonnes]: [f64; 2]) -> Self {
        Self { grams, tonnes }
    }
}

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
        let whole = self.held(starts)?.into_iter().map(|(_, held)| Amounts::from(held)).collect();
        let mut page = Page::until(window.end());
        let shows = self.shows(window);
        self.batches.backward_of(starts, scratch, |number, amounts| {
            page.add((number, amounts.into()), shows(number));
        })?;
        let share = |(origin, amounts): Numbered| {
            let origin = self.batches.key(origin as usize);
            OriginShare { origin, kind: self.kind(origin), amounts }
        };
        Ok(answer(page, window, (whole, scratch.visited()), share))
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
        self.rests(&self.held(starts)?, window, scratch)
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
        self.rests(&[(origin, [whole.grams, whole.tonnes])], Window::ALL, scratch)
    }

    fn rests(
        &self,
        starts: &[(Key, [f64; 2])],
        window: Window<'_>,
        scratch: &mut Scratch<f64>,
    ) -> Result<Answer<RestingShare>, BatchError> {
        let whole = starts.iter().map(|(_, held)| Amounts::from(*held)).collect();
        let mut page = Page::until(window.end());
        let shows = self.shows(window);
        self.batches.forward_of(starts, scratch, |number, amounts| {
            page.add((number, amounts.into()), shows(number));
        })?;
        let share = |(version, amounts): Numbered| RestingShare {
            version: self.batches.key(version as usize),
            amounts,
        };
        Ok(answer(page, window, (whole, scratch.visited()), share))
    }

    /// Which versions may show, by number; books are only looked up when some may not.
    fn shows(&self, window: Window<'_>) -> impl Fn(u32) -> bool {
        let seen: Vec<bool> = self.parties.iter().map(window.sees).collect();
        let all = !seen.contains(&false);
        move |number| all || seen[self.about[number as usize].party as usize]
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

    /// What fractions of versions hold: grams and tonnes.
    fn held(&self, starts: &[(Key, f64)]) -> Result<Vec<(Key, [f64; 2])>, BatchError> {
        let held = |(key, share): &(Key, f64)| {
            let number = self.number(*key).ok_or(BatchError::Unknown(*key))?;
            Ok((*key, self.totals[number].map(|total| total * share)))
        };
        starts.iter().map(held).collect()
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

/// The shares of a window; the others as sums.
fn answer<T>(
    mut page: Page,
    window: Window<'_>,
    (whole, visited): (Sum, usize),
    share: impl Fn(Numbered) -> T,
) -> Answer<T> {
    let mut before = page.sorted();
    let shown = before.split_off(window.skip.min(before.len()));
    let total = before.len() + shown.len() + page.beyond.extent().count;
    before.iter().for_each(|(_, amounts)| page.beyond.add(*amounts));
    Answer {
        shares: shown.into_iter().map(share).collect(),
        total,
        whole: whole.amounts(),
        sum: page.all.amounts(),
        rest: page.beyond.extent(),
        outside: page.hidden.extent(),
        visited,
    }
}
