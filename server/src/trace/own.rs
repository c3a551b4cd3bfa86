//! Graphs of single parties, kept while their logs stand as they did.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tl_domain::ids::{Analyte, PartyId};
use tl_lineage::{Keyring, Region, RegionBuilder};
use tl_store::{Store, StoreError};

/// Graphs kept at once; beyond it all are forgotten.
const KEPT_MAX: usize = 32;

/// Whose graph, of which substance.
type Asked = (PartyId, Analyte);

/// The size of the log that it was read at, and the graph.
type Kept = (u64, Arc<Region>);

#[derive(Debug, Default)]
pub(super) struct OwnShelf {
    kept: Mutex<HashMap<Asked, Kept>>,
}

impl OwnShelf {
    pub(super) fn find(
        &self,
        store: &Store,
        ring: &Keyring,
        (party, substance): (&PartyId, &Analyte),
    ) -> Result<Arc<Region>, StoreError> {
        let key = (party.clone(), substance.clone());
        let size = store.log(party)?.ok_or_else(|| StoreError::NoLog(party.clone()))?.size;
        {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, region)) = kept.get(&key).filter(|(known, _)| *known == size) {
                return Ok(Arc::clone(region));
            }
        }
        let (versions, size) = store.lineage_versions(party, ring, substance)?;
        let damaged = |error: tl_lineage::BatchError| StoreError::Damaged(error.to_string());
        let mut builder = RegionBuilder::new(*ring);
        builder.add(party, versions).map_err(damaged)?;
        let region = Arc::new(builder.finish().map_err(damaged)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.insert(key, (size, Arc::clone(&region)));
        Ok(region)
    }
}
