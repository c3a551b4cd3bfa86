//! The real program over real sockets: the protocol, its failures, and what a crash leaves.

mod crash;
mod log;
mod process;
mod protocol;
