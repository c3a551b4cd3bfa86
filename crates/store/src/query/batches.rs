//! Batches.

use tl_domain::code::Code;
use tl_domain::ids::{BatchId, NodeId, PartyId};
use tl_domain::project::{BatchRow, BatchState};

use super::{Page, Paged, doc, docs, paged};
use crate::sql::Value;
use crate::{Store, StoreError};

/// Which batches a screen asks for; what is absent does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchFilter {
    /// Part of a code (dashes and spaces ignored), ticket number, material or id.
    pub text: Option<String>,
    /// Where they stand.
    pub state: Option<BatchState>,
    /// Where they are.
    pub node: Option<NodeId>,
}

impl Store {
    /// Batches, the last registered first.
    ///
    /// # Errors
    /// The database's.
    pub fn batches(
        &self,
        party: &PartyId,
        filter: &BatchFilter,
        page: Page,
    ) -> Result<Paged<BatchRow>, StoreError> {
        let mut from = "batch_row WHERE party = ?".to_owned();
        let mut binds = vec![Value::text(party.as_str())];
        if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            from.push_str(
                " AND (code LIKE ? ESCAPE '!' OR lower(ticket) LIKE ? ESCAPE '!' \
                 OR lower(material) LIKE ? ESCAPE '!' OR key LIKE ? ESCAPE '!')",
            );
            let code: String = text.chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
            binds.push(part(&code.to_ascii_uppercase()));
            let text = text.to_ascii_lowercase();
            binds.extend([part(&text), part(&text), part(&text)]);
        }
        if let Some(state) = filter.state {
            from.push_str(" AND state = ?");
            binds.push(Value::text(match state {
                BatchState::Missing => "missing",
                BatchState::Open => "open",
                BatchState::Closed => "closed",
                BatchState::Void => "void",
            }));
        }
        if let Some(node) = &filter.node {
            from.push_str(" AND node = ?");
            binds.push(Value::text(node.as_str()));
        }
        // Both databases: what was never registered comes last.
        let order = "COALESCE(registered_at, -1) DESC, key DESC";
        self.read_all(|conn| paged(conn, (&from, order), &binds, page))
    }

    /// A batch.
    ///
    /// # Errors
    /// The database's.
    pub fn batch(&self, party: &PartyId, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::display(id)];
        self.read(|conn| doc(conn, "SELECT doc FROM batch_row WHERE party = ? AND key = ?", &binds))
    }

    /// The batch that holds a label code.
    ///
    /// # Errors
    /// The database's.
    pub fn batch_by_code(
        &self,
        party: &PartyId,
        code: &Code,
    ) -> Result<Option<BatchRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::text(code.as_str())];
        let sql = "SELECT doc FROM batch_row WHERE party = ? AND code = ? ORDER BY key LIMIT 1";
        self.read(|conn| doc(conn, sql, &binds))
    }

    /// Batches made of this one by splitting or blending, by id.
    ///
    /// # Errors
    /// The database's.
    pub fn batch_children(
        &self,
        party: &PartyId,
        id: BatchId,
    ) -> Result<Vec<BatchRow>, StoreError> {
        // Parents are named by the entries that make a batch, so only what is linked can be one.
        let sql = "SELECT b.doc FROM batch_row b WHERE b.party = ? AND b.doc LIKE ? ORDER BY b.key";
        let binds = [Value::text(party.as_str()), Value::display(format!("%\"{id}\"%"))];
        let rows: Vec<BatchRow> = self.read(|conn| docs(conn, sql, &binds))?;
        Ok(rows.into_iter().filter(|row| row.parents.contains(&id)).collect())
    }
}

/// A pattern for text that holds a part; `!` escapes what LIKE gives a meaning.
fn part(text: &str) -> Value<'static> {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    Value::display(format!("%{escaped}%"))
}
