//! The event graph in the running server.
//!
//! ```text
//! start ─► job: rows of all parties ─► graph (in the background; questions hear how far it is)
//! entry ─► log has grown ─► that party's rows are woven again ─► only what differs is touched
//! ```
//!
//! Bureaus ask the graph of all parties. An enterprise asks one that was built from its own rows
//! alone: what it may not see is not in there. Each substance that is asked about is a graph of its
//! own over the same rows; that of the installation is loaded at the start.

pub mod job;
mod own;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tl_domain::ids::{Analyte, PartyId};
use tl_lineage::{Keyring, Region, Scratch};
use tl_store::{LoadedRegion, Store, StoreError};

use self::own::OwnShelf;
use crate::random;

/// Most substances whose graphs are held at once.
const SUBSTANCES_MAX: usize = 3;
/// Working memories that wait for the next question.
const IDLE_MAX: usize = 4;

/// All graphs that this server holds.
#[derive(Debug)]
pub struct TraceDesk {
    ring: Keyring,
    slots: Mutex<BTreeMap<Analyte, Arc<Slot>>>,
    own: OwnShelf,
}

/// The graph of all parties for one substance, or how far it is loaded.
#[derive(Debug, Default)]
pub struct Slot {
    held: RwLock<Option<LoadedRegion>>,
    done: AtomicUsize,
    total: AtomicUsize,
    /// Working memory of questions, used again: 16 bytes for each version.
    idle: Mutex<Vec<Scratch<f64>>>,
}

/// How far a graph is loaded, in parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loading {
    /// Parties that are in.
    pub done: usize,
    /// Parties in all; 0 while they are not counted.
    pub total: usize,
}

impl TraceDesk {
    /// A desk that holds the graph of the installation's substance, not loaded yet.
    #[must_use]
    pub fn new(substance: &Analyte) -> Self {
        let slots = BTreeMap::from([(substance.clone(), Arc::default())]);
        let ring = Keyring::new(u128::from_be_bytes(random::bytes()));
        Self { ring, slots: Mutex::new(slots), own: OwnShelf::default() }
    }

    /// The graph of a substance; one that nobody asked for is loaded from now on. `None` when
    /// there are too many.
    #[must_use]
    pub fn slot(&self, substance: &Analyte) -> Option<Arc<Slot>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if !slots.contains_key(substance) && slots.len() >= SUBSTANCES_MAX {
            return None;
        }
        Some(Arc::clone(slots.entry(substance.clone()).or_default()))
    }

    /// The graph of one party's own books, as they stand now.
    ///
    /// # Errors
    /// The store's.
    pub fn own(
        &self,
        store: &Store,
        party: &PartyId,
        substance: &Analyte,
    ) -> Result<Arc<Region>, StoreError> {
        self.own.find(store, &self.ring, (party, substance))
    }

    fn slots(&self) -> Vec<(Analyte, Arc<Slot>)> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().map(|(substance, slot)| (substance.clone(), Arc::clone(slot))).collect()
    }
}

impl Slot {
    /// Asks the graph, or hears how far it is loaded.
    ///
    /// # Errors
    /// `Loading`.
    pub fn ask<T>(
        &self,
        question: impl FnOnce(&Region, &mut Scratch<f64>) -> T,
    ) -> Result<T, Loading> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        match held.as_ref() {
            Some(loaded) => {
                let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                let mut scratch = idle().pop().unwrap_or_default();
                let answer = question(&loaded.region, &mut scratch);
                // One that a question panicked with is not put back.
                if idle().len() < IDLE_MAX {
                    idle().push(scratch);
                }
                Ok(answer)
            }
            None => Err(Loading {
                done: self.done.load(Ordering::Relaxed),
                total: self.total.load(Ordering::Relaxed),
            }),
        }
    }

    /// Loads the graph, or loads it anew while the old one still answers.
    fn load(&self, store: &Store, ring: Keyring, substance: &Analyte) -> Result<(), StoreError> {
        let loaded = store.lineage_region(ring, substance, &|done, total| {
            self.done.store(done, Ordering::Relaxed);
            self.total.store(total, Ordering::Relaxed);
        })?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
        Ok(())
    }

    /// Parties whose logs have grown since they were read.
    fn behind(&self, store: &Store) -> Result<Vec<PartyId>, StoreError> {
        let states = store.lineage_states()?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let Some(LoadedRegion { sizes, .. }) = held.as_ref() else { return Ok(Vec::new()) };
        let grown = states.into_iter().filter(|state| sizes.get(&state.party) != Some(&state.size));
        Ok(grown.map(|state| state.party).collect())
    }

    /// Brings parties up to date; those at the other end of a line that appeared are next.
    fn refresh(
        &self,
        store: &Store,
        ring: &Keyring,
        substance: &Analyte,
        mut parties: Vec<PartyId>,
    ) -> Result<(), StoreError> {
        let mut done: HashMap<PartyId, u32> = HashMap::new();
        while let Some(party) = parties.pop() {
            // Two parties may each wait for the other's half; twice is enough for both.
            let times = done.entry(party.clone()).or_default();
            *times += 1;
            if *times > 2 {
                continue;
            }
            let (versions, size) = store.lineage_versions(&party, ring, substance)?;
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            let Some(loaded) = held.as_mut() else { return Ok(()) };
            match loaded.region.refresh(&party, &versions) {
                Ok(concerned) => {
                    loaded.sizes.insert(party, size);
                    parties.extend(concerned);
                }
                Err(error) => {
                    tracing::warn!(%party, "{error}");
                    drop(held);
                    return self.load(store, *ring, substance);
                }
            }
        }
        Ok(())
    }

    fn is_worn(&self) -> bool {
        self.ask(|region, _| region.is_worn()).unwrap_or(false)
    }
}

/// What a question about a party needs first: its own entries, if they are not in yet.
pub(crate) fn freshen(
    desk: &TraceDesk,
    slot: &Slot,
    store: &Store,
    (party, substance): (&PartyId, &Analyte),
) -> Result<(), StoreError> {
    let size = store.log(party)?.map(|log| log.size);
    let known = {
        let held = slot.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|loaded| loaded.sizes.get(party).copied())
    };
    match known {
        Some(known) if known != size => {
            slot.refresh(store, &desk.ring, substance, vec![party.clone()])
        }
        _ => Ok(()),
    }
}
