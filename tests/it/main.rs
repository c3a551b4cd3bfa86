//! User stories. One binary; one file for each story.

mod decode;
mod kill_nine;
mod year_balance;
