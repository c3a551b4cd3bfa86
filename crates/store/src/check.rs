//! Doctor.

use tl_domain::ids::PartyId;

/// Something that is wrong in the stored logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose log.
    pub party: PartyId,
    /// Index of the entry, where one is concerned.
    pub index: Option<u64>,
    /// What was expected and what is there.
    pub message: String,
}

/// What `Store::check` looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Logs that were read.
    pub logs: u64,
    /// Entries whose bytes were hashed again.
    pub entries: u64,
    /// Refused entries and forks kept as evidence.
    pub evidence: u64,
    /// Blobs whose bytes were hashed again.
    pub blobs: u64,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
}
