//! What the server does for people, devices and programs: one file per noun, shared by pages and
//! JSON. Use cases block, take a `Permit` (or a `Device`) and give rows or a `Failure`. They know
//! neither HTTP nor HTML.

pub mod enrolment;
pub mod installation;
pub mod sign_in;
pub mod snapshot;
pub mod upload;
