//! What the user stories stand on: real programs, faulty links, fake devices, plants whose balance
//! is known.
//!
//! Everything started here ends with the value that owns it, also when a test fails. Nothing knows
//! the inside of a program: what is asked goes through command lines, sockets, pages and, for
//! reading a log back, `tl-store`.

pub mod agent;
pub mod answer;
pub mod browser;
pub mod cases;
pub mod chance;
pub mod checkpoint;
pub mod clock;
pub mod device;
pub mod disk;
pub mod gate;
pub mod http;
pub mod installation;
pub mod ledger;
pub mod measure;
pub mod memory;
pub mod plant;
pub mod powercut;
pub mod preload;
pub mod program;
pub mod proxy;
pub mod serial;
pub mod served;
pub mod station;
pub mod wait;
pub mod year;
