//! From the rows of one party to versions: what each holder held, and which fractions went where.
//!
//! A batch, a run and a line under way are a version each; a place has one per put that follows a
//! draw (well mixed) or per put (FIFO); the process of a node one per run of whole days that no
//! reported span crosses. An output's share is its measured substance over the sum of outputs and
//! stock, else by dry mass; where something was measured the version is *pinned* to it, and what
//! its parts do not bring is its own unaccounted term. Invariants: fractions taken of a version add
//! up to 1 at most; a version depends on the rows of its own party alone; a return enters a later
//! version of the process, so that nothing is made from itself.

mod amount;
mod batch;
mod books;
mod cycle;
mod place;
mod process;
mod run;
mod share;
mod transit;

use std::collections::HashMap;
use std::sync::Arc;

use tl_domain::ids::{Analyte, PartyId};
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_trace::batches::Key;

pub use self::books::Books;

use self::books::{Desk, HolderId};
use crate::row::Holder;

/// Gives versions their keys: known to one process only, so that no party can choose an id that
/// meets another party's.
#[derive(Debug, Clone, Copy)]
pub struct Keyring {
    seed: u128,
}

impl Keyring {
    /// From a random seed.
    #[must_use]
    pub fn new(seed: u128) -> Self {
        Self { seed }
    }

    /// What the ids of a party are mixed with.
    #[must_use]
    pub fn salt(&self, party: &PartyId) -> u128 {
        self.hashed(party.as_str(), "salt")
    }

    /// The key of something that a party's id names.
    #[must_use]
    pub fn of_id(&self, party: &PartyId, id: u128) -> Key {
        Key::from((id ^ self.salt(party)).to_be_bytes())
    }

    /// The key of a line under way: the same for shipper and receiver.
    pub(crate) fn of_transit(&self, line: &Holder) -> Key {
        let name = String::from_utf8_lossy(&line.to_bytes()).into_owned();
        Key::from(self.hashed("", &name).to_be_bytes())
    }

    fn hashed(&self, party: &str, name: &str) -> u128 {
        let text = [&self.seed.to_be_bytes()[..], party.as_bytes(), b"\n", name.as_bytes()];
        let hash = Hash::of(&text.concat());
        let (half, _) = hash.0.split_at(16);
        half.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
    }
}

/// What a version is one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A batch.
    Batch,
    /// A run.
    Run,
    /// What an entry alone brought in or led out: a stream over the fence, a disposal.
    Flow,
    /// A place.
    Place(Arc<str>),
    /// The process of a node.
    Process(Arc<str>),
    /// A store node without places.
    Stock(Arc<str>),
    /// A line of a handover under way.
    Transit(Arc<Parting>),
    /// More was taken from a place, or found there, than the books held.
    Short(Arc<str>),
}

/// A line of a handover, as it left its shipper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parting {
    /// Who shipped it.
    pub from: String,
    /// Who is to receive it; empty when it is not in this system.
    pub to: String,
    /// Code of the handover.
    pub code: String,
    /// Number of the line.
    pub line: u32,
}

/// What a version brought of its own, where nothing else is known of its origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lot {
    /// Grams of the substance.
    pub grams: f64,
    /// Tonnes, dry where a moisture is known.
    pub tonnes: f64,
    /// Whether there was a content to reckon the grams with.
    pub valued: bool,
}

/// A fraction of another version.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Taken {
    pub(crate) from: Key,
    pub(crate) substance: f64,
    pub(crate) mass: f64,
    /// When, and by which row: the later of two gives way in a circle.
    pub(crate) order: (Micros, u128, u32),
}

/// A version and what it is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its key in the graph.
    pub key: Key,
    /// What it is one of.
    pub what: What,
    /// Batch, run or entry that it follows from.
    pub id: u128,
    /// When it came to be.
    pub at: Micros,
    /// Fractions of others.
    pub(crate) parts: Vec<Taken>,
    /// What it brought where it has no part in the graph.
    pub lot: Option<Lot>,
    /// Grams that were measured in it; what its parts lack is unaccounted.
    pub pinned: Option<f64>,
}

/// The versions that the books of a party give, in the order of their keys; `substance` is what
/// their grams are of.
#[must_use]
pub fn weave(books: &Books, ring: &Keyring, substance: &Analyte) -> Vec<Version> {
    let mut weaver = Weaver::of(books, ring, substance);
    weaver.batches();
    weaver.runs();
    weaver.processes();
    weaver.places();
    weaver.transits();
    weaver.outside();
    weaver.join();
    let Weaver { mut versions, pools, .. } = weaver;
    cycle::break_cycles(&mut versions, pools, ring, &books.party);
    versions.sort_by_key(|version| version.key);
    versions
}

/// The order in which slices of a process follow each other: version, then the next one.
type Pools = Vec<Vec<usize>>;

/// Work in progress: rows with their amounts, and the fractions that each row took.
struct Weaver<'a> {
    desk: Desk<'a>,
    ring: &'a Keyring,
    salt: u128,
    /// By row: the fractions of versions that went with it.
    taken: Vec<Vec<Taken>>,
    versions: Vec<Version>,
    /// Rows that enter a version, by version.
    entering: Vec<Vec<usize>>,
    pools: Pools,
    names: HashMap<String, Arc<str>>,
}

impl<'a> Weaver<'a> {
    fn of(books: &'a Books, ring: &'a Keyring, substance: &Analyte) -> Self {
        let desk = Desk::of(books, substance);
        let taken = vec![Vec::new(); desk.rows.len()];
        Self {
            desk,
            ring,
            salt: ring.salt(&books.party),
            taken,
            versions: Vec::new(),
            entering: Vec::new(),
            pools: Vec::new(),
            names: HashMap::new(),
        }
    }

    fn key_of(&self, id: u128) -> Key {
        Key::from((id ^ self.salt).to_be_bytes())
    }

    /// The key of a version that no id of its own names.
    fn key_named(&self, label: &str, owner: u128, line: u32) -> Key {
        let name = format!("{label}\n{owner:032x}\n{line}");
        Key::from(self.ring.hashed(self.desk.party.as_str(), &name).to_be_bytes())
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        let known = self.names.entry(name.to_owned()).or_insert_with(|| Arc::from(name));
        Arc::clone(known)
    }

    fn add(&mut self, version: Version, entering: Vec<usize>) -> usize {
        self.versions.push(version);
        self.entering.push(entering);
        self.versions.len() - 1
    }

    fn taken(&self, row: usize, from: Key, substance: f64, mass: f64) -> Taken {
        let row = &self.desk.rows[row];
        Taken { from, substance, mass, order: (row.until, row.owner, row.line) }
    }

    fn take(&mut self, row: usize, from: Key, substance: f64, mass: f64) {
        let taken = self.taken(row, from, substance, mass);
        self.taken[row].push(taken);
    }

    /// Puts the fractions that rows took into the versions that they enter.
    fn join(&mut self) {
        for (version, entering) in self.versions.iter_mut().zip(&self.entering) {
            for row in entering {
                version.parts.append(&mut self.taken[*row]);
            }
            merge(&mut version.parts);
        }
    }

    fn holder(&self, id: HolderId) -> &Holder {
        &self.desk.holders[id]
    }
}

/// One part for each version that something was taken from, nothing for what took nothing.
fn merge(parts: &mut Vec<Taken>) {
    parts.retain(|part| part.substance > 0.0 || part.mass > 0.0);
    parts.sort_by(|a, b| a.from.cmp(&b.from).then(a.order.cmp(&b.order)));
    parts.dedup_by(|next, first| {
        let same = next.from == first.from;
        if same {
            first.substance += next.substance;
            first.mass += next.mass;
            first.order = first.order.max(next.order);
        }
        same
    });
}
