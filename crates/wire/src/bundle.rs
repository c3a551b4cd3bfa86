//! Entry bundles: u16 big-endian length and bytes, one after another (C2SP tlog-tiles).

/// Why bytes are no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than the rest of the bytes.
    #[error("entry {index} at byte {at} ends behind the end of the bundle")]
    Truncated {
        /// Number of the entry, from 0.
        index: usize,
        /// Offset of its length.
        at: usize,
    },
    /// More than `UPLOAD_ENTRIES_MAX` entries.
    #[error("more than {} entries in one upload", crate::UPLOAD_ENTRIES_MAX)]
    TooMany,
}

/// Appends an entry; `false`, and nothing appended, when it is too long for a bundle.
pub fn push(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else {
        return false;
    };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// Splits a bundle into its entries, at most `UPLOAD_ENTRIES_MAX`.
///
/// # Errors
/// `BundleError` names the entry that is cut or one too many.
pub fn split(bundle: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let cut = BundleError::Truncated { index: entries.len(), at: bundle.len() - rest.len() };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(cut)?;
        if entries.len() == crate::UPLOAD_ENTRIES_MAX {
            return Err(BundleError::TooMany);
        }
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}
