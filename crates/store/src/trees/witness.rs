//! Lines of witnesses under checkpoints.

use tl_domain::ids::PartyId;
use tl_domain::time::Micros;

use super::key;
use crate::sql::Value;
use crate::{Store, StoreError};

impl Store {
    /// Keeps the line that a witness gave for a checkpoint; a second one of the same witness
    /// changes nothing. The caller has verified it.
    ///
    /// # Errors
    /// `NotFound` when there is no such checkpoint; the database's.
    pub fn add_cosignature(
        &self,
        party: &PartyId,
        (number, size): (u64, u64),
        witness: &str,
        line: &str,
        now: Micros,
    ) -> Result<(), StoreError> {
        self.write(|conn| {
            let [party, number] = key(party, number);
            let binds = [party.clone(), number.clone(), Value::count(size)];
            let there = conn.number(
                "SELECT COUNT(*) AS number FROM checkpoint \
                 WHERE party = ? AND number = ? AND size = ?",
                &binds,
            )?;
            if there == 0 {
                let value = size.to_string();
                return Err(StoreError::NotFound { what: "checkpoint of size", value });
            }
            let [party, number, size] = binds;
            conn.run(
                "INSERT INTO cosignature (party, number, size, witness, line, received_at) \
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                &[party, number, size, Value::text(witness), Value::text(line), Value::Int(now)],
            )?;
            Ok(())
        })
    }
}
