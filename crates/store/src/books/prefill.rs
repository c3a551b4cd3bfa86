//! What entries will ask for, read for a whole transaction in a few queries.
//!
//! Only speed depends on it: what is not read here is read when it is asked for. Histories are left
//! out where rows alone go on: those of batches with a fold, of runs, samples and codes that are
//! there, of places and streams, which no rule folds.

use std::collections::{BTreeMap, BTreeSet};

use tl_domain::event::Body;
use tl_domain::ids::{BatchId, EntryId};
use tl_domain::project::{Object, Row, RowKey, Table, objects};

use super::{SqlBooks, load, object_text};
use crate::StoreError;

/// What a transaction asks for.
#[derive(Default)]
struct Wanted {
    rows: BTreeMap<Table, BTreeSet<RowKey>>,
    tasks: BTreeSet<String>,
    facts: BTreeSet<EntryId>,
    batches: BTreeSet<BatchId>,
    /// Objects whose histories are read.
    linked: BTreeSet<String>,
    /// Entries and batches whose flows are read.
    owners: BTreeSet<EntryId>,
}

/// Reads what entries will ask for.
pub(crate) fn prefill<'a>(
    books: &mut SqlBooks<'_>,
    entries: impl IntoIterator<Item = (EntryId, &'a Body)>,
) -> Result<(), StoreError> {
    let mut wanted = Wanted::default();
    for (id, body) in entries {
        wanted.entry(id, body);
    }
    load::tasks(books, std::mem::take(&mut wanted.tasks))?;
    rows(books, std::mem::take(&mut wanted.rows))?;
    wanted.batches(books);
    rows(books, wanted.rows)?;
    wanted.facts.retain(|id| !books.shelf.facts.contains_key(id));
    load::facts(books, &wanted.facts.into_iter().collect::<Vec<_>>())?;
    wanted.linked.retain(|object| !books.shelf.linked.contains_key(object));
    load::links(books, &wanted.linked.into_iter().collect::<Vec<_>>())?;
    wanted.owners.retain(|owner| !books.shelf.flows_of.contains(owner));
    load::flows(books, &wanted.owners.into_iter().collect::<Vec<_>>())
}

fn rows(
    books: &mut SqlBooks<'_>,
    wanted: BTreeMap<Table, BTreeSet<RowKey>>,
) -> Result<(), StoreError> {
    for (table, mut keys) in wanted {
        keys.retain(|key| !books.shelf.rows.contains_key(key));
        load::rows(books, table, &keys.into_iter().collect::<Vec<_>>())?;
    }
    Ok(())
}

impl Wanted {
    fn row(&mut self, table: Table, key: impl ToString) {
        self.rows.entry(table).or_default().insert(RowKey::new(table, key));
    }

    fn entry(&mut self, id: EntryId, body: &Body) {
        // Corrections that came before it.
        let own = object_text(&Object::Entry(id));
        self.linked.insert(own.clone());
        self.tasks.insert(own);
        self.owners.insert(id);
        match body {
            Body::AssayReview(review) => drop(self.facts.insert(review.assay.entry())),
            Body::Supersede(supersede) => drop(self.facts.insert(supersede.target.id)),
            _ => {}
        }
        for object in objects(id, body) {
            self.tasks.insert(object_text(&object));
            let begins = match &object {
                Object::Batch(batch) => {
                    self.batches.insert(*batch);
                    self.row(Table::Batch, batch);
                    self.row(Table::Fold, batch);
                    false
                }
                Object::Run(run) => {
                    self.row(Table::Run, run);
                    run.entry() == id
                }
                Object::Sample(sample) => {
                    self.row(Table::Sample, sample);
                    sample.entry() == id
                }
                Object::Assay(assay) => {
                    self.row(Table::Assay, assay);
                    assay.entry() == id
                }
                Object::Code(code) => {
                    self.row(Table::Code, code.as_str());
                    false
                }
                _ => false,
            };
            if begins {
                self.linked.insert(object_text(&object));
            }
        }
    }

    /// A fold needs its first flow at most; without one the whole history.
    fn batches(&mut self, books: &SqlBooks<'_>) {
        for batch in std::mem::take(&mut self.batches) {
            let fold = RowKey::new(Table::Fold, batch);
            if let Some(Some(Row::Fold(_))) = books.shelf.rows.get(&fold) {
                let first = RowKey::flow(batch.entry(), 0);
                self.rows.entry(Table::Flow).or_default().insert(first);
            } else {
                self.linked.insert(object_text(&Object::Batch(batch)));
                self.owners.insert(batch.entry());
            }
        }
    }
}
