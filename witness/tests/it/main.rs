//! The real program over real sockets: the protocol, its failures, and what a crash leaves.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod crash;
mod log;
mod process;
mod protocol;
