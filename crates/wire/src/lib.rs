//! What the programs say to each other: requests, answers, error codes.
//!
//! Plain data with serde; both binaries and the tests use these very types. Knows no transport and
//! no storage. Entries travel as the bundle of tlog-tiles (u16 length, bytes), all else as JSON.

pub mod bundle;
pub mod device;
pub mod offer;
pub mod problem;
pub mod report;
pub mod snapshot;
pub mod update;

#[cfg(test)]
mod tests;

/// Most entries in one upload.
pub const UPLOAD_ENTRIES_MAX: usize = 512;
/// Largest upload of entries in bytes.
pub const UPLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Largest piece of a blob in one request, in bytes.
pub const BLOB_PIECE_BYTES_MAX: usize = 1024 * 1024;
/// Largest blob in bytes.
pub const BLOB_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Media type of a bundle of entries.
pub const BUNDLE_MEDIA: &str = "application/vnd.tl.entries";
/// Media type of problems (RFC 9457).
pub const PROBLEM_MEDIA: &str = "application/problem+json";
