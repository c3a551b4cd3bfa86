//! Masters, keys, label codes, tasks and periods.

use std::sync::Arc;

use tl_domain::code::Code;
use tl_domain::ids::PartyId;
use tl_domain::project::{CodeRow, KeyRow, MasterRow, PeriodRow, TaskRow};

use crate::verify::KeyBook;
use crate::{Store, StoreError};

impl Store {
    /// Newest versions of all masters, by kind and id.
    ///
    /// # Errors
    /// The database's.
    pub fn masters(&self, party: &PartyId) -> Result<Vec<MasterRow>, StoreError> {
        todo!()
    }

    /// The newest version of a master: `what` as in `Master::what`.
    ///
    /// # Errors
    /// The database's.
    pub fn master(
        &self,
        party: &PartyId,
        what: &str,
        id: &str,
    ) -> Result<Option<MasterRow>, StoreError> {
        todo!()
    }

    /// Keys of a log.
    ///
    /// # Errors
    /// The database's.
    pub fn keys(&self, party: &PartyId) -> Result<Vec<KeyRow>, StoreError> {
        todo!()
    }

    /// The keys of a log for `verify`; kept until a key is enrolled or revoked.
    ///
    /// # Errors
    /// `NoLog`.
    pub fn key_book(&self, party: &PartyId) -> Result<Arc<KeyBook>, StoreError> {
        todo!()
    }

    /// What a label code names.
    ///
    /// # Errors
    /// The database's.
    pub fn code(&self, party: &PartyId, code: &Code) -> Result<Option<CodeRow>, StoreError> {
        todo!()
    }

    /// Open tasks, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn tasks(&self, party: &PartyId) -> Result<Vec<TaskRow>, StoreError> {
        todo!()
    }

    /// Closed periods by end.
    ///
    /// # Errors
    /// The database's.
    pub fn periods(&self, party: &PartyId) -> Result<Vec<PeriodRow>, StoreError> {
        todo!()
    }
}
