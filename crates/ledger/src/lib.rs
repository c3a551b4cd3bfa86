//! Canonical bytes, signed envelopes, the append-only Merkle tree and the public formats around it.
//!
//! Pure: bytes in, bytes or hashes out. Knows nothing of thallium, parties or storage; the meaning
//! of a payload is the business of `tl-domain`, keeping it is the business of `tl-store`.
//! Formats: RFC 8785 (canonical JSON), DSSE v1 (envelope), RFC 6962 and 9162 (tree), RFC 8032
//! (Ed25519), and of C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof,
//! tlog-witness and tlog-policy.
//!
//! | module | what it does |
//! | --- | --- |
//! | `canonical`, `envelope`, `key`, `hash` | the bytes of an entry, its signature, its leaf |
//! | `merkle` | `Frontier`, roots; proofs planned, filled from stored hashes, verified |
//! | `note` | a text and its signature lines; verifier keys (`name+id+base64`) |
//! | `checkpoint` | origin, size and root as a note: sign, read, verify with witnesses |
//! | `cosignature` | what a witness signs, with its time |
//! | `tile` | paths, tiles, entry bundles; what a size has; proofs through a tile reader |
//! | `proof` | the `.tlog-proof` file: write, read, verify against an entry's bytes |
//! | `witness` | body of `add-checkpoint` and the witness's judgement |
//! | `policy` | trust policy file: logs, witnesses, groups, quorum |
//! | `audit` | a whole log from its entries, every tile compared |
//! | `line` | errors of the text formats, with line numbers |

pub mod audit;
pub mod canonical;
pub mod checkpoint;
pub mod cosignature;
pub mod envelope;
pub mod hash;
pub mod key;
pub mod line;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod proof;
pub mod tile;
pub mod witness;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use envelope::{Envelope, EnvelopeError, PAYLOAD_TYPE, SNAPSHOT_TYPE, SignatureLine};
pub use hash::Hash;
pub use key::{KeyId, PublicKey, Signer};
pub use merkle::{Frontier, TreeHead};
pub use note::{KeyName, Note, NoteSignature, VerifierKey};
pub use proof::EntryProof;

/// Largest payload of an entry, in bytes (DESIGN §6).
pub const PAYLOAD_BYTES_MAX: usize = 48_000;
/// Largest envelope, in bytes: the limit of an entry bundle in tlog-tiles (u16 length).
pub const ENVELOPE_BYTES_MAX: usize = 65_535;
