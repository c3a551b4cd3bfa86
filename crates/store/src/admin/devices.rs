//! Devices, their certificates and enrolment tokens.

use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_domain::time::Micros;
use tl_ledger::{Hash, PublicKey};

use crate::{Store, StoreError};

/// Whether a device may speak to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    /// Announced; its token was not used yet.
    Waiting,
    /// Enrolled.
    Active,
    /// Out of service or stolen.
    Revoked,
}

/// A box at a gate, in a laboratory or at a water station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Id; unique in the installation.
    pub id: DeviceId,
    /// Party whose log it writes to.
    pub party: PartyId,
    /// Site where it stands.
    pub site: SiteId,
    /// Name on screens.
    pub name: String,
    /// What its key may sign.
    pub role: KeyRole,
    /// Epoch in which it writes.
    pub epoch: u64,
    /// Key that signs its entries, once enrolled.
    pub key: Option<PublicKey>,
    /// Serial number of its client certificate, lower-case hex.
    pub certificate_serial: Option<String>,
    /// End of that certificate.
    pub certificate_until: Option<Micros>,
    /// Whether it may speak.
    pub state: DeviceState,
    /// Last contact.
    pub seen_at: Option<Micros>,
}

/// A one-time token for enrolment; kept hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolToken {
    /// SHA-256 of the token.
    pub token: Hash,
    /// Device that it enrols.
    pub device: DeviceId,
    /// End of its validity.
    pub expires_at: Micros,
    /// When it was used.
    pub used_at: Option<Micros>,
}

impl Store {
    /// Adds a device.
    ///
    /// # Errors
    /// `Taken` when the id is in use.
    pub fn add_device(&self, device: &Device) -> Result<(), StoreError> {
        todo!()
    }

    /// Replaces everything of a device but its id.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn put_device(&self, device: &Device) -> Result<(), StoreError> {
        todo!()
    }

    /// The device of an id.
    ///
    /// # Errors
    /// The database's.
    pub fn device(&self, id: &DeviceId) -> Result<Option<Device>, StoreError> {
        todo!()
    }

    /// The device that holds the certificate with this serial number.
    ///
    /// # Errors
    /// The database's.
    pub fn device_by_serial(&self, serial: &str) -> Result<Option<Device>, StoreError> {
        todo!()
    }

    /// Devices by id: of one party, or all.
    ///
    /// # Errors
    /// The database's.
    pub fn devices(&self, party: Option<&PartyId>) -> Result<Vec<Device>, StoreError> {
        todo!()
    }

    /// Notes a contact. A write: callers do it once a minute.
    ///
    /// # Errors
    /// The database's.
    pub fn touch_device(&self, id: &DeviceId, now: Micros) -> Result<(), StoreError> {
        todo!()
    }

    /// Adds a token.
    ///
    /// # Errors
    /// The database's.
    pub fn add_enrol_token(&self, token: &EnrolToken) -> Result<(), StoreError> {
        todo!()
    }

    /// Uses a token in one step: the device when it was valid, `None` when it is unknown, used or
    /// expired. Two uses at the same moment: one wins.
    ///
    /// # Errors
    /// The database's.
    pub fn use_enrol_token(&self, token: &Hash, now: Micros) -> Result<Option<Device>, StoreError> {
        todo!()
    }
}
