//! cosignature/v1 (c2sp.org/tlog-cosignature, type 0x04): a witness's word on a checkpoint.
//!
//! It says: at this time, the largest consistent tree of this log that I have seen has this root.
//! The signature covers the time and the whole text of the checkpoint. The time is the witness's
//! own claim; whether it is plausible is for the caller, who has a clock.

#[cfg(test)]
mod tests;

use crate::note::{KeyName, NoteSignature, SignatureType, VerifierKey};
use crate::{PublicKey, Signer};

/// Latest time that the format allows, in seconds since 1970.
pub const TIME_SECONDS_MAX: u64 = (1 << 63) - 1;
/// 8 bytes of time and 64 of Ed25519.
const COSIGNATURE_BYTES: usize = 72;

/// A time that no cosignature may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cosignature's time is 1 to 2^63 - 1 seconds since 1970, not {0}")]
pub struct TimeError(pub u64);

/// The bytes that a cosignature signs: header, time, then the checkpoint's text.
#[must_use]
pub fn message(time_seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time_seconds}\n{text}").into_bytes()
}

/// Cosigns a checkpoint's text as `name`.
///
/// # Errors
/// `TimeError`: a witness never leaves out the time.
pub fn sign(
    text: &str,
    name: &KeyName,
    signer: &Signer,
    time_seconds: u64,
) -> Result<NoteSignature, TimeError> {
    if time_seconds == 0 || time_seconds > TIME_SECONDS_MAX {
        return Err(TimeError(time_seconds));
    }
    let key = VerifierKey::new(name.clone(), SignatureType::Cosignature, signer.public());
    let mut bytes = time_seconds.to_be_bytes().to_vec();
    bytes.extend(signer.sign(&message(time_seconds, text)));
    Ok(NoteSignature::new(&key, bytes))
}

/// The time that a cosignature of `key` over `text` states, in seconds since 1970; `None` when it
/// does not hold.
#[must_use]
pub fn verify(key: &PublicKey, text: &str, bytes: &[u8]) -> Option<u64> {
    if bytes.len() != COSIGNATURE_BYTES {
        return None;
    }
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let time_seconds = u64::from_be_bytes(*time);
    let holds =
        time_seconds <= TIME_SECONDS_MAX && key.verifies(&message(time_seconds, text), signature);
    holds.then_some(time_seconds)
}
