//! What the bureau verifies: how many items, which ones, and what the comparison says.
//!
//! Invariant: sample sizes are exact (hypergeometric), never approximated where it matters; the
//! draw follows from a seed recorded after the list was frozen, so neither side steers it.

pub mod draw;
pub mod items;
pub mod laboratory;
pub mod sampling;
pub mod stratified;
