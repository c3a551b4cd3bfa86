//! Everything that the balance of a span needs.

use tl_domain::ids::PartyId;
use tl_domain::project::{
    AssayRow, BatchRow, FlowRow, HandoverRow, HoldingRow, MasterRow, PeriodRow, SampleRow,
    StockTakeRow,
};
use tl_domain::time::MicrosSpan;

use super::HandoverPair;
use crate::{Store, StoreError};

/// Facts for a balance, each list in a fixed order; what happened at or after the span's end and
/// what is suspect is left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BalanceFacts {
    /// Masters, active or not, by kind and id.
    pub masters: Vec<MasterRow>,
    /// Flows that began before the span's end, by time: earlier ones give book stock and transit.
    pub flows: Vec<FlowRow>,
    /// Batches registered before the span's end.
    pub batches: Vec<BatchRow>,
    /// Samples, whenever taken: a sample taken later may stand for the span.
    pub samples: Vec<SampleRow>,
    /// Assays, whenever reported.
    pub assays: Vec<AssayRow>,
    /// Stock takes up to and including the span's end.
    pub stock_takes: Vec<StockTakeRow>,
    /// Handovers with the partner's half where it is addressed to this party.
    pub handovers: Vec<HandoverPair>,
    /// Periods that were closed.
    pub periods: Vec<PeriodRow>,
}

impl Store {
    /// What the balance of a party needs for a span; one consistent view of the database.
    ///
    /// # Errors
    /// The database's.
    pub fn balance_facts(
        &self,
        party: &PartyId,
        span: MicrosSpan,
    ) -> Result<BalanceFacts, StoreError> {
        todo!()
    }
}
