//! Finding frames in a stream, for every family alike: frames behind a start byte whose length
//! the format tells, and lines that end with a suffix. Families only judge whole frames.
//! Invariant: what is found does not depend on the cuts of the input.

pub mod frame;
pub mod line;
pub mod line_scanner;
pub mod noise;

#[cfg(test)]
mod tests;
