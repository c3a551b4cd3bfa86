//! What the writer remembers of one log.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tl_domain::event::Body;
use tl_domain::ids::EntryId;
use tl_domain::project::{Correction, Fact, Row, RowKey, Table};

use crate::accounts::Touched;

/// A fact with the kind that was signed: a withdrawn one has no body to tell it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) fact: Fact,
    pub(super) kind: String,
}

/// Rows, facts and links of one log; what is absent from a map is not known, `None` is not there.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(super) rows: BTreeMap<RowKey, Option<Row>>,
    /// Tables of which all rows are here.
    pub(super) complete: BTreeSet<Table>,
    /// Owners of which all flows are here.
    pub(super) flows_of: HashSet<EntryId>,
    /// Objects of which all open tasks are here.
    pub(super) tasks_of: HashSet<String>,
    pub(super) facts: HashMap<EntryId, Option<Kept>>,
    /// Entries that are facts of an object, by index.
    pub(super) linked: HashMap<String, BTreeMap<u64, EntryId>>,
    /// Rows to write.
    pub(super) dirty: BTreeSet<RowKey>,
    /// Links to write.
    pub(super) new_links: BTreeMap<String, BTreeMap<u64, EntryId>>,
    /// Corrections to write.
    pub(super) corrections: BTreeMap<EntryId, Correction>,
    /// What accountancy has to look at again.
    pub(super) touched: Touched,
}

impl Shelf {
    /// Notes that an entry touches an object: as a fact of it, or in its history alone.
    pub(super) fn link(&mut self, object: String, index: u64, id: EntryId, folds: bool) {
        let known = match self.linked.get_mut(&object) {
            Some(linked) if folds => linked.insert(index, id).is_some(),
            _ => false,
        };
        if !known {
            self.new_links.entry(object).or_default().insert(index, id);
        }
    }

    /// Rows that are to be written or, without one, removed.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&RowKey, Option<&Row>)> {
        self.dirty.iter().map(|key| (key, self.known(key)))
    }

    /// A row that is here.
    pub(crate) fn known(&self, key: &RowKey) -> Option<&Row> {
        self.rows.get(key).and_then(Option::as_ref)
    }

    /// What an entry says, as it counts now; `None` when that is not known here.
    pub(crate) fn body(&self, id: EntryId) -> Option<Option<&Body>> {
        let kept = self.facts.get(&id)?.as_ref();
        Some(kept.and_then(|kept| kept.fact.body.as_ref()))
    }

    /// How much is remembered.
    pub(crate) fn len(&self) -> usize {
        self.rows.len() + self.facts.len() + self.linked.len() + self.tasks_of.len()
    }
}
