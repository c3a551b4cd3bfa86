//! What versions are called, how they hang together, and where a question begins.

use std::collections::{HashMap, VecDeque};

use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_trace::batches::Key;
use tl_trace::graph::Measure;

use super::{Region, What};
use crate::row::Holder;

/// What is asked about, in the books of one party.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A batch by its id.
    Batch(u128),
    /// What lies in a place now.
    Place(String),
    /// What lies in a store node now.
    Stock(String),
    /// A line of a handover: shipper, receiver, code, number.
    Transit(PartyId, PartyId, String, u32),
}

/// A version as people know it.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionView {
    /// Its key in this region.
    pub key: Key,
    /// Whose books give it.
    pub party: PartyId,
    /// What it is one of.
    pub what: What,
    /// Batch, run or entry that it follows from; 0 for a process.
    pub id: u128,
    /// When it came to be.
    pub at: Micros,
    /// Grams that it held in all.
    pub grams: f64,
    /// Tonnes that it held in all.
    pub tonnes: f64,
}

/// A part of one version that became part of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Taken from.
    pub from: Key,
    /// Part of.
    pub to: Key,
    /// Grams.
    pub grams: f64,
    /// Tonnes.
    pub tonnes: f64,
}

/// Which way a genealogy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// What it was made from.
    Back,
    /// What became of it.
    Ahead,
}

/// Versions and edges around a subject.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walk {
    /// Versions, the nearest first.
    pub versions: Vec<VersionView>,
    /// Edges between them.
    pub edges: Vec<Edge>,
    /// There is more beyond the depth or the bound.
    pub is_cut: bool,
}

impl Region {
    /// What a key names.
    #[must_use]
    pub fn view(&self, key: Key) -> Option<VersionView> {
        let number = self.number(key)?;
        let about = &self.about[number];
        let [grams, tonnes] = self.totals[number];
        Some(VersionView {
            key,
            party: self.parties[about.party as usize].clone(),
            what: about.what.clone(),
            id: about.id,
            at: about.at,
            grams,
            tonnes,
        })
    }

    /// Versions of a subject and which fraction of each is meant; empty when the books have none.
    #[must_use]
    pub fn find(&self, party: &PartyId, subject: &Subject) -> Vec<(Key, f64)> {
        let there = |key: Key| self.number(key).map(|_| vec![(key, 1.0)]).unwrap_or_default();
        match subject {
            Subject::Batch(id) => there(self.ring.of_id(party, *id)),
            Subject::Place(name) => {
                self.lying(party, |what| matches!(what, What::Place(of) if **of == **name))
            }
            Subject::Stock(name) => {
                self.lying(party, |what| matches!(what, What::Stock(of) if **of == **name))
            }
            Subject::Transit(from, to, code, line) => {
                let (from, to) = (from.to_string(), to.to_string());
                let holder = Holder::Transit { from, to, code: code.clone(), line: *line };
                there(self.ring.of_transit(&holder))
            }
        }
    }

    /// What rests in versions of a kind, where the last of them stand: in a mixed place the newest,
    /// in a FIFO place every layer of which something is left.
    fn lying(&self, party: &PartyId, is: impl Fn(&What) -> bool) -> Vec<(Key, f64)> {
        let Some(own) = self.numbers.get(party) else { return Vec::new() };
        let of = self.of_party[*own as usize].iter().map(|number| *number as usize);
        let here: Vec<usize> = of.filter(|number| is(&self.about[*number].what)).collect();
        let is_below = |number: usize| {
            // A version that went over into the next of its place is not there any more.
            let children = self.batches.children(self.batches.key(number)).unwrap_or_default();
            let next = children.into_iter().filter_map(|child| self.number(child));
            next.into_iter().any(|child| self.about[child].what == self.about[number].what)
        };
        let left = |number: usize| {
            let key = self.batches.key(number);
            let rest = self.batches.rest(key, Measure::Mass).unwrap_or(0.0);
            (rest > 0.0 && !is_below(number)).then_some((key, rest))
        };
        here.into_iter().filter_map(left).collect()
    }

    /// Versions and edges around some, so many steps away and `most` versions at most.
    #[must_use]
    pub fn genealogy(&self, starts: &[(Key, f64)], link: Link, depth: u32, most: usize) -> Walk {
        let mut walk = Walk::default();
        let mut seen: HashMap<Key, u32> = HashMap::new();
        let mut open: VecDeque<Key> = VecDeque::new();
        for (key, _) in starts {
            if seen.insert(*key, 0).is_none() {
                open.push_back(*key);
            }
        }
        while let Some(key) = open.pop_front() {
            walk.versions.extend(self.view(key));
            let steps = seen[&key];
            let next = self.neighbours(key, link);
            if steps == depth {
                walk.is_cut |= !next.is_empty();
                continue;
            }
            for edge in next {
                let other = if link == Link::Back { edge.from } else { edge.to };
                if !seen.contains_key(&other) {
                    if seen.len() >= most {
                        walk.is_cut = true;
                        continue;
                    }
                    seen.insert(other, steps + 1);
                    open.push_back(other);
                }
                walk.edges.push(edge);
            }
        }
        walk
    }

    /// Edges of a version, the largest first.
    fn neighbours(&self, key: Key, link: Link) -> Vec<Edge> {
        let mut edges = match link {
            Link::Back => self.edges_into(key),
            Link::Ahead => {
                let mut children = self.batches.children(key).unwrap_or_default();
                children.sort_unstable();
                children.dedup();
                let into = children.into_iter().flat_map(|child| self.edges_into(child));
                into.filter(|edge| edge.from == key).collect()
            }
        };
        edges.sort_by(|a, b| b.grams.total_cmp(&a.grams).then(b.tonnes.total_cmp(&a.tonnes)));
        edges
    }

    fn edges_into(&self, key: Key) -> Vec<Edge> {
        let parts = self.batches.parts(key).unwrap_or_default();
        let edge = |part: tl_trace::batches::KeyPart| {
            let [grams, tonnes] = self.totals[self.number(part.from)?];
            let (grams, tonnes) = (grams * part.substance, tonnes * part.mass);
            Some(Edge { from: part.from, to: key, grams, tonnes })
        };
        parts.into_iter().filter_map(edge).collect()
    }
}
