//! Entry bundles: entries one after another, each behind its length in two bytes, big-endian.
//!
//! Invariant: a bundle's bytes follow from its entries and are read back whole; a byte too many or
//! too few is an error that names entry and offset. What an entry holds is not looked at.

use super::Bundle;
use crate::ENVELOPE_BYTES_MAX;

/// Bytes that are not the bundle they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The bytes end within an entry or before the last one.
    #[error("{bundle}: ends within entry {entry} of the log, at byte {at}")]
    CutOff {
        /// The bundle.
        bundle: Bundle,
        /// Index of the entry in the log.
        entry: u64,
        /// Offset where the entry begins.
        at: usize,
    },
    /// Bytes follow the last entry.
    #[error("{bundle}: {extra} bytes follow its last entry, at byte {at}")]
    Extra {
        /// The bundle.
        bundle: Bundle,
        /// Number of bytes that are left.
        extra: usize,
        /// Offset of the first of them.
        at: usize,
    },
}

/// An entry that no bundle can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry of {0} bytes is too long for a bundle; {ENVELOPE_BYTES_MAX} fit")]
pub struct BundleWriteError(pub usize);

/// The entries of a bundle's bytes.
///
/// # Errors
/// `BundleError` unless there are exactly as many as its width says.
pub fn parse_bundle(bundle: Bundle, bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::with_capacity(usize::from(bundle.width));
    let mut rest = bytes;
    for place in 0..bundle.width {
        let at = bytes.len() - rest.len();
        let entry = bundle.first_entry().saturating_add(u64::from(place));
        let taken = rest.split_first_chunk::<2>().and_then(|(length, rest)| {
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
        });
        let (taken, left) = taken.ok_or(BundleError::CutOff { bundle, entry, at })?;
        entries.push(taken);
        rest = left;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        let at = bytes.len() - rest.len();
        Err(BundleError::Extra { bundle, extra: rest.len(), at })
    }
}

/// Appends an entry to a bundle's bytes.
///
/// # Errors
/// `BundleWriteError` for an entry over 65,535 bytes.
pub fn push_entry(bytes: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleWriteError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleWriteError(entry.len()))?;
    bytes.extend(length.to_be_bytes());
    bytes.extend(entry);
    Ok(())
}
