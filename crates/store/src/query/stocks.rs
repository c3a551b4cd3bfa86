//! Stock takes and monitors.

use tl_domain::ids::{NodeId, PartyId, StreamId};
use tl_domain::project::{MonitorRow, StockTakeRow};
use tl_domain::time::MicrosSpan;

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
        todo!()
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
        todo!()
    }
}
