//! Parts that several bodies share.

use serde::{Deserialize, Serialize};
use tl_ledger::{Hash, PublicKey};

use crate::ids::{BatchId, EntryId, NodeId, PlaceId};
use crate::quantity::{Component, Mass, Volume};

/// An entry named by another one: by id and leaf hash, never by index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryRef {
    /// Leaf hash of the entry named.
    pub hash: Hash,
    /// Id of the entry named.
    pub id: EntryId,
}

/// Raw bytes of a device, at most 4 KiB, as base64; larger ones are blobs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// The bytes, base64 with padding.
    pub base64: String,
    /// Which decoder read them: the protocol family and layout.
    pub decoder: String,
}

/// Most raw bytes that ride in an entry.
pub const RAW_BYTES_MAX: usize = 4096;

/// A file kept outside the log, named by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobRef {
    /// Media type, for showing it.
    pub media: String,
    /// File name as it was, for showing it.
    pub name: String,
    /// SHA-256 of the bytes.
    pub sha256: Hash,
    /// Number of bytes.
    pub size: u64,
}

/// A clock that the device does not trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// What is wrong with it.
    pub state: ClockState,
}

/// What is wrong with a device's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// Never compared with the server since the device started.
    Unsynchronised,
    /// It stands behind the last entry of its own stream.
    Backwards,
}

/// Who stands for an approving act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Attest {
    /// The installation alone: no passkey or key token was enrolled.
    Server,
    /// The person's own key over the SHA-256 of the payload without this member.
    Person {
        /// The person's public key.
        key: Box<PublicKey>,
        /// Signature, base64.
        signature: String,
    },
}

/// Where a batch is: a node, and a place within it when it lies in one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The material balance area.
    pub node: NodeId,
    /// A pile, tank or bin of the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceId>,
}

/// How much is taken from a batch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "take", rename_all = "snake_case", deny_unknown_fields)]
pub enum Take {
    /// All that is left; closes the batch.
    All,
    /// A weighed part.
    Part {
        /// The part.
        mass: Mass,
    },
}

/// A part of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portion {
    /// The batch.
    pub batch: BatchId,
    /// How much of it.
    pub amount: Take,
}

/// Mass or volume of what a stream carried.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Amount {
    /// Mass with its basis.
    Mass(Mass),
    /// Volume of water, solution or gas.
    Volume(Volume),
}

/// A ticket of the weighbridge's own software (磅单).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketRef {
    /// 磅单号, unique within the software.
    pub number: String,
    /// Which installation of the software.
    pub software: String,
}

/// Uncertainty components of a measured quantity; empty means the class data of its meter count.
pub type Uncertain = Vec<Component>;
