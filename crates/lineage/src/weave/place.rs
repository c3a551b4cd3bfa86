//! Places and stores: puts, draws and stock takes in the order of time.
//!
//! Well mixed: what is put in after a draw begins a new version, made of what was left and of what
//! came; a draw takes a fraction of the version that stands. FIFO: each put is a layer, the oldest
//! is drawn first. A draw beyond what the books hold takes what is there and an amount of its own
//! without content: the place was short, and says so. A stock take sets what is held: what is
//! missing stays behind in the version before it, what is too much is an amount of its own.

use std::collections::VecDeque;
use std::sync::Arc;

use tl_domain::time::Micros;
use tl_trace::batches::Key;

use super::amount::Amount;
use super::{Lot, Taken, Version, Weaver, What};
use crate::row::Holder;

/// Grams in a tonne.
const TONNE_GRAMS: f64 = 1e6;

/// A version of which something is left.
struct Layer {
    version: usize,
    key: Key,
    /// What it held when it came to be, as it was weighed and dry.
    weighed: f64,
    dry: f64,
    /// The fraction that nobody took yet.
    left: f64,
}

impl Layer {
    fn weighs(&self) -> f64 {
        self.weighed * self.left
    }
}

/// What happens to a place.
#[derive(Clone, Copy)]
enum Step {
    Put(usize),
    Draw(usize),
    /// A stock take found so much.
    Found(u128, Amount),
}

/// A place while its steps are followed.
struct Store {
    what: What,
    name: Arc<str>,
    label: String,
    fifo: bool,
    layers: VecDeque<Layer>,
}

impl Weaver<'_> {
    /// Versions of all places and store nodes, and what draws took of them.
    pub(super) fn places(&mut self) {
        let is_store = |holder: &Holder| matches!(holder, Holder::Place(_) | Holder::Stock(_));
        for holder in self.desk.holders_that(is_store) {
            let (name, is_place) = match self.holder(holder) {
                Holder::Place(name) => (name.clone(), true),
                Holder::Stock(name) => (name.clone(), false),
                _ => continue,
            };
            let steps = self.steps(holder, &name, is_place);
            let shown = self.name(&name);
            let mut store = Store {
                what: if is_place {
                    What::Place(shown.clone())
                } else {
                    What::Stock(shown.clone())
                },
                name: shown,
                label: format!("{}\n{name}", if is_place { "place" } else { "stock" }),
                fifo: is_place && self.desk.is_fifo(&name),
                layers: VecDeque::new(),
            };
            for (at, step) in steps {
                match step {
                    Step::Put(row) => self.put(&mut store, row),
                    Step::Draw(row) => self.draw(&mut store, row),
                    Step::Found(take, amount) => self.found(&mut store, take, at, amount),
                }
            }
        }
    }

    /// Puts before draws before stock takes of one moment.
    fn steps(&self, holder: usize, name: &str, is_place: bool) -> Vec<(Micros, Step)> {
        let desk = &self.desk;
        let of = |row: &usize| (desk.rows[*row].until, desk.rows[*row].owner, desk.rows[*row].line);
        let puts = desk.entering[holder].iter().map(|row| (of(row), 0, Step::Put(*row)));
        let draws = desk.leaving[holder].iter().map(|row| (of(row), 1, Step::Draw(*row)));
        let takes = desk.takes.iter().flat_map(|take| {
            let node = take.node.as_str();
            let lines = take.lines.iter().zip(0_u32..).filter(move |(line, _)| {
                let place = line.place.as_ref().map(|place| place.as_str());
                let stock = !is_place && node == name && place.is_none();
                line.batch.is_none() && (stock || is_place && place == Some(name))
            });
            lines.map(move |(line, number)| {
                let at = line.measured_at.as_ref().map_or(take.at, |moment| moment.micros());
                let found = desk.valuer.found(node, line, take.at);
                let id = take.entry.0.as_u128();
                ((at, id, number), 2, Step::Found(id, found))
            })
        });
        let mut steps: Vec<_> = puts.chain(draws).chain(takes).collect();
        steps.sort_by_key(|((at, owner, line), order, _)| (*at, *order, *owner, *line));
        steps.into_iter().map(|((at, ..), _, step)| (at, step)).collect()
    }

    fn put(&mut self, store: &mut Store, row: usize) {
        let amount = self.desk.rows[row].amount;
        let (weighed, dry) = (amount.weighed().unwrap_or(0.0), amount.mass().unwrap_or(0.0));
        if let (Some(layer), false) = (store.layers.back_mut(), store.fifo)
            && layer.left == 1.0
        {
            layer.weighed += weighed;
            layer.dry += dry;
            self.entering[layer.version].push(row);
            return;
        }
        let line = &self.desk.rows[row];
        let (at, order) = (line.until, (line.until, line.owner, line.line));
        let key = self.key_named(&store.label, line.owner, line.line);
        let below = if store.fifo { None } else { store.layers.pop_back() };
        self.lay(store, (key, order.1, at), (weighed, dry), below, vec![row]);
    }

    /// Adds a version, on top of what is left of the one below where places are mixed.
    fn lay(
        &mut self,
        store: &mut Store,
        (key, id, at): (Key, u128, Micros),
        (mut weighed, mut dry): (f64, f64),
        below: Option<Layer>,
        entering: Vec<usize>,
    ) {
        let mut parts = Vec::new();
        if let Some(below) = below.filter(|below| below.left > 0.0) {
            weighed += below.weighs();
            dry += below.dry * below.left;
            let (substance, mass) = (below.left, below.left);
            parts.push(Taken { from: below.key, substance, mass, order: (at, 0, 0) });
        }
        let what = store.what.clone();
        let version = Version { key, what, id, at, parts, lot: None, pinned: None };
        let version = self.add(version, entering);
        store.layers.push_back(Layer { version, key, weighed, dry, left: 1.0 });
    }

    fn draw(&mut self, store: &mut Store, row: usize) {
        let amount = self.desk.rows[row].amount;
        let Some(mass) = amount.weighed() else { return };
        // A draw that was only weighed dry is one of dry mass.
        let is_dry = amount.wet.is_none();
        let mut open = mass;
        while open > 0.0 {
            let Some(layer) = store.layers.front_mut() else { break };
            let held = if is_dry { layer.dry } else { layer.weighed };
            let there = held * layer.left;
            let whole = there <= open;
            let fraction = if whole { layer.left } else { open / held };
            open = if whole { open - there } else { 0.0 };
            layer.left = if whole { 0.0 } else { layer.left - fraction };
            let key = layer.key;
            if whole {
                store.layers.pop_front();
            }
            self.take(row, key, fraction, fraction);
        }
        if open > 0.0 {
            let line = &self.desk.rows[row];
            let (owner, number, at) = (line.owner, line.line, line.until);
            let dry = amount.mass().map_or(open, |dry| dry * open / mass);
            let short = self.short(store, (owner, number, at), dry, None);
            self.take(row, short, 1.0, 1.0);
        }
    }

    /// An amount that the books of a place do not explain.
    fn short(
        &mut self,
        store: &Store,
        (id, line, at): (u128, u32, Micros),
        dry: f64,
        grams: Option<f64>,
    ) -> Key {
        let key = self.key_named(&format!("short\n{}", store.label), id, line);
        let tonnes = dry / TONNE_GRAMS;
        let lot = Lot { grams: grams.unwrap_or(0.0), tonnes, valued: grams.is_some() };
        let what = What::Short(store.name.clone());
        let version =
            Version { key, what, id, at, parts: Vec::new(), lot: Some(lot), pinned: None };
        self.add(version, Vec::new());
        key
    }

    fn found(&mut self, store: &mut Store, take: u128, at: Micros, amount: Amount) {
        let Some(found) = amount.weighed() else { return };
        let held: f64 = store.layers.iter().map(Layer::weighs).sum();
        if found < held {
            self.written_down(store, (take, at), held - found);
        } else if found > held {
            let share = (found - held) / found;
            let dry = amount.mass().unwrap_or(found) * share;
            let grams = amount.measured.or(amount.valued).map(|grams| grams * share);
            let short = self.short(store, (take, 0, at), dry, grams);
            let key = self.key_named(&format!("found\n{}", store.label), take, 0);
            let below = if store.fifo { None } else { store.layers.pop_back() };
            self.lay(store, (key, take, at), (found - held, dry), below, Vec::new());
            let parts = &mut self.versions.last_mut().expect("laid above").parts;
            parts.push(Taken { from: short, substance: 1.0, mass: 1.0, order: (at, take, 0) });
        }
    }

    /// What is not there any more stays behind in the versions that held it, the oldest first.
    fn written_down(&mut self, store: &mut Store, (take, at): (u128, Micros), missing: f64) {
        let mut open = missing;
        while let Some(layer) = store.layers.front_mut() {
            let there = layer.weighs();
            if there > open {
                layer.left -= open / layer.weighed;
                break;
            }
            open -= there;
            store.layers.pop_front();
        }
        if let (false, Some(below)) = (store.fifo, store.layers.pop_back()) {
            // A version of its own: what is drawn from now on comes from what was found.
            let key = self.key_named(&format!("found\n{}", store.label), take, 0);
            self.lay(store, (key, take, at), (0.0, 0.0), Some(below), Vec::new());
        }
    }
}
