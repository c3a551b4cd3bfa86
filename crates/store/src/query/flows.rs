//! Movements, book stock and runs.

use tl_domain::ids::{EntryId, NodeId, PartyId, RunId};
use tl_domain::project::{FlowRow, HoldingRow, RunRow};
use tl_domain::time::MicrosSpan;

use super::{Page, Paged, doc, docs, paged};
use crate::sql::Value;
use crate::{Store, StoreError};

impl Store {
    /// Flows that share a moment with the span, by time; of one node (either end), or all.
    ///
    /// # Errors
    /// The database's.
    pub fn flows(
        &self,
        party: &PartyId,
        span: MicrosSpan,
        node: Option<&NodeId>,
    ) -> Result<Vec<FlowRow>, StoreError> {
        // A moment (since = until) belongs to the span that begins with it, as in `Span::holds`.
        let mut sql = "SELECT doc FROM flow_row WHERE party = ? AND since < ? \
                       AND (until > ? OR since >= ?)"
            .to_owned();
        let mut binds = vec![
            Value::text(party.as_str()),
            Value::Int(span.to),
            Value::Int(span.from),
            Value::Int(span.from),
        ];
        if let Some(node) = node {
            sql.push_str(" AND (from_node = ? OR to_node = ?)");
            binds.extend([Value::text(node.as_str()), Value::text(node.as_str())]);
        }
        sql.push_str(" ORDER BY since, key");
        self.read(|conn| docs(conn, &sql, &binds))
    }

    /// Flows that an entry or batch gives, by line.
    ///
    /// # Errors
    /// The database's.
    pub fn flows_of(&self, party: &PartyId, owner: EntryId) -> Result<Vec<FlowRow>, StoreError> {
        let sql = "SELECT doc FROM flow_row WHERE party = ? AND owner = ? ORDER BY key";
        let binds = [Value::text(party.as_str()), Value::display(owner)];
        self.read(|conn| docs(conn, sql, &binds))
    }

    /// Book stock of all nodes, by node, place and material.
    ///
    /// # Errors
    /// The database's.
    pub fn holdings(&self, party: &PartyId) -> Result<Vec<HoldingRow>, StoreError> {
        let sql = "SELECT doc FROM holding_row WHERE party = ? ORDER BY key";
        self.read(|conn| docs(conn, sql, &[Value::text(party.as_str())]))
    }

    /// Runs, the last begun first.
    ///
    /// # Errors
    /// The database's.
    pub fn runs(
        &self,
        party: &PartyId,
        node: Option<&NodeId>,
        page: Page,
    ) -> Result<Paged<RunRow>, StoreError> {
        let mut binds = vec![Value::text(party.as_str())];
        let from = match node {
            Some(node) => {
                binds.push(Value::text(node.as_str()));
                "run_row WHERE party = ? AND node = ?"
            }
            None => "run_row WHERE party = ?",
        };
        let order = "COALESCE(started_at, -1) DESC, key DESC";
        self.read_all(|conn| paged(conn, (from, order), &binds, page))
    }

    /// A run.
    ///
    /// # Errors
    /// The database's.
    pub fn run(&self, party: &PartyId, id: RunId) -> Result<Option<RunRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::display(id)];
        self.read(|conn| doc(conn, "SELECT doc FROM run_row WHERE party = ? AND key = ?", &binds))
    }
}
