//! The rules alone: entries applied to books in memory, and the balance that follows.
//!
//! No program and no database takes part, so a wrong figure here is a wrong rule.

use std::collections::BTreeMap;
use std::convert::Infallible;

use tl_domain::balance::{Balance, Question, Records, Scope, balance};
use tl_domain::event::Entry;
use tl_domain::ids::PartyId;
use tl_domain::project::{Logged, MemoryBooks, Review, Row, Table, Verdict, apply};
use tl_ledger::Hash;
use tl_testkit::{Signed, Writer};

use crate::year::{self, Books};

/// Books in memory with the verdicts of the entries.
pub struct Applied {
    /// The rows.
    pub books: MemoryBooks,
    /// Verdicts of the plant's entries, in order.
    pub verdicts: Vec<Vec<Verdict>>,
}

/// Applies a plant's masters and entries in order.
#[must_use]
pub fn apply_all(plant: &Books) -> Applied {
    let mut books = MemoryBooks::new();
    let opening = opening_entries(&plant.party, plant);
    let received_at = plant.span.to;
    let mut verdicts = Vec::new();
    let entries = opening.iter().chain(&plant.entries);
    for (index, signed) in entries.enumerate() {
        let found = apply_one(&mut books, index, signed.leaf, &signed.entry, received_at);
        if index >= opening.len() {
            verdicts.push(found);
        }
    }
    Applied { books, verdicts }
}

/// What the installation writes before the plant does: the log, the key, the masters.
fn opening_entries(party: &PartyId, plant: &Books) -> Vec<Signed> {
    let mut server = Writer::new(party, "server");
    let at = year::day(0);
    let mut entries = vec![server.write(plant.log_open(), &at)];
    entries.push(server.write(plant.writer.enrolment(Books::ROLE, &Books::site()), &at));
    entries.extend(plant.master_puts().map(|put| server.write(put, &at)));
    entries
}

fn apply_one(
    books: &mut MemoryBooks,
    index: usize,
    leaf: Hash,
    entry: &Entry,
    received_at: i64,
) -> Vec<Verdict> {
    let index = u64::try_from(index).expect("a few thousand entries");
    let logged = Logged { index, leaf, entry: entry.clone(), received_at, suspect: false };
    let verdicts: Result<_, Infallible> = apply(books, &logged);
    let Ok(verdicts) = verdicts;
    verdicts
}

/// What the balance is computed from.
#[must_use]
pub fn records(books: &MemoryBooks) -> Records {
    let mut records = Records { receptions: BTreeMap::new(), ..Records::default() };
    for table in [Table::Flow, Table::Assay, Table::StockTake, Table::Master] {
        for row in books.table(table) {
            match row {
                Row::Flow(row) => records.flows.push(row.clone()),
                Row::Assay(row) if row.review != Review::Returned => {
                    records.assays.push(row.clone());
                }
                Row::StockTake(row) => records.takes.push(row.clone()),
                Row::Master(row) if row.active => records.masters.push(row.record.clone()),
                _ => {}
            }
        }
    }
    records
}

/// The enterprise's balance over the plant's year, for a substance.
#[must_use]
pub fn balance_of(plant: &Books, applied: &Applied, substance: &str) -> Balance {
    let question = Question {
        scope: Scope::Enterprise,
        span: plant.span,
        substance: substance.parse().expect("a name"),
    };
    balance(&records(&applied.books), &question)
}
