//! Tests of the crate, by what they are about.

mod alarms;
mod bad_input;
mod properties;
mod simulated;
mod tables;
mod verified;
