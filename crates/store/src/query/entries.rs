//! Entries as they were signed, with what the log says of them.

use tl_domain::event::Entry;
use tl_domain::ids::{DeviceId, EntryId, PartyId};
use tl_domain::project::{Object, Verdict};
use tl_domain::time::Micros;
use tl_ledger::Hash;

use super::{Page, Paged};
use crate::{Store, StoreError};

/// An entry for a history.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryView {
    /// Index in the log.
    pub index: u64,
    /// Id.
    pub id: EntryId,
    /// Leaf hash.
    pub leaf: Hash,
    /// Kind as signed.
    pub kind: String,
    /// Device that signed.
    pub device: DeviceId,
    /// Epoch of the device.
    pub epoch: u64,
    /// Number in the device's stream.
    pub dseq: u64,
    /// When it happened, by the device's clock.
    pub observed_at: Micros,
    /// When it was received.
    pub received_at: Micros,
    /// What is odd about it.
    pub verdicts: Vec<Verdict>,
    /// Signed by a key that was revoked before.
    pub suspect: bool,
    /// The entry.
    pub entry: Entry,
    /// The supersede entry that counts instead of it.
    pub corrected_by: Option<EntryId>,
    /// The entry that it corrects, when it is a supersede.
    pub corrects: Option<EntryId>,
}

/// An entry with its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// What the log says of it.
    pub view: EntryView,
    /// The envelope as received: what the leaf hash covers.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Entries that touch an object, by index.
    ///
    /// # Errors
    /// The database's.
    pub fn history(&self, party: &PartyId, object: &Object) -> Result<Vec<EntryView>, StoreError> {
        todo!()
    }

    /// An entry by id.
    ///
    /// # Errors
    /// The database's.
    pub fn entry(&self, party: &PartyId, id: EntryId) -> Result<Option<StoredEntry>, StoreError> {
        todo!()
    }

    /// An entry by index.
    ///
    /// # Errors
    /// The database's.
    pub fn entry_at(&self, party: &PartyId, index: u64) -> Result<Option<StoredEntry>, StoreError> {
        todo!()
    }

    /// Entries from an index on, by index, at most `PAGE_ROWS_MAX`.
    ///
    /// # Errors
    /// The database's.
    pub fn entries(
        &self,
        party: &PartyId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        todo!()
    }

    /// The log page: newest entries first.
    ///
    /// # Errors
    /// The database's.
    pub fn recent(&self, party: &PartyId, page: Page) -> Result<Paged<EntryView>, StoreError> {
        todo!()
    }
}
