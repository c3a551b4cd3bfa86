//! Tickets of the weighbridge's software: which entries each number became.

use diesel::prelude::*;

use super::schema::ticket;
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
}

/// A ticket by its key.
pub(crate) fn ticket_by_number(
    db: &mut Db,
    software: &str,
    number: &str,
) -> QueryResult<Option<TicketRow>> {
    ticket::table.find((software, number)).select(TicketRow::as_select()).first(db).optional()
}

/// Trucks that were weighed once (待回皮): number and what is shown.
pub(crate) fn open_tickets(db: &mut Db, limit: i64) -> QueryResult<Vec<(String, String)>> {
    ticket::table
        .filter(ticket::register_id.is_null())
        .order(ticket::number.desc())
        .limit(limit)
        .select((ticket::number, ticket::shown))
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
