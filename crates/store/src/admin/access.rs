//! Looks at another party's data, which this party can see.

use diesel::sql_types::{BigInt, Nullable, Text};
use tl_domain::ids::{OperatorId, PartyId};
use tl_domain::time::Micros;

use super::{maybe_parsed, parsed};
use crate::limits::PAGE_ROWS_MAX;
use crate::query::{Page, Paged};
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// One look at another party's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// When.
    pub at: Micros,
    /// Who looked.
    pub account: OperatorId,
    /// The looker's party.
    pub from: Option<PartyId>,
    /// Whose data.
    pub party: PartyId,
    /// What was looked at: method and path.
    pub what: String,
}

#[derive(diesel::QueryableByName)]
struct AccessRow {
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Nullable<Text>)]
    looker: Option<String>,
    #[diesel(sql_type = Text)]
    what: String,
}

impl AccessRow {
    fn record(self, party: &PartyId) -> Result<AccessRecord, StoreError> {
        Ok(AccessRecord {
            at: self.at,
            account: parsed("access_record.account", &self.account)?,
            from: maybe_parsed("access_record.looker", self.looker.as_deref())?,
            party: party.clone(),
            what: self.what,
        })
    }
}

impl Store {
    /// Keeps a look.
    ///
    /// # Errors
    /// The database's.
    pub fn record_access(&self, record: &AccessRecord) -> Result<(), StoreError> {
        self.record_accesses(std::slice::from_ref(record))
    }

    /// Keeps looks, all of them or none.
    ///
    /// # Errors
    /// The database's.
    pub fn record_accesses(&self, records: &[AccessRecord]) -> Result<(), StoreError> {
        let sql = "INSERT INTO access_record (party, number, at, account, looker, what) \
                   SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ?, ?, ? \
                   FROM access_record WHERE party = ?";
        let keep = |conn: &mut Conn, record: &AccessRecord| {
            let party = Value::text(record.party.as_str());
            let binds = [
                party.clone(),
                Value::Int(record.at),
                Value::text(record.account.as_str()),
                Value::maybe_text(record.from.as_ref()),
                Value::text(&record.what),
                party,
            ];
            conn.run(sql, &binds).map(drop)
        };
        if records.is_empty() {
            return Ok(());
        }
        self.write(|conn| records.iter().try_for_each(|record| keep(conn, record)))
    }

    /// Looks at a party's data, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn access_records(
        &self,
        party: &PartyId,
        page: Page,
    ) -> Result<Paged<AccessRecord>, StoreError> {
        let limit = i64::from(page.limit.min(PAGE_ROWS_MAX));
        let (rows, total) = self.read_all(|conn| {
            let rows: Vec<AccessRow> = conn.load(
                "SELECT at, account, looker, what FROM access_record WHERE party = ? \
                 ORDER BY number DESC LIMIT ? OFFSET ?",
                &[Value::text(party.as_str()), Value::Int(limit), Value::count(page.offset)],
            )?;
            let total = conn.number(
                "SELECT COUNT(*) AS number FROM access_record WHERE party = ?",
                &[Value::text(party.as_str())],
            )?;
            Ok((rows, total))
        })?;
        let rows = rows.into_iter().map(|row| row.record(party)).collect::<Result<_, _>>()?;
        Ok(Paged { rows, total: total.unsigned_abs() })
    }
}
