//! DSSE v1 envelopes: the exact bytes that are signed, sent, stored and hashed.
//!
//! The signature covers the pre-authentication encoding (type and payload), so no verifier has to
//! canonicalise; still both payload and envelope must be canonical, or the entry is refused. The
//! leaf of the Merkle tree is the hash of the envelope's bytes as received.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::canonical::{self, NonCanonical};
use crate::{ENVELOPE_BYTES_MAX, Hash, KeyId, PAYLOAD_BYTES_MAX, PublicKey, Signer};

/// The payload type of entries; it is covered by the signature, which stops type confusion.
pub const PAYLOAD_TYPE: &str = "application/vnd.tl.event.v1+json";
/// Payload type of a site snapshot (masters, leases, users), signed by the server.
pub const SNAPSHOT_TYPE: &str = "application/vnd.tl.snapshot.v1+json";
/// Most signatures that one envelope may carry.
pub const SIGNATURES_MAX: usize = 16;

/// One signature line: a key hint and the signature's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// Hint which key signed; 16 hex digits, not covered by the signature.
    pub keyid: String,
    /// The signature as bytes; 64 for Ed25519.
    pub signature: Vec<u8>,
}

/// A signed payload as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Type of the payload, covered by the signatures.
    pub payload_type: &'static str,
    /// Canonical JSON of the entry.
    pub payload: Vec<u8>,
    /// One or more signatures; the first is the device's or installation's.
    pub signatures: Vec<SignatureLine>,
}

/// Why bytes are not an acceptable envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// More than `ENVELOPE_BYTES_MAX`.
    #[error("the envelope has {0} bytes; at most {ENVELOPE_BYTES_MAX} are allowed")]
    TooLarge(usize),
    /// More than `PAYLOAD_BYTES_MAX`.
    #[error("the payload has {0} bytes; at most {PAYLOAD_BYTES_MAX} are allowed")]
    PayloadTooLarge(usize),
    /// The envelope is not canonical JSON.
    #[error("envelope: {0}")]
    EnvelopeForm(NonCanonical),
    /// The payload is not canonical JSON.
    #[error("payload: {0}")]
    PayloadForm(NonCanonical),
    /// Members missing, unknown or of the wrong type, or text that is not plain base64.
    #[error("the envelope's members are wrong: {0}")]
    Members(String),
    /// Another payload type than the one expected.
    #[error("payload type is {read:?}, not {expected:?}")]
    PayloadType {
        /// Type that was read, shortened.
        read: String,
        /// Type that belongs here.
        expected: &'static str,
    },
    /// No line is a strict signature of the key asked for.
    #[error("no signature in the envelope verifies under key {0}")]
    Signature(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// Signs canonical payload bytes.
    ///
    /// # Errors
    /// `PayloadForm` or `PayloadTooLarge`: what would be refused later is not signed now.
    pub fn sign(payload: Vec<u8>, signer: &Signer) -> Result<Self, EnvelopeError> {
        check_payload(&payload)?;
        Self::sign_as(PAYLOAD_TYPE, payload, signer)
    }

    /// Signs canonical bytes under another type; only entries are bound to the size limits.
    ///
    /// # Errors
    /// `PayloadForm`.
    pub fn sign_as(
        payload_type: &'static str,
        payload: Vec<u8>,
        signer: &Signer,
    ) -> Result<Self, EnvelopeError> {
        canonical::check_object(&payload).map_err(EnvelopeError::PayloadForm)?;
        let line = SignatureLine {
            keyid: signer.public().id().to_string(),
            signature: signer.sign(&pae(payload_type, &payload)).to_vec(),
        };
        Ok(Self { payload_type, payload, signatures: vec![line] })
    }

    /// Reads an envelope from the bytes that will be stored and hashed; checks sizes and form of
    /// envelope and payload, not yet the signature.
    ///
    /// # Errors
    /// Any `EnvelopeError` but `Signature`.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(EnvelopeError::TooLarge(bytes.len()));
        }
        let envelope = Self::parse_as(PAYLOAD_TYPE, bytes)?;
        check_size(&envelope.payload)?;
        Ok(envelope)
    }

    /// Reads an envelope of another payload type; the caller bounds its size.
    ///
    /// # Errors
    /// Any `EnvelopeError` about form, members or type.
    pub fn parse_as(payload_type: &'static str, bytes: &[u8]) -> Result<Self, EnvelopeError> {
        canonical::check_object(bytes).map_err(EnvelopeError::EnvelopeForm)?;
        Self::parse_members(payload_type, bytes)
    }

    /// Reads an entry's envelope that a person has laid out anew: white space and the order of
    /// its members are free, everything else is as in `parse`. The payload, which alone is signed,
    /// must be canonical here too. For checks by hand; what is logged is read by `parse`.
    ///
    /// # Errors
    /// Any `EnvelopeError` but `EnvelopeForm` and `Signature`.
    pub fn parse_laid_out(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        // Indentation at most trebles the few members of an envelope.
        if bytes.len() > 3 * ENVELOPE_BYTES_MAX {
            return Err(EnvelopeError::TooLarge(bytes.len()));
        }
        let envelope = Self::parse_members(PAYLOAD_TYPE, bytes)?;
        check_size(&envelope.payload)?;
        let canonical_bytes = envelope.to_bytes().len();
        if canonical_bytes > ENVELOPE_BYTES_MAX {
            return Err(EnvelopeError::TooLarge(canonical_bytes));
        }
        Ok(envelope)
    }

    fn parse_members(payload_type: &'static str, bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let wire: Wire =
            serde_json::from_slice(bytes).map_err(|e| EnvelopeError::Members(e.to_string()))?;
        if wire.payload_type != payload_type {
            let read = wire.payload_type.chars().take(80).collect();
            return Err(EnvelopeError::PayloadType { read, expected: payload_type });
        }
        let payload = decode(&wire.payload, "payload")?;
        canonical::check_object(&payload).map_err(EnvelopeError::PayloadForm)?;
        if wire.signatures.is_empty() || wire.signatures.len() > SIGNATURES_MAX {
            return Err(EnvelopeError::Members(format!(
                "{} signatures; 1 to {SIGNATURES_MAX} are allowed",
                wire.signatures.len()
            )));
        }
        let signatures = wire
            .signatures
            .into_iter()
            .map(|line| {
                Ok(SignatureLine { signature: decode(&line.sig, "sig")?, keyid: line.keyid })
            })
            .collect::<Result<_, EnvelopeError>>()?;
        Ok(Self { payload_type, payload, signatures })
    }

    /// The canonical bytes: what is sent, stored and hashed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let wire = Wire {
            payload: STANDARD.encode(&self.payload),
            payload_type: self.payload_type.to_owned(),
            signatures: self
                .signatures
                .iter()
                .map(|line| WireSignature {
                    keyid: line.keyid.clone(),
                    sig: STANDARD.encode(&line.signature),
                })
                .collect(),
        };
        canonical::to_vec(&wire).expect("an envelope holds only text")
    }

    /// Leaf hash of the envelope's canonical bytes.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        Hash::leaf(&self.to_bytes())
    }

    /// Which key the first signature names; a hint only.
    #[must_use]
    pub fn key_hint(&self) -> Option<KeyId> {
        let mut id = [0; 8];
        let first = self.signatures.first()?;
        hex::decode_to_slice(&first.keyid, &mut id).ok()?;
        Some(KeyId(id))
    }

    /// Strict verification: at least one line that names `key` must verify, and none may fail.
    ///
    /// # Errors
    /// `Signature` otherwise.
    pub fn verify(&self, key: &PublicKey) -> Result<(), EnvelopeError> {
        let id = key.id().to_string();
        let message = pae(self.payload_type, &self.payload);
        let mut named = self.signatures.iter().filter(|line| line.keyid == id).peekable();
        let any = named.peek().is_some();
        if any && named.all(|line| key.verifies(&message, &line.signature)) {
            Ok(())
        } else {
            Err(EnvelopeError::Signature(id))
        }
    }
}

/// DSSE v1 pre-authentication encoding: lengths are decimal byte counts.
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    let mut out = Vec::with_capacity(head.len() + payload.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(payload);
    out
}

fn check_payload(payload: &[u8]) -> Result<(), EnvelopeError> {
    check_size(payload)?;
    canonical::check_object(payload).map_err(EnvelopeError::PayloadForm)
}

fn check_size(payload: &[u8]) -> Result<(), EnvelopeError> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        return Err(EnvelopeError::PayloadTooLarge(payload.len()));
    }
    Ok(())
}

/// The engine refuses missing padding and stray bits, so base64 is canonical as well.
fn decode(text: &str, member: &str) -> Result<Vec<u8>, EnvelopeError> {
    STANDARD
        .decode(text)
        .map_err(|e| EnvelopeError::Members(format!("{member} is not plain base64: {e}")))
}
