//! User stories. One binary; one file for each story.

mod bad_input;
mod decode;
mod isolation;
mod kill_nine;
mod rebuild;
mod scan_to_balance;
mod year_balance;
mod year_served;
