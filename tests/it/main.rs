//! User stories. One binary; one file for each story.

mod account_pages;
mod bad_input;
mod database_gone;
mod decode;
mod demo;
mod device_pages;
mod edge;
mod edge_bad_input;
mod gate_page;
mod isolation;
mod kill_nine;
mod lab_page;
mod ledger;
mod outside_report;
mod pages;
mod rebuild;
mod scan_to_balance;
mod verify;
mod year_balance;
mod year_served;
