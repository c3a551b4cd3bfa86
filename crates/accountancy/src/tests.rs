//! Tests of the crate, by what they are about.

mod alarms;
mod bad_input;
mod estimated;
mod estimated_properties;
mod estimated_simulated;
mod invariances;
mod properties;
mod simulated;
mod tables;
mod verified;
