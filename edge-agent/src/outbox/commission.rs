//! How ports were commissioned last: their layout and calibration block.
//!
//! A row is written in the transaction of the entry that it repeats; entries are pruned after
//! months, the layout of a scale must outlive them. Rows stay: what comes late by file was weighed
//! in the block of its own time.

use diesel::prelude::*;

use super::schema::commission;
use super::{Db, Tx, WriteError};

/// The last commissioning of a port.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = commission)]
pub(crate) struct CommissionRow {
    /// Name of the port.
    pub(crate) port: String,
    /// The meter; none for scanners.
    pub(crate) meter: Option<String>,
    /// Calibration block that began.
    pub(crate) calibration: Option<String>,
    /// Declared layout, JSON.
    pub(crate) profile: String,
    /// Number of the certificate.
    pub(crate) certificate: Option<String>,
    /// Day on which the next verification is due.
    pub(crate) next_due: Option<String>,
    /// The entry.
    pub(crate) entry_id: Option<String>,
    /// When.
    pub(crate) at_micros: i64,
}

/// The last commissioning of a port.
pub(crate) fn commission_of(db: &mut Db, port: &str) -> QueryResult<Option<CommissionRow>> {
    commission::table
        .filter(commission::port.eq(port))
        .order(commission::at_micros.desc())
        .select(CommissionRow::as_select())
        .first(db)
        .optional()
}

/// The last commissioning of every port, by name.
pub(crate) fn commissions(db: &mut Db) -> QueryResult<Vec<CommissionRow>> {
    let mut rows: Vec<CommissionRow> = commission::table
        .order((commission::port, commission::at_micros.desc()))
        .select(CommissionRow::as_select())
        .load(db)?;
    rows.dedup_by(|later, first| later.port == first.port);
    Ok(rows)
}

/// The calibration block that a meter was in at a moment, by its commissionings here.
pub(crate) fn calibration_at(
    db: &mut Db,
    meter: &str,
    at_micros: i64,
) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> = commission::table
        .filter(commission::meter.eq(meter))
        .filter(commission::at_micros.le(at_micros))
        .order(commission::at_micros.desc())
        .select(commission::calibration)
        .first(db)
        .optional()?;
    Ok(found.flatten())
}

impl Tx<'_> {
    /// Keeps a commissioning; the newest counts.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_commission(&mut self, row: &CommissionRow) -> Result<(), WriteError> {
        diesel::replace_into(commission::table).values(row).execute(self.connection)?;
        Ok(())
    }
}
