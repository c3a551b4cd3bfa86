//! Everything that the balance of a span needs.

use tl_domain::ids::PartyId;
use tl_domain::project::{AssayRow, FlowRow, MasterRow, StockTakeRow};
use tl_domain::time::MicrosSpan;

use super::docs;
use super::handovers::{HandoverPair, pairs};
use crate::sql::Value;
use crate::{Store, StoreError};

/// Facts for a balance, each list in a fixed order. Suspect entries are in none of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BalanceFacts {
    /// Masters, active or not, by kind and id.
    pub masters: Vec<MasterRow>,
    /// Flows that began before the span's end, by time: earlier ones give book stock and transit.
    pub flows: Vec<FlowRow>,
    /// Assays with their samples' subjects, whenever reported.
    pub assays: Vec<AssayRow>,
    /// Stock takes up to and including the span's end.
    pub stock_takes: Vec<StockTakeRow>,
    /// Handovers with the partner's half where it is addressed to this party.
    pub handovers: Vec<HandoverPair>,
}

impl Store {
    /// Grows with every entry that can change a balance of this party: its own log's size and
    /// those of the parties whose halves of handovers are addressed to it. For keeping answers.
    ///
    /// # Errors
    /// The database's.
    pub fn balance_version(&self, party: &PartyId) -> Result<u64, StoreError> {
        let name = || Value::text(party.as_str());
        let sizes = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS number FROM log \
                     WHERE party = ? OR party IN \
                     (SELECT DISTINCT party FROM handover_row WHERE partner = ?)";
        let version = self.read(|conn| conn.number(sizes, &[name(), name()]))?;
        Ok(version.unsigned_abs())
    }

    /// What the balance of a party needs for a span; one consistent view of the database.
    ///
    /// # Errors
    /// The database's.
    pub fn balance_facts(
        &self,
        party: &PartyId,
        span: MicrosSpan,
    ) -> Result<BalanceFacts, StoreError> {
        let name = || Value::text(party.as_str());
        self.read_all(|conn| {
            Ok(BalanceFacts {
                masters: docs(
                    conn,
                    "SELECT doc FROM master_row WHERE party = ? ORDER BY key",
                    &[name()],
                )?,
                flows: docs(
                    conn,
                    "SELECT doc FROM flow_row WHERE party = ? AND since < ? ORDER BY since, key",
                    &[name(), Value::Int(span.to)],
                )?,
                assays: docs(
                    conn,
                    "SELECT doc FROM assay_row WHERE party = ? ORDER BY reported_at, key",
                    &[name()],
                )?,
                stock_takes: docs(
                    conn,
                    "SELECT doc FROM stock_take_row WHERE party = ? AND at <= ? ORDER BY at, key",
                    &[name(), Value::Int(span.to)],
                )?,
                handovers: pairs(conn, party, None)?,
            })
        })
    }
}
