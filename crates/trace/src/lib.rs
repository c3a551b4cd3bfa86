//! Trace: shares of origin through batches, stores and recycles, forward and backward.
//!
//! Pure: events come in, shares go out. The graph is kept, never a table of origins.
