//! What screens and the balance read; every query is scoped by a party.

mod balance;
mod batches;
mod entries;
mod flows;
mod handovers;
mod logs;
mod masters;
mod samples;
mod stocks;

pub use balance::BalanceFacts;
pub use batches::BatchFilter;
pub use entries::{EntryView, StoredEntry};
pub use handovers::HandoverPair;
pub use logs::{LogView, StreamHead};

use crate::limits::PAGE_ROWS_MAX;

/// Which rows of a list are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows to skip.
    pub offset: u64,
    /// Rows to give, at most `PAGE_ROWS_MAX`.
    pub limit: u32,
}

/// Some rows of a list and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Paged<T> {
    /// The rows asked for.
    pub rows: Vec<T>,
    /// Rows in all.
    pub total: u64,
}

impl Page {
    /// The first page.
    pub const FIRST: Self = Self { offset: 0, limit: 50 };

    /// As many rows as one answer may hold.
    pub const LARGEST: Self = Self { offset: 0, limit: PAGE_ROWS_MAX };
}
