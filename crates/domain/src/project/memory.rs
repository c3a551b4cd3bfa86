//! `Books` over maps: for tests, for the oracle of the store, for small calculations.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::books::{Books, Correction, Fact};
use super::object::Object;
use super::rows::{FlowRow, Row, RowKey, Table};
use crate::ids::EntryId;

/// All rows and facts of one log, in memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryBooks {
    facts: BTreeMap<EntryId, Fact>,
    kinds: BTreeMap<EntryId, String>,
    links: BTreeMap<String, Vec<EntryId>>,
    rows: BTreeMap<RowKey, Row>,
}

impl MemoryBooks {
    /// Empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All rows in the order of their keys.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// The rows of one table in the order of their keys.
    pub fn table(&self, table: Table) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |(key, _)| key.table == table).map(|(_, row)| row)
    }
}

impl Books for MemoryBooks {
    type Error = Infallible;

    fn fact(&mut self, id: EntryId) -> Result<Option<Fact>, Infallible> {
        Ok(self.facts.get(&id).cloned())
    }

    fn original_kind(&mut self, id: EntryId) -> Result<Option<String>, Infallible> {
        Ok(self.kinds.get(&id).cloned())
    }

    fn facts(&mut self, object: &Object) -> Result<Vec<Fact>, Infallible> {
        let linked = self.links.get(&object.to_string()).map_or(&[][..], Vec::as_slice);
        let mut facts: Vec<&Fact> = linked.iter().filter_map(|id| self.facts.get(id)).collect();
        facts.retain(|fact| fact.folds(object));
        facts.sort_by_key(|fact| fact.index);
        Ok(facts.into_iter().cloned().collect())
    }

    fn record(&mut self, fact: &Fact, objects: &[Object]) -> Result<(), Infallible> {
        if let (None, Some(body)) = (self.kinds.get(&fact.id), &fact.body) {
            self.kinds.insert(fact.id, body.kind().to_owned());
        }
        self.facts.entry(fact.id).or_insert_with(|| fact.clone());
        for object in objects {
            let linked = self.links.entry(object.to_string()).or_default();
            if !linked.contains(&fact.id) {
                linked.push(fact.id);
            }
        }
        Ok(())
    }

    fn correct(&mut self, correction: &Correction) -> Result<(), Infallible> {
        if let Some(fact) = self.facts.get_mut(&correction.target) {
            fact.body.clone_from(&correction.body);
            fact.corrected_by = Some(correction.by);
        }
        Ok(())
    }

    fn row(&mut self, key: &RowKey) -> Result<Option<Row>, Infallible> {
        Ok(self.rows.get(key).cloned())
    }

    fn flows(&mut self, owner: EntryId) -> Result<Vec<FlowRow>, Infallible> {
        // '0' is the character after '/': all keys of the owner, however many lines it has.
        let from = RowKey::new(Table::Flow, format!("{owner}/"));
        let to = RowKey::new(Table::Flow, format!("{owner}0"));
        let rows = self.rows.range(from..to).filter_map(|(_, row)| match row {
            Row::Flow(flow) => Some(flow.clone()),
            _ => None,
        });
        let mut flows: Vec<FlowRow> = rows.collect();
        flows.sort_by_key(|flow| flow.line);
        Ok(flows)
    }

    fn put(&mut self, row: Row) -> Result<(), Infallible> {
        self.rows.insert(row.key(), row);
        Ok(())
    }

    fn remove(&mut self, key: &RowKey) -> Result<(), Infallible> {
        self.rows.remove(key);
        Ok(())
    }
}
