//! Which lots are in this, where did this go: with the figures that show that nothing got lost.

use std::collections::HashMap;

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

/// Shares with the sums that must agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// All shares, the largest first.
    pub shares: Vec<T>,
    /// What was asked about holds so much.
    pub whole: Amounts,
    /// The shares add up to so much.
    pub sum: Amounts,
    /// Versions that the walk came to.
    pub visited: usize,
}

/// How much of a list is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// The shares beyond those shown, added up.
    pub rest: Amounts,
    /// How many those are.
    pub count: usize,
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
        let mut found: HashMap<Key, Amounts> = HashMap::new();
        for part in self.batches.backward_of(starts, Measure::Substance, scratch)? {
            found.entry(part.origin).or_default().grams += part.amount;
        }
        let mut visited = scratch.visited();
        for part in self.batches.backward_of(starts, Measure::Mass, scratch)? {
            found.entry(part.origin).or_default().tonnes += part.amount;
        }
        visited = visited.max(scratch.visited());
        let share = |(origin, amounts)| OriginShare { origin, kind: self.kind(origin), amounts };
        let mut shares: Vec<OriginShare> = found.into_iter().map(share).collect();
        shares.sort_by(|a, b| larger(&a.amounts, &b.amounts).then(a.origin.cmp(&b.origin)));
        let sum = sum(shares.iter().map(|share| share.amounts));
        Ok(Answer { whole: self.held(starts)?, sum, shares, visited })
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
        let mut found: HashMap<Key, Amounts> = HashMap::new();
        let amounts = |of: usize| -> Result<Vec<(Key, f64)>, BatchError> {
            let amount = |(key, share): &(Key, f64)| {
                let number = self.number(*key).ok_or(BatchError::Unknown(*key))?;
                Ok((*key, self.totals[number][of] * share))
            };
            starts.iter().map(amount).collect()
        };
        for (key, grams) in self.batches.forward_of(&amounts(0)?, Measure::Substance, scratch)? {
            found.entry(key).or_default().grams += grams;
        }
        let mut visited = scratch.visited();
        for (key, tonnes) in self.batches.forward_of(&amounts(1)?, Measure::Mass, scratch)? {
            found.entry(key).or_default().tonnes += tonnes;
        }
        visited = visited.max(scratch.visited());
        Ok(resting(found, self.held(starts)?, visited))
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
        let mut found: HashMap<Key, Amounts> = HashMap::new();
        let grams = [(origin, whole.grams)];
        for (key, grams) in self.batches.forward_of(&grams, Measure::Substance, scratch)? {
            found.entry(key).or_default().grams += grams;
        }
        let tonnes = [(origin, whole.tonnes)];
        for (key, tonnes) in self.batches.forward_of(&tonnes, Measure::Mass, scratch)? {
            found.entry(key).or_default().tonnes += tonnes;
        }
        Ok(resting(found, whole, scratch.visited()))
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

impl<T> Answer<T> {
    /// Keeps the first so many; what is beyond them, added up.
    pub fn largest(&mut self, shown: usize, amounts: impl Fn(&T) -> Amounts) -> Extent {
        let others = self.shares.split_off(shown.min(self.shares.len()));
        Extent { rest: sum(others.iter().map(amounts)), count: others.len() }
    }
}

fn resting(found: HashMap<Key, Amounts>, whole: Amounts, visited: usize) -> Answer<RestingShare> {
    let share = |(version, amounts)| RestingShare { version, amounts };
    let mut shares: Vec<RestingShare> = found.into_iter().map(share).collect();
    shares.sort_by(|a, b| larger(&a.amounts, &b.amounts).then(a.version.cmp(&b.version)));
    let sum = sum(shares.iter().map(|share| share.amounts));
    Answer { whole, sum, shares, visited }
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
fn larger(a: &Amounts, b: &Amounts) -> std::cmp::Ordering {
    let grams = b.grams.abs().total_cmp(&a.grams.abs());
    grams.then(b.tonnes.total_cmp(&a.tonnes))
}
