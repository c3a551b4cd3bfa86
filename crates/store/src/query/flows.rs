//! Movements, book stock and runs.

use tl_domain::ids::{EntryId, NodeId, PartyId, RunId};
use tl_domain::project::{FlowRow, HoldingRow, RunRow};
use tl_domain::time::MicrosSpan;

use super::{Page, Paged};
use crate::{Store, StoreError};

impl Store {
    /// Flows that share a moment with the span, by time; of one node (either end), or all.
    ///
    /// # Errors
    /// The database's.
    pub fn flows(
        &self,
        party: &PartyId,
        span: MicrosSpan,
        node: Option<&NodeId>,
    ) -> Result<Vec<FlowRow>, StoreError> {
        todo!()
    }

    /// Flows that an entry or batch gives, by line.
    ///
    /// # Errors
    /// The database's.
    pub fn flows_of(&self, party: &PartyId, owner: EntryId) -> Result<Vec<FlowRow>, StoreError> {
        todo!()
    }

    /// Book stock of all nodes.
    ///
    /// # Errors
    /// The database's.
    pub fn holdings(&self, party: &PartyId) -> Result<Vec<HoldingRow>, StoreError> {
        todo!()
    }

    /// Runs, the last begun first.
    ///
    /// # Errors
    /// The database's.
    pub fn runs(
        &self,
        party: &PartyId,
        node: Option<&NodeId>,
        page: Page,
    ) -> Result<Paged<RunRow>, StoreError> {
        todo!()
    }

    /// A run.
    ///
    /// # Errors
    /// The database's.
    pub fn run(&self, party: &PartyId, id: RunId) -> Result<Option<RunRow>, StoreError> {
        todo!()
    }
}
