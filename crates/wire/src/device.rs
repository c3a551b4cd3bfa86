//! The device API: enrolment, uploads, heads, blobs.
//!
//! ```text
//! POST /device/v1/enrol             page port, pinned CA       EnrolRequest  → EnrolAnswer
//! POST /device/v1/lapsed            page port, pinned CA       LapsedRequest → LapsedAnswer
//! POST /device/v1/renew             device port, mTLS          RenewRequest  → RenewAnswer
//! GET  /device/v1/update            mTLS, ?target=T&have=V     → 204, or a signed manifest
//! GET  /device/v1/update/{sha256}   mTLS, ?offset=N            → bytes of the program from there
//! POST /device/v1/report            mTLS, DeviceReport         → 204
//! GET  /device/v1/head              mTLS                       → HeadAnswer
//! POST /device/v1/entries           mTLS, bundle of entries    → UploadAnswer
//! POST /device/v1/checkpoint       mTLS, CheckpointRequest    → CheckpointAnswer
//! GET  /device/v1/snapshot          mTLS, ?have=VERSION        → 204, or a signed snapshot
//! GET  /device/v1/blobs/{sha256}    mTLS                       → BlobAnswer
//! PUT  /device/v1/blobs/{sha256}    mTLS, ?offset=N&size=N     → BlobAnswer
//! ```

use serde::{Deserialize, Serialize};
use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_ledger::{Hash, PublicKey};

/// A device asks for its certificate with a one-time token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The token as printed by the server: 128 bits, Crockford text.
    pub token: String,
    /// PEM of the certificate request; its subject and names are ignored.
    pub csr_pem: String,
    /// Key that will sign entries.
    pub event_key: PublicKey,
    /// Hex signature of the event key over `enrol_proof(token, csr_pem)`.
    pub proof: String,
    /// Names and addresses under which the device's own page is reached.
    #[serde(default)]
    pub page_names: Vec<String>,
    /// Request for the page's server certificate, when it has a page.
    #[serde(default)]
    pub page_csr_pem: Option<String>,
}

/// The bytes that the event key signs at enrolment: binds key, token and certificate request.
#[must_use]
pub fn enrol_proof(token: &str, csr_pem: &str) -> Vec<u8> {
    format!("tl-enrol-v1\n{}\n{}", token.trim(), Hash::of(csr_pem.as_bytes())).into_bytes()
}

/// What a device needs to know after enrolment. What a later server says beyond these members is
/// passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// Id given at the server.
    pub device: DeviceId,
    /// Party whose log it writes to.
    pub party: PartyId,
    /// Site where it stands.
    pub site: SiteId,
    /// What its key may sign.
    pub role: KeyRole,
    /// Epoch in which it begins to write.
    pub epoch: u64,
    /// Where its stream ended, when a box before it wrote under this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<PreviousEpoch>,
    /// Client certificate, PEM.
    pub certificate_pem: String,
    /// Certificate of its page, PEM, when asked for.
    pub page_certificate_pem: Option<String>,
    /// The installation's CA, PEM.
    pub ca_pem: String,
    /// Base address of the device port, `https://host:port`.
    pub device_url: String,
    /// Key that signs snapshots.
    pub snapshot_key: PublicKey,
    /// Key that signs programs, when the installation has one; the device pins it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_key: Option<PublicKey>,
}

/// A device whose certificate has ended asks for a new one, with its event key instead of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LapsedRequest {
    /// Its id.
    pub device: DeviceId,
    /// Its event key, as it was enrolled.
    pub event_key: PublicKey,
    /// PEM of the certificate request, with a new key.
    pub csr_pem: String,
    /// Names and addresses of its page.
    #[serde(default)]
    pub page_names: Vec<String>,
    /// Request for the page's server certificate, when it has a page.
    #[serde(default)]
    pub page_csr_pem: Option<String>,
    /// Hex signature of the event key over `proof_text`.
    pub proof: String,
}

impl LapsedRequest {
    /// The bytes that the event key signs. Who sends them again gets a certificate for a key that
    /// only the device has.
    #[must_use]
    pub fn proof_text(&self) -> Vec<u8> {
        let page = self.page_csr_pem.as_deref().unwrap_or_default();
        format!(
            "tl-lapsed-v1\n{}\n{}\n{}\n{}",
            self.device,
            Hash::of(self.csr_pem.as_bytes()),
            Hash::of(page.as_bytes()),
            self.page_names.join(",")
        )
        .into_bytes()
    }
}

/// Whether somebody has agreed to a new certificate for a device whose old one has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LapsedAnswer {
    /// Not yet: the same request is sent again later.
    Waiting {
        /// Short text that the page also shows, so that people can compare.
        mark: String,
    },
    /// The new certificates.
    Issued {
        /// Client certificate, PEM.
        certificate_pem: String,
        /// Certificate of its page, PEM, when asked for.
        #[serde(default)]
        page_certificate_pem: Option<String>,
    },
}

/// Where a device's stream ended before its box was replaced; the first entry of the new epoch
/// names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousEpoch {
    /// Epoch that ended.
    pub epoch: u64,
    /// Highest contiguous `dseq` of it that is durable at the server.
    pub dseq: u64,
    /// Leaf hash of that entry, zeros for none.
    pub head: Hash,
}

/// A device asks for a new certificate before the old one ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// PEM of the certificate request, with a new key.
    pub csr_pem: String,
    /// Names and addresses of its page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub page_names: Vec<String>,
    /// Request for the page's server certificate, when it has a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_csr_pem: Option<String>,
}

/// The new certificates. What a later server says beyond these members is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewAnswer {
    /// Client certificate, PEM.
    pub certificate_pem: String,
    /// Certificate of its page, PEM, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_certificate_pem: Option<String>,
}

/// Where a device's stream stands at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadAnswer {
    /// Latest epoch known of this device; the enrolled one when nothing was written.
    pub epoch: u64,
    /// Highest contiguous `dseq` of that epoch that is durable; 0 for none.
    pub acked_through: u64,
    /// Leaf hash of that entry, zeros for none.
    pub head: Hash,
    /// Server's clock, microseconds since 1970: the device compares, it never sets its clock.
    pub server_time_micros: i64,
    /// Version of the newest snapshot for the device's site.
    pub snapshot_version: u64,
}

/// What became of one entry of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum EntryResult {
    /// Durable in the log, now or by an earlier upload of the same bytes.
    Stored {
        /// Leaf hash.
        leaf: Hash,
        /// Index in the log.
        index: u64,
        /// Verdict codes; empty for none.
        verdicts: Vec<String>,
    },
    /// Can't be a fact; its bytes are kept as evidence, it counts as acknowledged.
    Refused {
        /// Leaf hash of the bytes.
        leaf: Hash,
        /// Stable error code.
        code: String,
        /// What was read, where and why.
        detail: String,
    },
    /// Same number or id with other bytes: quarantined; nothing after it is taken.
    Forked {
        /// Leaf hash of the bytes sent.
        leaf: Hash,
        /// Leaf hash of what the server has under that number or id.
        stored: Hash,
    },
    /// Not taken because of an earlier entry of the stream (gap or fork): send again later.
    Waiting {
        /// The number that is missing.
        expected_dseq: u64,
    },
}

/// Answer to an upload: one result per entry, and how far the stream is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadAnswer {
    /// In the order of the bundle.
    pub results: Vec<EntryResult>,
    /// Where the stream stands after it.
    pub head: HeadAnswer,
}

/// How much of a blob the server has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobAnswer {
    /// Bytes received without a gap: where to go on.
    pub received: u64,
    /// Whether all bytes are there and the hash is right.
    pub complete: bool,
}

/// The last checkpoint that a device saw of its log, for comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointRequest {
    /// The signed note as it was received; absent when the device saw none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

/// The newest checkpoint of a device's log, and what leads there from the one that it held. What a
/// later server says beyond these members is passed over: the proofs bind, not the frame.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointAnswer {
    /// The signed note with the lines of witnesses; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// Verifier key of the tree; a device pins the first one that it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vkey: Option<String>,
    /// Index in the log of the first entry of the checkpoint's tree: for a device that pins a tree
    /// which continues others. Absent for a log's first tree, and from servers before it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_index: Option<u64>,
    /// Consistency proof from the held checkpoint, when both are of one tree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consistency: Vec<Hash>,
    /// The trees that were opened since the held one, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continued: Vec<Continued>,
}

/// How a tree takes up the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continued {
    /// Its entry 0, `log.continue`, as it was signed; base64.
    pub entry: String,
    /// tlog-proof of that entry.
    pub proof: String,
    /// Consistency proof from the head held of the tree before to the head that entry 0 names;
    /// empty when the held one is beyond it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consistency: Vec<Hash>,
}
