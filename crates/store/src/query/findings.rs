//! Records about the findings of an enterprise, from its own log and from those of bureaus.
//!
//! Joined when they are read: which of them count, and in which order, is said by the rules of
//! findings, not here.

use diesel::sql_types::Text;
use tl_domain::ids::PartyId;
use tl_domain::project::FindingRow;

use crate::rows::read;
use crate::sql::Value;
use crate::{Store, StoreError};

#[derive(diesel::QueryableByName)]
struct Written {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    doc: String,
}

impl Store {
    /// What was written about the findings of an enterprise, by whom, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn finding_rows(&self, about: &PartyId) -> Result<Vec<(PartyId, FindingRow)>, StoreError> {
        let binds = [Value::text(about.as_str())];
        let sql = "SELECT party, doc FROM finding_row WHERE ";
        let rows = self.read_all(|conn| {
            let mut rows: Vec<Written> = conn.load(&format!("{sql} about = ?"), &binds)?;
            let own = format!("{sql} party = ? AND about IS NULL");
            rows.extend(conn.load::<Written>(&own, &binds)?);
            Ok(rows)
        })?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let damaged = |_| StoreError::Damaged(format!("party {:?}", row.party));
            let party: PartyId = row.party.parse().map_err(damaged)?;
            found.push((party, read::<FindingRow>(&row.doc)?));
        }
        found.sort_by_key(|(_, row)| (row.at, row.entry));
        Ok(found)
    }
}
