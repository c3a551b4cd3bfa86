//! The graph of all parties from the rows: read and woven on several threads, party by party.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use tl_domain::ids::{Analyte, PartyId};
use tl_lineage::{Keyring, Region, RegionBuilder, Version, weave};

use crate::limits::READERS_MAX;
use crate::{Store, StoreError};

/// Parties that are woven and wait to be added: bounds the memory beside the graph.
const WOVEN_WAITING_MAX: usize = 4;

/// A graph and how far each party's log had grown when it was read.
#[derive(Debug)]
pub struct LoadedRegion {
    /// The graph.
    pub region: Region,
    /// Entries of each log that are in it.
    pub sizes: HashMap<PartyId, u64>,
}

/// A party with what its books give.
type Woven = Result<(PartyId, u64, Vec<Version>), StoreError>;

impl Store {
    /// Builds the graph of all parties; `progress` hears parties done and in all.
    ///
    /// # Errors
    /// The database's; `Damaged` for books whose graph cannot be.
    pub fn lineage_region(
        &self,
        ring: Keyring,
        substance: &Analyte,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<LoadedRegion, StoreError> {
        let states = self.lineage_states()?;
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let mut builder = RegionBuilder::new(ring);
        let mut sizes = HashMap::with_capacity(states.len());
        progress(0, states.len());
        std::thread::scope(|scope| {
            let (sender, woven) = sync_channel::<Woven>(WOVEN_WAITING_MAX);
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            // One connection stays for questions.
            for _ in 0..threads.min(READERS_MAX as usize - 1).max(1) {
                let (sender, states, next, stop) = (sender.clone(), &states, &next, &stop);
                scope.spawn(move || {
                    while let (Some(state), false) = (
                        states.get(next.fetch_add(1, Ordering::Relaxed)),
                        stop.load(Ordering::Relaxed),
                    ) {
                        let done = self.woven(&state.party, &ring, substance);
                        if sender.send(done).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            for (done, party) in woven.iter().enumerate() {
                let added = party.and_then(|(party, size, versions)| {
                    let added = builder.add(&party, versions);
                    added.map_err(|error| StoreError::Damaged(error.to_string()))?;
                    sizes.insert(party, size);
                    Ok(())
                });
                if added.is_err() {
                    // Threads that wait to send end with the channel.
                    stop.store(true, Ordering::Relaxed);
                    return added;
                }
                progress(done + 1, states.len());
            }
            Ok(())
        })?;
        let region = builder.finish().map_err(|error| StoreError::Damaged(error.to_string()))?;
        Ok(LoadedRegion { region, sizes })
    }

    /// What the books of a party give, and how far its log had grown.
    ///
    /// # Errors
    /// The database's; `NoLog`.
    pub fn lineage_versions(
        &self,
        party: &PartyId,
        ring: &Keyring,
        substance: &Analyte,
    ) -> Result<(Vec<Version>, u64), StoreError> {
        let (books, size) = self.lineage_books(party)?;
        Ok((weave(&books, ring, substance), size))
    }

    fn woven(&self, party: &PartyId, ring: &Keyring, substance: &Analyte) -> Woven {
        let (versions, size) = self.lineage_versions(party, ring, substance)?;
        Ok((party.clone(), size, versions))
    }
}

#[cfg(feature = "bench")]
impl Store {
    /// Writes rows of the event graph that no entry gave, for measurements alone.
    ///
    /// # Errors
    /// The database's.
    pub fn insert_lineage_for_bench(
        &self,
        party: &PartyId,
        rows: &[tl_lineage::Row],
    ) -> Result<(), StoreError> {
        self.shared.write(|conn, _| super::write::insert(conn, party, rows))
    }
}
