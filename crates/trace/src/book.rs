//! The book of one plant: events in their order become nodes and fractions of the graph.
//!
//! A holder is a batch, or a store that is well mixed, first-in-first-out, last-in-first-out or
//! kept by lots. Its state is its layers: what each weighed, and how much of that was taken. Masses
//! are exact, so "all" and "rest" leave nothing behind, and taking more than is held is refused
//! without a tolerance. An event is applied whole or not at all.
//!
//! A correction: the graph alone needs no rewriting downstream, because queries walk it. What a
//! corrected *mass* does change is the state of stores and batches (a different fraction, a
//! different layer reached, another "rest"). So [`Book::amend`] takes the events from that one on
//! back, each by its own undo record, and applies them again: the cost is that of the events after
//! it, and the result is that of a book written from zero. A corrected *amount of substance* of a
//! source changes no fraction; it costs the same here, and nothing at all in a bare graph.
//! Deliberately absent: clocks, units other than tonnes, and which entry counts.

use std::collections::HashMap;

use num_traits::Signed;

pub use self::event::{Account, Basis, Draw, Event, Fill, Quantity, Run, Source, Target, Weight};
pub use self::holder::Mode;
pub use self::reason::{Reason, Refused};

use self::holder::{Holder, Kind, Layer};
use self::undo::Undo;
use crate::graph::{Amount, Graph, Mark, Measure, NodeId, OriginId, Part, Rest, Scratch, Spent};
use crate::number::{Ratio, Share};

mod draw;
mod event;
mod holder;
mod measured;
mod reason;
mod run;
mod undo;

#[cfg(test)]
mod tests;

/// The word that a target uses for what is lost, so that nothing else may be called so.
pub const LOSS: &str = "LOSS";

/// Events applied in order, and the graph that they make.
#[derive(Clone, Debug)]
pub struct Book<S: Share> {
    graph: Graph<S>,
    /// The substance that each node ever held.
    totals: Vec<S>,
    /// The holder that a node is a layer of; none for what only passes through or is lost.
    places: Vec<Option<u32>>,
    holders: Vec<Holder>,
    by_name: HashMap<String, u32>,
    origins: Vec<String>,
    declared: HashMap<String, OriginId>,
    steps: Vec<Step>,
    undo: Vec<Undo>,
    budget: u64,
}

#[derive(Clone, Debug)]
struct Step {
    event: Event,
    before: BookMark,
}

#[derive(Clone, Copy, Debug)]
struct BookMark {
    graph: Mark,
    undo: usize,
    origins: usize,
}

/// Where an amount rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resting<'a> {
    /// In a batch or store.
    Holder(&'a str),
    /// Lost, where a run booked it.
    Loss,
}

/// One layer of what a holder holds now.
#[derive(Clone, Debug)]
pub struct Held<'a, S> {
    /// Tonnes left.
    pub mass: Ratio,
    /// The lot that it was put in as, in stores kept by lots.
    pub lot: Option<&'a str>,
    /// The node, and the fraction of it that is left.
    pub content: (NodeId, S),
}

impl<S: Share> Default for Book<S> {
    fn default() -> Self {
        Self::with_budget(u64::MAX)
    }
}

impl<S: Share> Book<S> {
    /// A book without events whose exact totals may cost so much; see [`Share::cost`].
    pub fn with_budget(budget: u64) -> Self {
        Self {
            graph: Graph::default(),
            totals: Vec::new(),
            places: Vec::new(),
            holders: Vec::new(),
            by_name: HashMap::new(),
            origins: Vec::new(),
            declared: HashMap::new(),
            steps: Vec::new(),
            undo: Vec::new(),
            budget,
        }
    }

    /// Declares a store, before the first event.
    pub fn add_store(&mut self, name: &str, mode: Mode) -> Result<(), Reason> {
        if !self.steps.is_empty() {
            return Err(Reason::StoreAfterEvents);
        }
        self.free_name(name)?;
        self.new_holder(name, Kind::Store(mode));
        self.undo.clear();
        Ok(())
    }

    /// Applies an event, or says why not and leaves the book as it was.
    pub fn apply(&mut self, event: Event) -> Result<(), Reason> {
        let before = self.mark();
        let done = match &event {
            Event::Source(source) => self.bring(source),
            Event::Run(run) => self.perform(run),
        };
        match done {
            Ok(()) => {
                self.steps.push(Step { event, before });
                Ok(())
            }
            Err(reason) => {
                self.take_back(before);
                Err(reason)
            }
        }
    }

    /// Replaces the event at an index, puts one in before it, or (with `None`) takes it out, and
    /// applies what comes after again. Refused as a whole where any of it no longer can be.
    pub fn amend(&mut self, index: usize, replace: bool, by: Option<Event>) -> Result<(), Refused> {
        let index = index.min(self.steps.len());
        let mut old = self.rewind(index);
        let kept = if replace && !old.is_empty() { Some(old.remove(0)) } else { None };
        let mut new: Vec<Event> = by.into_iter().collect();
        new.extend(old.iter().cloned());
        if let Err(refused) = self.apply_all(new) {
            self.rewind(index);
            let back: Vec<Event> = kept.into_iter().chain(old).collect();
            self.apply_all(back).expect("what was applied before applies again");
            return Err(refused);
        }
        Ok(())
    }

    /// Applies events until one is refused.
    pub fn apply_all(&mut self, events: Vec<Event>) -> Result<(), Refused> {
        for event in events {
            let name = event.name().to_owned();
            let index = self.steps.len();
            self.apply(event).map_err(|reason| Refused { index, event: name, reason })?;
        }
        Ok(())
    }

    /// Takes back all events from an index on and returns them in their order.
    pub fn rewind(&mut self, index: usize) -> Vec<Event> {
        let Some(step) = self.steps.get(index) else { return Vec::new() };
        self.take_back(step.before);
        self.steps.split_off(index).into_iter().map(|step| step.event).collect()
    }

    /// The graph.
    pub fn graph(&self) -> &Graph<S> {
        &self.graph
    }

    /// How many events stand in the book.
    pub fn event_count(&self) -> usize {
        self.steps.len()
    }

    /// The name of an origin: its batch, or `unaccounted NODE/period`.
    pub fn origin_name(&self, origin: OriginId) -> &str {
        &self.origins[origin.index()]
    }

    /// The origin that a batch was declared as.
    pub fn origin(&self, batch: &str) -> Option<OriginId> {
        self.declared.get(batch).copied()
    }

    /// Whether a batch or store of this name exists by now.
    pub fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The names of all holders, in the order in which they came.
    pub fn holders(&self) -> impl Iterator<Item = &str> {
        self.holders.iter().map(|holder| holder.name.as_str())
    }

    /// The mode of a store; none for a batch or an unknown name.
    pub fn mode(&self, name: &str) -> Option<Mode> {
        match self.holder(name)?.kind {
            Kind::Store(mode) => Some(mode),
            Kind::Batch => None,
        }
    }

    /// Tonnes held now.
    pub fn mass(&self, name: &str) -> Option<&Ratio> {
        self.holder(name).map(|holder| &holder.held)
    }

    /// The layers that a holder holds now, the oldest first.
    pub fn held(&self, name: &str) -> Vec<Held<'_, S>> {
        let Some(holder) = self.holder(name) else { return Vec::new() };
        let layer = |index: &u32| {
            let layer = &holder.layers[*index as usize];
            Held {
                mass: layer.left(),
                lot: layer.lot.as_deref(),
                content: (layer.node, S::of(&layer.fraction)),
            }
        };
        holder.live.iter().map(layer).collect()
    }

    /// Which origins are in a holder now, and how much of each.
    pub fn origins_in(
        &self,
        name: &str,
        measure: Measure,
        scratch: &mut Scratch<S>,
    ) -> Result<Vec<(OriginId, S)>, Spent> {
        let starts: Vec<_> = self.held(name).into_iter().map(|held| held.content).collect();
        self.graph.backward(&starts, measure, scratch)
    }

    /// Where what an origin brought rests now: amounts by place, in the order of the graph; a
    /// place can occur more than once.
    pub fn whereabouts(
        &self,
        origin: OriginId,
        measure: Measure,
        scratch: &mut Scratch<S>,
    ) -> Result<Vec<(Resting<'_>, S)>, Spent> {
        let found = self.graph.forward_of(origin, measure, scratch)?;
        Ok(found.into_iter().map(|(node, amount)| (self.resting(node), amount)).collect())
    }

    fn resting(&self, node: NodeId) -> Resting<'_> {
        match self.places[node.index()] {
            Some(holder) => Resting::Holder(&self.holders[holder as usize].name),
            None => Resting::Loss,
        }
    }

    fn holder(&self, name: &str) -> Option<&Holder> {
        self.by_name.get(name).map(|index| &self.holders[*index as usize])
    }

    fn mark(&self) -> BookMark {
        BookMark { graph: self.graph.mark(), undo: self.undo.len(), origins: self.origins.len() }
    }

    fn free_name(&self, name: &str) -> Result<(), Reason> {
        if name.is_empty() {
            return Err(Reason::EmptyId);
        }
        if name == LOSS {
            return Err(Reason::ReservedId);
        }
        if self.by_name.contains_key(name) {
            return Err(Reason::DuplicateId { id: name.to_owned() });
        }
        Ok(())
    }

    fn bring(&mut self, source: &Source) -> Result<(), Reason> {
        if source.mass.is_negative() {
            return Err(Reason::NegativeMass { of: source.batch.clone() });
        }
        if source.substance.is_negative() {
            return Err(Reason::NegativeSubstance { of: source.batch.clone() });
        }
        // A store may be declared as a source once: that is its opening stock.
        let store = self.mode(&source.batch).is_some();
        if !store || self.declared.contains_key(&source.batch) {
            self.free_name(&source.batch)?;
        }
        let amount = Amount { substance: S::of(&source.substance), mass: S::of(&source.mass) };
        let node = self.append(Some((amount, &source.batch)), &[])?;
        let origin = self.graph.origin_at(node).expect("appended as an origin");
        self.declared.insert(source.batch.clone(), origin);
        let holder = self.holder_for(&source.batch)?;
        let lot = Some(source.batch.clone());
        self.deposit(
            holder,
            Part { from: node, substance: S::whole(), mass: S::whole() },
            true,
            source.mass.clone(),
            lot,
        )
    }

    fn append(
        &mut self,
        origin: Option<(Amount<S>, &str)>,
        parts: &[Part<S>],
    ) -> Result<NodeId, Reason> {
        let mut total = S::Sum::default();
        if let Some((amount, _)) = &origin {
            S::add_product(&mut total, &amount.substance, &S::whole());
        }
        for part in parts {
            S::add_product(&mut total, &part.substance, &self.totals[part.from.index()]);
        }
        let total = S::value(&total);
        let cost = total.cost().saturating_mul(parts.len() as u64 + 1);
        self.budget = self.budget.checked_sub(cost).ok_or(Reason::Budget)?;
        let (amount, name) = origin.unzip();
        let rest = Rest { substance: S::nothing(), mass: S::nothing() };
        let node = self.graph.append(amount, parts, rest).map_err(|_| Reason::Full)?;
        self.totals.push(total);
        self.places.push(None);
        if let Some(name) = name {
            self.origins.push(name.to_owned());
        }
        Ok(node)
    }
}
