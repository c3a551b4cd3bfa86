//! Files that entries name by their SHA-256: received in pieces, kept on disk beside the database.

/// How much of a blob is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobState {
    /// Bytes in all, as announced with the first piece.
    pub size: u64,
    /// Bytes received without a gap.
    pub received: u64,
    /// All bytes are there, durable, and have the hash they are named by.
    pub complete: bool,
}
