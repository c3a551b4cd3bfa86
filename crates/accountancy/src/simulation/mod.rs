//! Simulated histories: do the tests keep their false-alarm rates, and what do they find.
//!
//! Invariant: everything follows from the seed that comes in; the same seed gives the same figures
//! on every machine. Truth is drawn first, then measured with the stated errors.

pub mod calibration;
pub mod generator;
pub mod plant;
