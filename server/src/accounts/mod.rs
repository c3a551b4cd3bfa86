//! Keeps the accountancy of all enterprises up to date as entries arrive.
//!
//! ```text
//! entry ─► projections + account_due (one transaction)
//!             └─► job: books of the party ─► periods from the touched one on ─► tests ─► kept
//! ```
//!
//! The rules are `tl_accounts`'s; this reads the books, lets it compute and keeps the answer. What
//! is kept is thrown away and computed again at will: nothing signed rests on it, a closed period's
//! figures stand in its own entry.

pub mod job;
pub mod policy;
pub mod refresh;
