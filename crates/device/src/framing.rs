//! Finding frames in a stream, for every family alike: fixed-length frames behind a start byte,
//! and lines that end with a suffix. Families only judge whole frames.
//! Invariant: what is found does not depend on the cuts of the input.

pub mod fixed;
pub mod line;

#[cfg(test)]
mod tests;
