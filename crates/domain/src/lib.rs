//! Rules of thallium accountancy: ids, quantities, events, projections, balance.
//!
//! Pure: no clock, no randomness, no files, no SQL, no HTTP. Time and ids come in as arguments, so
//! that server, agent, rebuild and tests run the same rules and get the same answers.

pub mod balance;
pub mod capture;
pub mod code;
pub mod event;
pub mod ids;
pub mod lab;
pub mod project;
pub mod quantity;
pub mod time;
