//! Tickets of the weighbridge's software: which entries each number became, and which wait.

use diesel::prelude::*;

use super::schema::{batch, ticket};
use super::{Db, Tx, WriteError};

/// A ticket as it was last recorded.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ticket)]
pub(crate) struct TicketRow {
    /// Which installation of the software.
    pub(crate) software: String,
    /// 磅单号.
    pub(crate) number: String,
    /// Hash of what the ticket says.
    pub(crate) digest: String,
    /// What the lists show.
    pub(crate) shown: String,
    /// Registration or dispatch; none while the truck was weighed only once.
    pub(crate) register_id: Option<String>,
    /// Its leaf hash.
    pub(crate) register_leaf: Option<Vec<u8>>,
    /// Its body as it counts now, JSON.
    pub(crate) register_body: Option<String>,
    /// Weighing.
    pub(crate) weigh_id: Option<String>,
    /// Its leaf hash.
    pub(crate) weigh_leaf: Option<Vec<u8>>,
    /// Its body as it counts now, JSON.
    pub(crate) weigh_body: Option<String>,
    /// What an open truck waits for: `tare` or `gross`.
    pub(crate) waits: Option<String>,
    /// 车号.
    pub(crate) plate: Option<String>,
    /// 货名, as the software has it.
    pub(crate) material: Option<String>,
    /// The one weight that is there, with its unit.
    pub(crate) weight: Option<String>,
    /// When it was weighed, microseconds since 1970.
    pub(crate) weighed_micros: Option<i64>,
    /// When it was seen to be gone from the software's table.
    pub(crate) gone_micros: Option<i64>,
}

/// A ticket by its key.
pub(crate) fn ticket_by_number(
    db: &mut Db,
    software: &str,
    number: &str,
) -> QueryResult<Option<TicketRow>> {
    ticket::table.find((software, number)).select(TicketRow::as_select()).first(db).optional()
}

/// Trucks that were weighed once (待回皮, 待毛重) by the software, newest first.
pub(crate) fn open_tickets(db: &mut Db, limit: i64) -> QueryResult<Vec<TicketRow>> {
    ticket::table
        .filter(ticket::waits.is_not_null().and(ticket::gone_micros.is_null()))
        .order((ticket::weighed_micros.desc(), ticket::number.desc()))
        .limit(limit)
        .select(TicketRow::as_select())
        .load(db)
}

/// Batches that were weighed once here, newest first: id, and when they were registered.
pub(crate) fn open_weighings(db: &mut Db, limit: i64) -> QueryResult<Vec<(String, i64)>> {
    batch::table
        .filter(batch::open_weigh.is_not_null().and(batch::closed.eq(false)))
        .order(batch::registered_micros.desc())
        .limit(limit)
        .select((batch::id, batch::registered_micros))
        .load(db)
}

impl Tx<'_> {
    /// Keeps a ticket in place of what was known of it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn save_ticket(&mut self, row: &TicketRow) -> Result<(), WriteError> {
        diesel::replace_into(ticket::table).values(row).execute(self.connection)?;
        Ok(())
    }
}
