//! Blocks of label codes that devices draw from with the link down.

use tl_domain::ids::{DeviceId, PartyId};
use tl_domain::time::Micros;

use crate::{Store, StoreError};

/// A block of code values; no other lease of the installation overlaps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLease {
    /// Party that labels.
    pub party: PartyId,
    /// Device that draws.
    pub device: DeviceId,
    /// First value.
    pub start: u64,
    /// Number of values.
    pub count: u64,
    /// End of the lease.
    pub expires_at: Micros,
}

impl Store {
    /// Leases the first free block at or after `draw`, a random value of the caller.
    ///
    /// # Errors
    /// `Taken` when no block is left.
    pub fn lease_codes(
        &self,
        party: &PartyId,
        device: &DeviceId,
        draw: u64,
        expires_at: Micros,
    ) -> Result<CodeLease, StoreError> {
        todo!()
    }

    /// Leases of a device that end after `now`.
    ///
    /// # Errors
    /// The database's.
    pub fn code_leases(
        &self,
        device: &DeviceId,
        now: Micros,
    ) -> Result<Vec<CodeLease>, StoreError> {
        todo!()
    }
}
