//! Totalisers whose span is open: what a port goes on from after a restart.

use diesel::prelude::*;

use super::schema::meter;
use super::{Db, Tx, WriteError};

/// How a totaliser's registers were declared, and its span so far as JSON.
pub(crate) fn meter_state(
    db: &mut Db,
    port: &str,
    name: &str,
) -> QueryResult<Option<(String, String)>> {
    meter::table.find((port, name)).select((meter::declared, meter::state)).first(db).optional()
}

impl Tx<'_> {
    /// Keeps a totaliser's span in place of what was known of it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn save_meter(
        &mut self,
        port: &str,
        name: &str,
        (declared, state): (&str, &str),
    ) -> Result<(), WriteError> {
        diesel::replace_into(meter::table)
            .values((
                meter::port.eq(port),
                meter::name.eq(name),
                meter::declared.eq(declared),
                meter::state.eq(state),
            ))
            .execute(self.connection)?;
        Ok(())
    }
}
