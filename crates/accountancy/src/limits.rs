//! Bounds of what is taken in, in one place.
//!
//! Invariant: whatever passes them is computed in seconds and in a few hundred megabytes. A case
//! above a bound is refused by name; nothing is cut off silently.

/// Bytes of one case text.
pub const CASE_BYTES: usize = 64 << 20;
/// Balance periods in one sequence; the work grows with the third power.
pub const PERIODS: usize = 1_000;
/// Measured figures in one case.
pub const FIGURES: usize = 2_000_000;
/// Rows of a case that asks several independent questions.
pub const ROWS: usize = 100_000;
/// Periods over which Page's threshold is computed.
pub const PAGE_PERIODS: usize = 2_000;
/// Rows of a case that each need the run length of Page's test.
pub const PAGE_ROWS: usize = 200;
/// Magnitude of a figure; its square and sums of it stay far from overflow.
pub const MAGNITUDE: f64 = 1e30;
/// Items of a population to draw from.
pub const POPULATION: u64 = 1_000_000_000_000;
/// Draws of a sample that are listed item by item.
pub const DRAWN_ITEMS: usize = 1_000_000;
/// Simulated histories in one run.
pub const HISTORIES: usize = 10_000_000;
