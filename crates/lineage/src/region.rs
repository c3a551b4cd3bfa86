//! The event graph of many parties: built once, kept up party by party.
//!
//! A line that one party shipped and another received has one key for both, so the receiver's batch
//! hangs on the shipper's as soon as both halves are there; until then it is an origin by itself.
//! Only the graph is held, never the origins of anything. Invariant: what stands after any number
//! of refreshes is what a region built anew from the same books holds.

mod build;
mod describe;
mod page;
mod question;
mod refresh;

use std::collections::{HashMap, HashSet};

use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_trace::batches::{Batches, Key};

pub use self::build::RegionBuilder;
pub use self::describe::{Edge, Link, Subject, VersionView, Walk};
pub use self::question::{Amounts, Answer, Extent, OriginKind, OriginShare, RestingShare, Window};
pub use self::refresh::RefreshError;

use crate::weave::{Keyring, Lot, Version, What};

/// What is known of a version besides its edges.
#[derive(Debug, Clone)]
struct About {
    party: u32,
    what: What,
    id: u128,
    at: Micros,
    /// What it brings where nothing in the graph does, else what was measured in it.
    grams: f64,
    tonnes: f64,
    is_lot: bool,
    is_pinned: bool,
    valued: bool,
    /// The books no longer give it.
    is_gone: bool,
}

/// The graph of a region's parties.
#[derive(Debug)]
pub struct Region {
    ring: Keyring,
    parties: Vec<PartyId>,
    numbers: HashMap<PartyId, u32>,
    batches: Batches,
    /// By number of the graph.
    about: Vec<About>,
    /// Grams and tonnes that each version held, by number.
    totals: Vec<[f64; 2]>,
    /// Versions of each party, by number of the party.
    of_party: Vec<Vec<u32>>,
    /// Lines that nobody here shipped, and the parties that received them.
    missing: HashMap<Key, HashSet<u32>>,
    /// Versions that would have been made from themselves across parties: they stand as origins.
    opened: HashSet<Key>,
    /// Edges that corrections have replaced since the graph was built.
    replaced: usize,
}

impl About {
    fn of(party: u32, version: &Version) -> Self {
        let lot = version.lot.unwrap_or(Lot { grams: 0.0, tonnes: 0.0, valued: true });
        Self {
            party,
            what: version.what.clone(),
            id: version.id,
            at: version.at,
            grams: version.pinned.unwrap_or(lot.grams),
            tonnes: lot.tonnes,
            is_lot: version.lot.is_some() || version.pinned.is_some(),
            is_pinned: version.pinned.is_some(),
            valued: lot.valued,
            is_gone: false,
        }
    }

    /// What its origin brings where it has no parts.
    fn brought(&self) -> Option<(f64, f64)> {
        (self.is_lot && !self.is_gone).then_some((self.grams, self.tonnes))
    }
}

impl Region {
    /// How many versions the books give.
    #[must_use]
    pub fn len(&self) -> usize {
        self.of_party.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many edges, replaced ones included.
    #[must_use]
    pub fn edge_count(&self) -> usize {
        self.batches.edge_count()
    }

    /// The parties whose books are in it.
    #[must_use]
    pub fn parties(&self) -> &[PartyId] {
        &self.parties
    }

    /// Bytes held, names left out.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let listed: usize = self.of_party.iter().map(|of| of.capacity() * size_of::<u32>()).sum();
        self.batches.bytes()
            + self.about.capacity() * size_of::<About>()
            + self.totals.capacity() * size_of::<[f64; 2]>()
            + listed
    }

    /// Whether so much was replaced that building it anew would save memory.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        let gone = self.about.len() - self.len().min(self.about.len());
        self.replaced + gone > (self.edge_count() + self.about.len()) / 2
    }

    /// The keys of this region.
    #[must_use]
    pub fn ring(&self) -> &Keyring {
        &self.ring
    }

    fn number(&self, key: Key) -> Option<usize> {
        self.batches.number(key).filter(|number| !self.about[*number].is_gone)
    }

    fn settle(&mut self) {
        let pinned = |about: &About| match about.is_pinned && !about.is_gone {
            true => about.grams,
            false => f64::NAN,
        };
        let pinned: Vec<f64> = self.about.iter().map(pinned).collect();
        self.totals = self.batches.settle(&pinned);
    }
}
