//! `project::Books` over SQL: what the rules read and write while they project one log.
//!
//! Rows and facts are remembered in a `Shelf` from transaction to transaction. That is safe because
//! every commit compares and swaps the log's row: whoever remembers something stale is fenced. All
//! writes stay on the shelf until `flush` writes them in bulk within the same transaction.

mod flush;
mod load;
mod prefill;
mod shelf;

pub(crate) use flush::flush;
pub(crate) use load::entry_of;
pub(crate) use prefill::prefill;
pub(crate) use shelf::Shelf;

use tl_domain::ids::{EntryId, PartyId};
use tl_domain::project::{Books, Correction, Fact, FlowRow, Object, Row, RowKey, Table};

use crate::StoreError;
use crate::sql::{Conn, key_text};
use shelf::Kept;

/// Tables whose rows are put without having been read, and whose old moment accountancy needs.
const READ_BEFORE: [Table; 3] = [Table::StockTake, Table::Assay, Table::Handover];

/// The books of one log within a transaction.
pub(crate) struct SqlBooks<'a> {
    pub(crate) conn: &'a mut Conn,
    pub(crate) party: &'a PartyId,
    pub(crate) shelf: &'a mut Shelf,
}

/// The text by which histories name an object.
pub(crate) fn object_text(object: &Object) -> String {
    key_text(&object.to_string()).into_owned()
}

impl SqlBooks<'_> {
    fn kept(&mut self, id: EntryId) -> Result<Option<&mut Kept>, StoreError> {
        if !self.shelf.facts.contains_key(&id) {
            load::facts(self, &[id])?;
        }
        Ok(self.shelf.facts.get_mut(&id).and_then(Option::as_mut))
    }

    /// Whether a row that is not on the shelf is not in its table either; reads what is always read
    /// together.
    fn complete(&mut self, key: &RowKey) -> Result<bool, StoreError> {
        if let (Table::Task, Some((_, object))) = (key.table, key.key.split_once('/')) {
            load::tasks(self, [key_text(object).into_owned()].into())?;
            return Ok(true);
        }
        load::table(self, key.table)?;
        Ok(self.shelf.complete.contains(&key.table))
    }
}

impl SqlBooks<'_> {
    /// Reads entries that are not on the shelf yet.
    pub(crate) fn read_facts(&mut self, ids: &[EntryId]) -> Result<(), StoreError> {
        load::facts(self, ids)
    }
}

impl Books for SqlBooks<'_> {
    type Error = StoreError;

    fn fact(&mut self, id: EntryId) -> Result<Option<Fact>, StoreError> {
        Ok(self.kept(id)?.map(|kept| kept.fact.clone()))
    }

    fn original_kind(&mut self, id: EntryId) -> Result<Option<String>, StoreError> {
        Ok(self.kept(id)?.map(|kept| kept.kind.clone()))
    }

    fn facts(&mut self, object: &Object) -> Result<Vec<Fact>, StoreError> {
        let object = object_text(object);
        if !self.shelf.linked.contains_key(&object) {
            load::links(self, std::slice::from_ref(&object))?;
        }
        let ids: Vec<EntryId> =
            self.shelf.linked.get(&object).into_iter().flat_map(|l| l.values().copied()).collect();
        let mut facts = Vec::with_capacity(ids.len());
        for id in ids {
            facts.extend(self.fact(id)?);
        }
        Ok(facts)
    }

    fn record(&mut self, fact: &Fact, objects: &[Object]) -> Result<(), StoreError> {
        let kept = self.shelf.facts.entry(fact.id).or_insert(None);
        if let (None, Some(body)) = (&kept, &fact.body) {
            *kept = Some(Kept { kind: body.kind().to_owned(), fact: fact.clone() });
        }
        for object in objects {
            self.shelf.link(object_text(object), fact.index, fact.id, fact.folds(object));
        }
        Ok(())
    }

    fn correct(&mut self, correction: &Correction) -> Result<(), StoreError> {
        if let Some(kept) = self.kept(correction.target)? {
            kept.fact.body.clone_from(&correction.body);
            kept.fact.corrected_by = Some(correction.by);
        }
        self.shelf.corrections.insert(correction.target, correction.clone());
        Ok(())
    }

    fn row(&mut self, key: &RowKey) -> Result<Option<Row>, StoreError> {
        let complete = self.complete(key)?;
        if let Some(slot) = self.shelf.rows.get(key) {
            return Ok(slot.clone());
        }
        if complete {
            return Ok(None);
        }
        load::rows(self, key.table, std::slice::from_ref(key))?;
        Ok(self.shelf.rows.get(key).cloned().flatten())
    }

    fn flows(&mut self, owner: EntryId) -> Result<Vec<FlowRow>, StoreError> {
        if !self.shelf.flows_of.contains(&owner) {
            load::flows(self, &[owner])?;
        }
        // '0' is the character after '/': all keys of the owner, however many lines it has.
        let from = RowKey::new(Table::Flow, format!("{owner}/"));
        let to = RowKey::new(Table::Flow, format!("{owner}0"));
        let rows = self.shelf.rows.range(from..to).filter_map(|(_, slot)| match slot {
            Some(Row::Flow(flow)) => Some(flow.clone()),
            _ => None,
        });
        let mut flows: Vec<FlowRow> = rows.collect();
        flows.sort_by_key(|flow| flow.line);
        Ok(flows)
    }

    fn put(&mut self, row: Row) -> Result<(), StoreError> {
        let key = row.key();
        if READ_BEFORE.contains(&key.table) {
            self.row(&key)?;
        }
        let known = self.shelf.rows.get(&key);
        let same = matches!(known, Some(Some(known)) if *known == row);
        if !same {
            known.into_iter().flatten().for_each(|old| self.shelf.touched.row(old));
            self.shelf.touched.row(&row);
            self.shelf.dirty.insert(key.clone());
            self.shelf.rows.insert(key, Some(row));
        }
        Ok(())
    }

    fn remove(&mut self, key: &RowKey) -> Result<(), StoreError> {
        let complete = self.complete(key)?;
        if READ_BEFORE.contains(&key.table) {
            self.row(key)?;
        }
        let known = self.shelf.rows.get(key);
        let gone = known.map_or(complete, Option::is_none);
        if !gone {
            known.into_iter().flatten().for_each(|old| self.shelf.touched.row(old));
            self.shelf.dirty.insert(key.clone());
            self.shelf.rows.insert(key.clone(), None);
        }
        Ok(())
    }
}
