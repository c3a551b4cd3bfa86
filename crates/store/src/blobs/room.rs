//! How much room files may take: so much for each party, and so much of the disk stays free.
//!
//! A party's files count with the size that was announced for them, so that no number of files that
//! are begun at once passes the bound. How much is free is asked of a function that the shell has:
//! nothing here knows file systems. Without bounds, as in commands of the shell, all is taken.

use std::path::Path;

use tl_domain::ids::PartyId;

use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// Bounds of what files may take.
#[derive(Debug, Clone, Copy)]
pub struct BlobBounds {
    /// Most bytes of one party's files.
    pub party_bytes_max: u64,
    /// Bytes of the disk that stay free.
    pub free_bytes_min: u64,
    /// Bytes that the disk of a folder has free; `None` when nobody can tell.
    pub free_bytes: fn(&Path) -> Option<u64>,
}

impl Store {
    /// Bounds the files that are taken from now on; the first bounds stay.
    pub fn bound_blobs(&self, bounds: BlobBounds) {
        let _ = self.shared.blob_bounds.set(bounds);
    }

    /// Refuses bytes that the disk has no room for.
    pub(super) fn require_disk(&self, more: u64) -> Result<(), StoreError> {
        let (Some(bounds), Some(folder)) =
            (self.shared.blob_bounds.get(), &self.shared.options.blob_dir)
        else {
            return Ok(());
        };
        match (bounds.free_bytes)(folder) {
            Some(free) if free < bounds.free_bytes_min.saturating_add(more) => {
                Err(StoreError::DiskLow { free, more, least: bounds.free_bytes_min })
            }
            _ => Ok(()),
        }
    }
}

/// Refuses a file that would bring a party above its bound; `before` is what counts of it already.
pub(super) fn require_quota(
    conn: &mut Conn,
    party: &PartyId,
    (before, size): (u64, u64),
    bounds: Option<&BlobBounds>,
) -> Result<(), StoreError> {
    let Some(most) = bounds.map(|bounds| bounds.party_bytes_max) else { return Ok(()) };
    let sql = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS number FROM blob WHERE party = ?";
    let counted = conn.number(sql, &[Value::text(party.as_str())])?.unsigned_abs();
    let used = counted.saturating_sub(before);
    if used.saturating_add(size) <= most {
        return Ok(());
    }
    Err(StoreError::BlobQuota { party: party.clone(), used, more: size, most })
}
