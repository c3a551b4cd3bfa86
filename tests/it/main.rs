//! User stories. One binary; one file for each story.

mod decode;
mod isolation;
mod kill_nine;
mod rebuild;
mod year_balance;
mod year_served;
