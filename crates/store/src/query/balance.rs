//! Everything that the balance of a span needs.

use tl_domain::event::{Master, NodeKind, SampleSubject};
use tl_domain::ids::PartyId;
use tl_domain::project::{AssayRow, FlowRow, MasterRow, RowKey, StockTakeRow};
use tl_domain::time::MicrosSpan;

use super::docs;
use super::handovers::{HandoverPair, pairs};
use crate::sql::{Conn, Value, list};
use crate::{Store, StoreError};

/// Facts for a balance, each list in a fixed order. Suspect entries are in none of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BalanceFacts {
    /// Masters, active or not, by kind and id.
    pub masters: Vec<MasterRow>,
    /// Flows that began before the span's end, by time. Of those that ended before it began only
    /// what a balance still reads: book stock since the last stock take, transit, what assayed
    /// batches were made of.
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
            let masters: Vec<MasterRow> =
                docs(conn, "SELECT doc FROM master_row WHERE party = ? ORDER BY key", &[name()])?;
            let assays: Vec<AssayRow> = docs(
                conn,
                "SELECT doc FROM assay_row WHERE party = ? ORDER BY reported_at, key",
                &[name()],
            )?;
            Ok(BalanceFacts {
                flows: flows(conn, party, span, &masters, &assays)?,
                stock_takes: docs(
                    conn,
                    "SELECT doc FROM stock_take_row WHERE party = ? AND at <= ? ORDER BY at, key",
                    &[name(), Value::Int(span.to)],
                )?,
                handovers: pairs(conn, party, None)?,
                masters,
                assays,
            })
        })
    }
}

/// Flows that a balance of the span reads. A node that was taken stock of is rolled on from there:
/// what ended before is in the take. Whole histories stay for nodes without a stock take, and for
/// nodes that no master declares or that are outlets: the flow may be all that names them. A
/// dispatch may be in transit for ever, and an assayed batch tells its material by its first flow.
fn flows(
    conn: &mut Conn,
    party: &PartyId,
    span: MicrosSpan,
    masters: &[MasterRow],
    assays: &[AssayRow],
) -> Result<Vec<FlowRow>, StoreError> {
    const LAST_TAKE: &str = "(SELECT node, MAX(at) AS at FROM stock_take_row \
                             WHERE party = ? AND at <= ? AND node = ANY_OF(?) GROUP BY node)";
    let sql = format!(
        "SELECT f.doc FROM flow_row f \
         LEFT JOIN {LAST_TAKE} a ON a.node = f.from_node \
         LEFT JOIN {LAST_TAKE} b ON b.node = f.to_node \
         WHERE f.party = ? AND f.since < ? AND (f.until >= ? OR f.kind = 'dispatch' \
         OR (f.from_node IS NOT NULL AND (a.at IS NULL OR f.until >= a.at)) \
         OR (f.to_node IS NOT NULL AND (b.at IS NULL OR f.until >= b.at)) \
         OR f.key = ANY_OF(?)) ORDER BY f.since, f.key"
    );
    let nodes = masters.iter().filter_map(|row| match &row.record {
        Master::Node(node) if node.kind != NodeKind::Outlet => Some(node.id.to_string()),
        _ => None,
    });
    let nodes = list(nodes);
    let assayed = assays.iter().flat_map(|assay| match &assay.subject {
        Some(SampleSubject::Batches(shares)) => &shares[..],
        _ => &[],
    });
    let first = list(assayed.map(|share| RowKey::flow(share.batch.entry(), 0).key));
    let taken = [Value::text(party.as_str()), Value::Int(span.from), nodes];
    let own = [Value::text(party.as_str()), Value::Int(span.to), Value::Int(span.from), first];
    docs(conn, &sql, &[&taken[..], &taken[..], &own[..]].concat())
}
