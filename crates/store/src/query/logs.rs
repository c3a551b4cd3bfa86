//! Logs and the streams of devices.

use tl_domain::event::PartyKind;
use tl_domain::ids::{DeviceId, PartyId};
use tl_domain::time::Micros;
use tl_ledger::Hash;

use crate::{Store, StoreError};

/// A party's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogView {
    /// Whose.
    pub party: PartyId,
    /// What the party is.
    pub kind: PartyKind,
    /// Name as registered.
    pub name: String,
    /// Administrative area code.
    pub area: String,
    /// Name of the log in checkpoints.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// When it was opened.
    pub opened_at: Micros,
}

/// Where a device's stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHead {
    /// Latest epoch that the device wrote in.
    pub epoch: u64,
    /// Highest number of it that is durable, refused entries included.
    pub acked_through: u64,
    /// Leaf hash of that entry.
    pub head: Hash,
}

impl Store {
    /// All logs by party.
    ///
    /// # Errors
    /// The database's.
    pub fn logs(&self) -> Result<Vec<LogView>, StoreError> {
        todo!()
    }

    /// A party's log.
    ///
    /// # Errors
    /// The database's.
    pub fn log(&self, party: &PartyId) -> Result<Option<LogView>, StoreError> {
        todo!()
    }

    /// Where a device's stream stands; `None` when it wrote nothing yet.
    ///
    /// # Errors
    /// The database's.
    pub fn stream_head(
        &self,
        party: &PartyId,
        device: &DeviceId,
    ) -> Result<Option<StreamHead>, StoreError> {
        todo!()
    }
}
