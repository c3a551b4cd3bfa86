//! User stories. One binary; one file for each story.

mod year_balance;
