//! The answer to an entry that the log has already.

use diesel::sql_types::Text;
use tl_domain::ids::PartyId;
use tl_wire::device::EntryResult;

use super::accept::{Intake, Known};
use crate::StoreError;
use crate::sql::Value;

#[derive(diesel::QueryableByName)]
struct CodeRow {
    #[diesel(sql_type = Text)]
    code: String,
}

impl Intake<'_> {
    /// Stored, with the verdicts that it got then.
    pub(super) fn stored(
        &mut self,
        party: &PartyId,
        known: &Known,
    ) -> Result<EntryResult, StoreError> {
        let taken =
            self.new.iter().find(|new| new.index == known.index && new.entry.head.log == *party);
        let verdicts = match taken {
            Some(new) => new.verdicts.iter().map(|verdict| verdict.code().to_owned()).collect(),
            None => {
                let rows: Vec<CodeRow> = self.conn.load(
                    "SELECT code FROM verdict WHERE party = ? AND idx = ?",
                    &[Value::text(party.as_str()), Value::count(known.index)],
                )?;
                crate::query::verdicts(rows.into_iter().map(|row| row.code))
                    .into_iter()
                    .map(|verdict| verdict.code().to_owned())
                    .collect()
            }
        };
        Ok(EntryResult::Stored { leaf: known.leaf, index: known.index, verdicts })
    }
}
