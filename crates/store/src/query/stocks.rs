//! Stock takes and monitors.

use tl_domain::ids::{NodeId, PartyId, StreamId};
use tl_domain::project::{MonitorRow, StockTakeRow};
use tl_domain::time::MicrosSpan;

use super::docs;
use crate::sql::Value;
use crate::{Store, StoreError};

impl Store {
    /// Stock takes by moment; of one node and span (its end included), or all.
    ///
    /// # Errors
    /// The database's.
    pub fn stock_takes(
        &self,
        party: &PartyId,
        node: Option<&NodeId>,
        span: Option<MicrosSpan>,
    ) -> Result<Vec<StockTakeRow>, StoreError> {
        let mut sql = "SELECT doc FROM stock_take_row WHERE party = ?".to_owned();
        let mut binds = vec![Value::text(party.as_str())];
        if let Some(node) = node {
            sql.push_str(" AND node = ?");
            binds.push(Value::text(node.as_str()));
        }
        if let Some(span) = span {
            sql.push_str(" AND at >= ? AND at <= ?");
            binds.extend([Value::Int(span.from), Value::Int(span.to)]);
        }
        sql.push_str(" ORDER BY at, key");
        self.read(|conn| docs(conn, &sql, &binds))
    }

    /// Monitor readings that share a moment with the span, by time; of one stream, or all.
    ///
    /// # Errors
    /// The database's.
    pub fn monitors(
        &self,
        party: &PartyId,
        stream: Option<&StreamId>,
        span: MicrosSpan,
    ) -> Result<Vec<MonitorRow>, StoreError> {
        let mut sql = "SELECT doc FROM monitor_row WHERE party = ?".to_owned();
        let mut binds = vec![Value::text(party.as_str())];
        if let Some(stream) = stream {
            sql.push_str(" AND stream = ?");
            binds.push(Value::text(stream.as_str()));
        }
        sql.push_str(" AND since < ? AND (until > ? OR since >= ?) ORDER BY since, key");
        binds.extend([Value::Int(span.to), Value::Int(span.from), Value::Int(span.from)]);
        self.read(|conn| docs(conn, &sql, &binds))
    }
}
