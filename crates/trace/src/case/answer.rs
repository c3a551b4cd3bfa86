//! The answer of `tltrace-case/1`: what each holder holds and of which origins, where each origin
//! went, and what was lost.
//!
//! The holders are asked backward and the origins forward, each by its own walk; `conservation` is
//! the sum of what the forward walk found, so that it is a result and not a copy of the question.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::ENTRIES_MAX;
use super::refused::{Refusal, Stop};
use crate::book::{Book, Mode, Resting};
use crate::graph::{Measure, OriginId, Scratch};
use crate::number::{self, Ratio, Share, Wide};

/// A number that can stand in an answer.
pub(super) trait Shown: Share {
    /// What `arithmetic` says.
    const ARITHMETIC: &'static str;

    fn shown(&self) -> Value;
}

/// Longer fractions are shown as the nearest float.
const FRACTION_CHARACTERS_MAX: usize = 64;

impl Shown for Ratio {
    const ARITHMETIC: &'static str = "exact";

    fn shown(&self) -> Value {
        const BITS_MAX: u64 = 256;
        if self.numer().bits() + self.denom().bits() <= BITS_MAX {
            let text = number::plain(self);
            if text.len() <= FRACTION_CHARACTERS_MAX {
                return Value::String(text);
            }
        }
        json!(self.float())
    }
}

impl Shown for Wide {
    const ARITHMETIC: &'static str = "106 bits";

    fn shown(&self) -> Value {
        json!(self.float())
    }
}

/// Amounts by name, added up.
pub(super) struct Amounts<S: Share>(BTreeMap<String, S::Sum>);

impl<S: Shown> Amounts<S> {
    pub(super) fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(super) fn add(&mut self, name: &str, amount: &S) {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), S::Sum::default());
        }
        if let Some(sum) = self.0.get_mut(name) {
            S::add_product(sum, amount, &S::whole());
        }
    }

    pub(super) fn total(&self) -> S {
        let mut total = S::Sum::default();
        for sum in self.0.values() {
            S::add_product(&mut total, &S::value(sum), &S::whole());
        }
        S::value(&total)
    }

    pub(super) fn shown(&self) -> Value {
        self.each(|amount| amount.shown())
    }

    fn shares(&self, total: &S) -> Value {
        self.each(|amount| amount.over(total).shown())
    }

    fn each(&self, show: impl Fn(&S) -> Value) -> Value {
        let amounts = self.0.iter().map(|(name, sum)| (name, S::value(sum)));
        let amounts = amounts.filter(|(_, amount)| !amount.is_nothing());
        amounts.map(|(name, amount)| (name.clone(), show(&amount))).collect::<Map<_, _>>().into()
    }
}

struct Asked<'a, S: Shown> {
    book: &'a Book<S>,
    scratch: Scratch<S>,
    entries: usize,
}

pub(super) fn of_book<S: Shown>(book: &Book<S>, budget: u64) -> Result<Value, Stop> {
    let mut asked = Asked { book, scratch: Scratch::with_budget(budget), entries: 0 };
    let mut holders = Map::new();
    for name in book.holders() {
        if let Some(holder) = asked.holder(name)? {
            holders.insert(name.to_owned(), holder);
        }
    }
    let (mut forward, mut conservation) = (Map::new(), Map::new());
    let mut lost = Amounts::<S>::new();
    for index in 0..book.graph().origin_count() {
        let origin = OriginId(u32::try_from(index).expect("origins are numbered in 32 bits"));
        let name = book.origin_name(origin).to_owned();
        let places = asked.places(origin, &mut lost)?;
        conservation.insert(name.clone(), places.total().shown());
        forward.insert(name, places.shown());
    }
    Ok(json!({
        "status": "ok",
        "arithmetic": S::ARITHMETIC,
        "holders": holders,
        "loss": lost.shown(),
        "conservation": conservation,
        "forward": forward,
    }))
}

impl<S: Shown> Asked<'_, S> {
    fn count(&mut self, entries: usize) -> Result<(), Stop> {
        self.entries += entries;
        if self.entries <= ENTRIES_MAX {
            return Ok(());
        }
        let message = format!("the answer would list more than {ENTRIES_MAX} amounts by origin");
        Err(Refusal::new("too_large", message).into())
    }

    fn holder(&mut self, name: &str) -> Result<Option<Value>, Stop> {
        let layered = !matches!(self.book.mode(name), None | Some(Mode::Mixed));
        let mut all = Amounts::new();
        let mut layers = Vec::new();
        for held in self.book.held(name) {
            let found =
                self.book.graph().backward(&[held.content], Measure::Substance, &mut self.scratch);
            let found = found.map_err(|_| Stop::Budget)?;
            self.count(found.len())?;
            let mut layer = Amounts::new();
            for (origin, amount) in &found {
                all.add(self.book.origin_name(*origin), amount);
                layer.add(self.book.origin_name(*origin), amount);
            }
            if layered {
                let mut shown = json!({
                    "mass_t": held.mass.shown(), "origins_kg": layer.shown(),
                });
                if self.book.mode(name) == Some(Mode::Lot) {
                    shown["lot"] = json!(held.lot);
                }
                layers.push(shown);
            }
        }
        let Some(mass) = self.book.mass(name) else { return Ok(None) };
        let total: S = all.total();
        let weightless = num_traits::Zero::is_zero(mass);
        if weightless && total.is_nothing() {
            return Ok(None);
        }
        let grade = |total: &S| {
            let grams = S::of(&Ratio::from_integer(1_000.into()));
            total.times(&grams).over(&S::of(mass)).shown()
        };
        let shares = if total.is_nothing() { json!({}) } else { all.shares(&total) };
        let mut shown = json!({
            "mass_t": mass.shown(),
            "tl_kg": total.shown(),
            "tl_g_t": if weightless { Value::Null } else { grade(&total) },
            "origins_kg": all.shown(),
            "origins_share": shares,
        });
        if layered {
            shown["layers"] = layers.into();
        }
        Ok(Some(shown))
    }

    fn places(&mut self, origin: OriginId, lost: &mut Amounts<S>) -> Result<Amounts<S>, Stop> {
        let book = self.book;
        let found = book.whereabouts(origin, Measure::Substance, &mut self.scratch);
        let found = found.map_err(|_| Stop::Budget)?;
        self.count(found.len())?;
        let mut places = Amounts::new();
        for (place, amount) in found {
            match place {
                Resting::Holder(name) => places.add(name, &amount),
                Resting::Loss => {
                    places.add(crate::book::LOSS, &amount);
                    lost.add(book.origin_name(origin), &amount);
                }
            }
        }
        Ok(places)
    }
}
