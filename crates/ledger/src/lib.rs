//! Canonical bytes, signed envelopes and the append-only Merkle tree.
//!
//! Pure: bytes in, bytes or hashes out. Knows nothing of thallium, parties or storage; the meaning
//! of a payload is the business of `tl-domain`, keeping it is the business of `tl-store`.
//! Formats: RFC 8785 (canonical JSON), DSSE v1 (envelope), RFC 6962 (tree), RFC 8032 (Ed25519).

pub mod canonical;
pub mod envelope;
pub mod hash;
pub mod key;
pub mod merkle;

pub use envelope::{Envelope, EnvelopeError, PAYLOAD_TYPE, SNAPSHOT_TYPE, SignatureLine};
pub use hash::Hash;
pub use key::{KeyId, PublicKey, Signer};
pub use merkle::Frontier;

/// Largest payload of an entry, in bytes (DESIGN §6).
pub const PAYLOAD_BYTES_MAX: usize = 48_000;
/// Largest envelope, in bytes: the limit of an entry bundle in tlog-tiles (u16 length).
pub const ENVELOPE_BYTES_MAX: usize = 65_535;
