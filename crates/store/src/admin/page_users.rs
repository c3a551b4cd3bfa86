//! People who sign in at agents with badge and PIN; they travel in site snapshots.

use tl_domain::code::Code;
use tl_domain::ids::{DeviceId, OperatorId, PartyId};
use tl_ledger::Hash;

use crate::{Store, StoreError};

/// A person at a gate or in a laboratory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageUser {
    /// Party.
    pub party: PartyId,
    /// Opaque id that entries carry.
    pub operator: OperatorId,
    /// Name on the agent's page.
    pub name: String,
    /// argon2id hash of the PIN.
    pub pin_hash: String,
    /// Code on the badge.
    pub badge: Option<Code>,
    /// Roles, as the server names them.
    pub roles: Vec<String>,
    /// Whether the person may sign in.
    pub active: bool,
}

impl Store {
    /// Adds or replaces a person.
    ///
    /// # Errors
    /// `Taken` when the badge belongs to somebody else of the party.
    pub fn put_page_user(&self, user: &PageUser) -> Result<(), StoreError> {
        todo!()
    }

    /// People of a party by operator id.
    ///
    /// # Errors
    /// The database's.
    pub fn page_users(&self, party: &PartyId) -> Result<Vec<PageUser>, StoreError> {
        todo!()
    }

    /// Version of the newest snapshot made for a device; 0 when none was.
    ///
    /// # Errors
    /// The database's.
    pub fn snapshot_version(&self, device: &DeviceId) -> Result<u64, StoreError> {
        todo!()
    }

    /// Version for a snapshot with this content: the old one when nothing changed, else the next.
    ///
    /// # Errors
    /// The database's.
    pub fn settle_snapshot(&self, device: &DeviceId, content: &Hash) -> Result<u64, StoreError> {
        todo!()
    }
}
