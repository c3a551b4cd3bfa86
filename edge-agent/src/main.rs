//! `tl-edge`: the plant's agent. Ports, outbox, uplink, gate and lab page.
//!
//! One program, one directory. Everything recorded is signed and durable before anybody is told
//! so; the link to the server may be down for months. Logs go to standard error in English, what
//! people read is Chinese first.
#![forbid(unsafe_code)]

mod clock;
mod config;
mod home;
mod outbox;
mod words;

fn main() {}
