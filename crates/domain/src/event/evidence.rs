//! What entries rest on besides what their own bodies hold.

use serde::{Deserialize, Serialize};

use super::common::{BlobRef, EntryRef, Raw};

/// Bytes and files about earlier entries of the same log whose kinds have no room for them: the
/// paper
/// sheet that was copied, a photo. It changes no amount and no state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceAdd {
    /// The entries that rest on it.
    pub about: Vec<EntryRef>,
    /// Bytes, at most 4 KiB, and what reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// Photos and papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
}
