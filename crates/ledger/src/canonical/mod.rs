//! RFC 8785 canonical JSON, canonical or refused.
//!
//! Entries hold text, integers below 2^53, booleans, null, arrays and objects; fractions are text,
//! so the number rules of ECMAScript never come into play and one pass over the bytes decides.
//! `check` never repairs: bytes that differ from their canonical form by one space are refused.

mod check;
mod write;

#[cfg(test)]
mod tests;

pub use check::{NonCanonical, check, check_object};
pub use write::{NotRepresentable, to_vec};

/// Largest integer that every JSON reader keeps exactly.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;
/// Deepest nesting of arrays and objects in an entry.
pub const DEPTH_MAX: usize = 32;
