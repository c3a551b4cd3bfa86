//! Shares as a walk finds them: what a page shows is kept, everything else is only summed.
//!
//! A question can come to every version of a region, and a page shows fifty of them. So the
//! shares beyond the page are let go on the way: memory stays at a few pages, and nothing but
//! the page is put in order. Invariant: shown and let go are all that came and may show.

use std::cmp::Ordering;

use tl_trace::number::Compensated;

use super::question::{Amounts, Extent};

/// An amount in a version, by its number.
pub(super) type Numbered = (u32, Amounts);

/// Shares beyond the page that are held before the smallest are let go.
const SLACK: usize = 4_096;

/// A sum of shares, without the losses that rounding would fake.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    sums: [Compensated; 2],
    count: usize,
}

impl Sum {
    pub(super) fn add(&mut self, amounts: Amounts) {
        self.sums[0].add(amounts.grams);
        self.sums[1].add(amounts.tonnes);
        self.count += 1;
    }

    pub(super) fn amounts(self) -> Amounts {
        Amounts { grams: self.sums[0].value(), tonnes: self.sums[1].value() }
    }

    pub(super) fn extent(self) -> Extent {
        Extent { amounts: self.amounts(), count: self.count }
    }
}

impl FromIterator<Amounts> for Sum {
    fn from_iter<I: IntoIterator<Item = Amounts>>(amounts: I) -> Self {
        let mut sum = Self::default();
        amounts.into_iter().for_each(|amounts| sum.add(amounts));
        sum
    }
}

/// The largest shares so far, and the sums of all others.
pub(super) struct Page {
    /// Shares that are wanted, from the largest on.
    wanted: usize,
    held: Vec<Numbered>,
    /// The least of the wanted when some were last let go; nothing smaller can be wanted.
    floor: Option<Numbered>,
    /// Of everything that came.
    pub(super) all: Sum,
    /// Of what may show and is not held.
    pub(super) beyond: Sum,
    /// Of what may not show.
    pub(super) hidden: Sum,
}

impl Page {
    /// A page that ends with that many shares.
    pub(super) fn until(wanted: usize) -> Self {
        let sum = Sum::default();
        Self { wanted, held: Vec::new(), floor: None, all: sum, beyond: sum, hidden: sum }
    }

    /// One more share.
    pub(super) fn add(&mut self, share: Numbered, shows: bool) {
        self.all.add(share.1);
        if !shows {
            self.hidden.add(share.1);
        } else if self.floor.is_some_and(|floor| larger(&floor, &share).is_lt()) {
            self.beyond.add(share.1);
        } else {
            self.held.push(share);
            if self.held.len() >= self.wanted.saturating_add(SLACK) {
                self.let_go();
            }
        }
    }

    /// The wanted shares, the largest first.
    pub(super) fn sorted(&mut self) -> Vec<Numbered> {
        self.let_go();
        let mut held = std::mem::take(&mut self.held);
        held.sort_unstable_by(larger);
        held
    }

    fn let_go(&mut self) {
        if self.held.len() <= self.wanted {
            return;
        }
        if let Some(last) = self.wanted.checked_sub(1) {
            self.held.select_nth_unstable_by(last, larger);
            self.floor = Some(self.held[last]);
        }
        for (_, amounts) in self.held.drain(self.wanted..) {
            self.beyond.add(amounts);
        }
    }
}

/// The largest by grams, whatever the sign; then by tonnes.
fn larger((a_number, a): &Numbered, (b_number, b): &Numbered) -> Ordering {
    let grams = b.grams.abs().total_cmp(&a.grams.abs());
    grams.then(b.tonnes.total_cmp(&a.tonnes)).then(a_number.cmp(b_number))
}

#[cfg(test)]
mod tests;
