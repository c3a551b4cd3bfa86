//! From bytes to a verified entry: form, log, device, role and signature.
//!
//! Pure work on one processor core; callers run it in parallel before they hand the entries to the
//! one writer. What only the stream's history can tell (numbers, chain, forks) is the writer's.

use std::collections::HashMap;

use tl_domain::event::{Entry, KeyRole};
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_ledger::{Hash, PublicKey};
use tl_wire::problem::ErrorCode;

/// A key of a log as `verify` uses it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnrolledKey {
    /// The key.
    pub key: PublicKey,
    /// What it may sign.
    pub role: KeyRole,
    /// Site where its device stands.
    pub site: Option<SiteId>,
    /// Index of the entry that revoked it.
    pub revoked_at: Option<u64>,
}

/// The keys of one log, by device.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyBook {
    devices: HashMap<DeviceId, Vec<EnrolledKey>>,
}

/// An entry whose form and signature are good.
#[derive(Debug, Clone)]
pub struct Verified {
    pub(crate) entry: Entry,
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaf: Hash,
    pub(crate) key: PublicKey,
}

/// Bytes that can't be a fact, with what is needed to keep them as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Stable code.
    pub code: ErrorCode,
    /// What was read, where and why.
    pub detail: String,
    /// Log whose device sent them.
    pub log: PartyId,
    /// Device that sent them.
    pub device: DeviceId,
    /// Epoch and number that the bytes claim in that device's stream, when they could be read.
    pub position: Option<(u64, u64)>,
    /// The bytes as received.
    pub bytes: Vec<u8>,
}

impl KeyBook {
    /// A book of keys.
    pub fn new(keys: impl IntoIterator<Item = (DeviceId, EnrolledKey)>) -> Self {
        let mut devices: HashMap<DeviceId, Vec<EnrolledKey>> = HashMap::new();
        for (device, key) in keys {
            devices.entry(device).or_default().push(key);
        }
        Self { devices }
    }

    /// Keys that a device ever had, in no particular order.
    #[must_use]
    pub fn keys(&self, device: &DeviceId) -> &[EnrolledKey] {
        self.devices.get(device).map_or(&[], Vec::as_slice)
    }
}

impl Verified {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Leaf hash of the bytes.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        self.leaf
    }
}

/// Checks the bytes of one entry that a device sent for a log.
///
/// # Errors
/// `Refused` with the code and what was read; hand it to `append` so that it is kept as evidence.
pub fn verify(
    bytes: &[u8],
    keys: &KeyBook,
    log: &PartyId,
    device: &DeviceId,
) -> Result<Verified, Box<Refused>> {
    todo!()
}
