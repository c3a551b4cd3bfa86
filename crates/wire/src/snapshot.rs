//! The signed site snapshot: all that an agent needs to work with the link down.
//!
//! Travels as a DSSE envelope of type `SNAPSHOT_TYPE`, signed by the installation; versions only
//! grow. It never reopens or clears the agent's store.

use serde::{Deserialize, Serialize};
use tl_domain::code::Code;
use tl_domain::event::{HandoverDispatch, Master};
use tl_domain::ids::{DeviceId, EntryId, OperatorId, PartyId, SiteId};
use tl_ledger::Hash;

/// Everything an agent knows of its site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Version of this format.
    pub v: u32,
    /// Party.
    pub party: PartyId,
    /// Name of the party, for labels.
    pub party_name: String,
    /// Site.
    pub site: SiteId,
    /// Device that it is for: leases belong to one device.
    pub device: DeviceId,
    /// Grows with every change.
    pub version: u64,
    /// When it was made, microseconds since 1970.
    pub issued_micros: i64,
    /// Host name in QR codes.
    pub qr_host: String,
    /// Substance that the installation accounts for.
    pub substance: String,
    /// Active masters of the site.
    pub masters: Vec<Master>,
    /// Blocks of codes that the device may draw from.
    pub leases: Vec<CodeLease>,
    /// People who may sign in at the device.
    pub users: Vec<SnapshotUser>,
    /// Batches that are open at the site, so that they can be scanned with the link down.
    pub batches: Vec<KnownBatch>,
    /// Samples of the site taken in the last 90 days, newest first, so that results find them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<KnownSample>,
    /// Dispatches addressed to the party that were not received yet.
    pub expected: Vec<ExpectedArrival>,
    /// Ids of keys that are no longer valid, 16 hex digits each.
    pub revoked: Vec<String>,
}

/// A block of code values that belongs to one device for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeLease {
    /// First value, decimal text (values pass 2^32).
    pub start: String,
    /// Number of values.
    pub count: u64,
    /// End of the lease, microseconds since 1970.
    pub expires_micros: i64,
}

/// A person who may sign in at the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotUser {
    /// Opaque id that entries carry.
    pub operator: OperatorId,
    /// Name shown on the page.
    pub name: String,
    /// argon2id hash of the PIN.
    pub pin_hash: String,
    /// Code of the badge, if one was given.
    pub badge: Option<Code>,
    /// `gate`, `lab`, `reviewer`, `ehs`.
    pub roles: Vec<String>,
}

/// A batch as the agent needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownBatch {
    /// Id of the batch.
    pub id: EntryId,
    /// Its code.
    pub code: Option<Code>,
    /// Its material.
    pub material: String,
    /// Node where it is.
    pub node: String,
    /// Wet grams that are left, decimal text; absent when it was never weighed.
    pub left_grams: Option<String>,
}

/// A sample as results name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownSample {
    /// Id of the sample.
    pub id: EntryId,
    /// Code of its pot.
    pub code: Option<Code>,
    /// Name at the laboratory.
    pub lab_name: Option<String>,
}

/// A dispatch addressed to this party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedArrival {
    /// Shipper.
    pub from: PartyId,
    /// Shipper's name.
    pub from_name: String,
    /// Dispatch entry.
    pub entry: EntryId,
    /// Its leaf hash.
    pub hash: Hash,
    /// What it says.
    pub dispatch: HandoverDispatch,
}
