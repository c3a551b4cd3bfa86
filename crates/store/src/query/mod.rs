//! What screens and the balance read; every query is scoped by a party.

mod balance;
mod batches;
mod entries;
mod findings;
mod flows;
mod handovers;
mod lab;
mod ledgers;
mod logs;
mod masters;
mod samples;
mod stocks;

pub use balance::BalanceFacts;
pub use batches::BatchFilter;
pub use entries::{EntryView, StoredEntry};
pub use handovers::HandoverPair;
pub use lab::PlanFacts;
pub use ledgers::{LogState, StreamGap, SuspectWindow};
pub use logs::{LogView, StreamHead};

use diesel::sql_types::Text;
use serde::de::DeserializeOwned;
use tl_domain::project::Verdict;

use crate::StoreError;
use crate::limits::PAGE_ROWS_MAX;
use crate::rows::read;
use crate::sql::{Conn, Value};

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

    /// Limit and offset as statements bind them.
    fn binds(self) -> [Value<'static>; 2] {
        let limit = i64::from(self.limit.min(PAGE_ROWS_MAX));
        [Value::Int(limit), Value::count(self.offset)]
    }
}

#[derive(diesel::QueryableByName)]
struct DocRow {
    #[diesel(sql_type = Text)]
    doc: String,
}

/// Verdicts from their stored codes, sorted; codes of another version are left out.
pub(crate) fn verdicts(codes: impl Iterator<Item = String>) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = codes.filter_map(|code| Verdict::from_code(&code)).collect();
    verdicts.sort_unstable();
    verdicts
}

/// Rows of a query whose column `doc` holds them.
pub(crate) fn docs<T: DeserializeOwned>(
    conn: &mut Conn,
    sql: &str,
    binds: &[Value<'_>],
) -> Result<Vec<T>, StoreError> {
    conn.load::<DocRow>(sql, binds)?.iter().map(|row| read(&row.doc)).collect()
}

/// The row of a query whose column `doc` holds it.
fn doc<T: DeserializeOwned>(
    conn: &mut Conn,
    sql: &str,
    binds: &[Value<'_>],
) -> Result<Option<T>, StoreError> {
    conn.one::<DocRow>(sql, binds)?.map(|row| read(&row.doc)).transpose()
}

/// A page of `doc` from a table: `from` holds table and conditions, `order` the order.
fn paged<T: DeserializeOwned>(
    conn: &mut Conn,
    (from, order): (&str, &str),
    binds: &[Value<'_>],
    page: Page,
) -> Result<Paged<T>, StoreError> {
    let total = conn.number(&format!("SELECT COUNT(*) AS number FROM {from}"), binds)?;
    let sql = format!("SELECT doc FROM {from} ORDER BY {order} LIMIT ? OFFSET ?");
    let mut binds = binds.to_vec();
    binds.extend(page.binds());
    Ok(Paged { rows: docs(conn, &sql, &binds)?, total: total.unsigned_abs() })
}
