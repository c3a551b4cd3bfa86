//! The server as a whole: who may do what, what answers look like, how devices come in.

// First, so that the others can use its macros.
#[macro_use]
mod talk;

mod accounts;
mod agent_people;
mod answers;
mod check;
mod device;
mod devices;
mod findings;
mod forms;
mod hostile;
mod isolation;
mod laboratory;
mod ledger;
mod ledger_pages;
mod outside;
mod own_account;
mod people;
mod permissions;
mod policies;
mod reconciliation;
mod sheets;
mod sign_in;
mod trace;
mod verify;
mod world;
