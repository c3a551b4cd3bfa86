//! The event graph as rows: written with the projections they follow from, read whole by party.
//!
//! Invariant: what stands here is what `tl_lineage` makes of the other projections and the entries
//! they rest on, however these came. No origin is kept, and nothing that an assay could change.

mod load;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use load::LoadedRegion;
pub use read::LineageState;
pub(crate) use read::dump;
pub(crate) use write::note;

use crate::StoreError;

fn damaged(error: &tl_lineage::Damaged) -> StoreError {
    StoreError::Damaged(error.to_string())
}
