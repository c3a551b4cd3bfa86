//! What the server does for people, devices and programs: one file per noun, shared by pages and
//! JSON. Use cases block, take a `Permit` (or a `Device`) and give rows or a `Failure`. They know
//! neither HTTP nor HTML.

pub mod access;
pub mod accounts;
pub mod assays;
pub mod balances;
pub mod batches;
pub mod capture;
pub mod codes;
pub mod devices;
pub mod enrolment;
pub mod entries;
pub mod findings;
pub mod flows;
pub mod handovers;
pub mod installation;
pub mod lab;
pub mod lapsed;
pub mod ledgers;
pub mod masters;
pub mod outside;
pub mod own_account;
pub mod partners;
pub mod people;
pub mod reconciliation;
pub mod runs;
pub mod samples;
pub mod sheets;
pub mod sign_in;
pub mod snapshot;
pub mod stock;
pub mod tasks;
pub mod thresholds;
pub mod trace;
pub mod updates;
pub mod upload;
pub mod users;
