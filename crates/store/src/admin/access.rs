//! Looks at another party's data, which this party can see.

use tl_domain::ids::{OperatorId, PartyId};
use tl_domain::time::Micros;

use crate::query::{Page, Paged};
use crate::{Store, StoreError};

/// One look at another party's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// When.
    pub at: Micros,
    /// Who looked.
    pub account: OperatorId,
    /// The looker's party.
    pub from: Option<PartyId>,
    /// Whose data.
    pub party: PartyId,
    /// What was looked at: method and path.
    pub what: String,
}

impl Store {
    /// Keeps a look.
    ///
    /// # Errors
    /// The database's.
    pub fn record_access(&self, record: &AccessRecord) -> Result<(), StoreError> {
        todo!()
    }

    /// Looks at a party's data, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn access_records(
        &self,
        party: &PartyId,
        page: Page,
    ) -> Result<Paged<AccessRecord>, StoreError> {
        todo!()
    }
}
