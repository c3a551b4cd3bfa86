//! Batches.

use tl_domain::code::Code;
use tl_domain::ids::{BatchId, NodeId, PartyId};
use tl_domain::project::{BatchRow, BatchState};

use super::{Page, Paged};
use crate::{Store, StoreError};

/// Which batches a screen asks for; what is absent does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchFilter {
    /// Part of a code (dashes ignored), ticket number or material.
    pub text: Option<String>,
    /// Where they stand.
    pub state: Option<BatchState>,
    /// Where they are.
    pub node: Option<NodeId>,
}

impl Store {
    /// Batches, the last registered first.
    ///
    /// # Errors
    /// The database's.
    pub fn batches(
        &self,
        party: &PartyId,
        filter: &BatchFilter,
        page: Page,
    ) -> Result<Paged<BatchRow>, StoreError> {
        todo!()
    }

    /// A batch.
    ///
    /// # Errors
    /// The database's.
    pub fn batch(&self, party: &PartyId, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
        todo!()
    }

    /// The batch that holds a label code.
    ///
    /// # Errors
    /// The database's.
    pub fn batch_by_code(
        &self,
        party: &PartyId,
        code: &Code,
    ) -> Result<Option<BatchRow>, StoreError> {
        todo!()
    }

    /// Batches made of this one by splitting or blending.
    ///
    /// # Errors
    /// The database's.
    pub fn batch_children(
        &self,
        party: &PartyId,
        id: BatchId,
    ) -> Result<Vec<BatchRow>, StoreError> {
        todo!()
    }
}
