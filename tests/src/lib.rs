//! What the user stories stand on: real programs, faulty links, fake devices, plants whose balance
//! is known.
//!
//! Everything started here ends with the value that owns it, also when a test fails. Nothing knows
//! the inside of a program: what is asked goes through command lines, sockets, pages and, for
//! reading a log back, `tl-store`.

pub mod memory;
pub mod year;
