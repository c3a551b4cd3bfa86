//! Master records: the newest version as a row, each version for the entries after it.
//!
//! An entry reads a record as it stood when the entry came into the log. One that came before the
//! first version reads that: its rows are derived anew when the record arrives or is corrected.

use std::collections::BTreeSet;

use super::batch::derive_batch;
use super::code::derive_plate;
use super::counting;
use super::entry::derive_entry;
use super::plan::derive_plan;
use super::task::{clear, settle};
use crate::event::{Body, Master};
use crate::project::books::{Books, Fact};
use crate::project::named::Named;
use crate::project::object::{Object, PLAN, objects};
use crate::project::rows::{MasterRow, Row, RowKey};
use crate::project::verdict::Verdict;

/// A record as it stood at an index of the log.
pub(super) fn master_at<B: Books>(
    books: &mut B,
    index: u64,
    what: &'static str,
    id: &str,
) -> Result<Option<Master>, B::Error> {
    // Entries that have just come read the newest version: no history is needed for them.
    let newest = match books.row(&RowKey::master(what, id))? {
        Some(Row::Master(row)) => row,
        _ => return Ok(None),
    };
    if books.fact(newest.entry)?.is_some_and(|fact| fact.index <= index) {
        return Ok(Some(newest.record));
    }
    let mut found = None;
    for (fact, body) in counting(books, &Object::Versions(what, id.to_owned()))? {
        if let Body::MasterPut(put) = body
            && (found.is_none() || fact.index <= index)
        {
            found = Some(put.record);
        }
    }
    Ok(found)
}

/// Derives the newest effective version after a correction, and the rows of entries that read it.
pub(in crate::project) fn derive_master<B: Books>(
    books: &mut B,
    what: &'static str,
    id: &str,
) -> Result<(), B::Error> {
    let object = Object::Versions(what, id.to_owned());
    let newest = counting(books, &object)?.into_iter().rev().find_map(|(fact, body)| match body {
        Body::MasterPut(put) => {
            Some(MasterRow { record: put.record, active: put.active, entry: fact.id })
        }
        _ => None,
    });
    declare(books, (what, id), newest, true)
}

/// Adds a version that has just come: it is the newest. When it is also the first, entries before
/// it read it.
pub(in crate::project) fn extend_master<B: Books>(
    books: &mut B,
    (what, id): (&'static str, &str),
    (fact, body): (&Fact, &Body),
) -> Result<(), B::Error> {
    let Body::MasterPut(put) = body else {
        return if what == PLAN { derive_plan(books, id) } else { Ok(()) };
    };
    let record = put.record.clone();
    let newest = MasterRow { record, active: put.active, entry: fact.id };
    declare(books, (what, id), Some(newest), false)
}

fn declare<B: Books>(
    books: &mut B,
    (what, id): (&'static str, &str),
    newest: Option<MasterRow>,
    corrected: bool,
) -> Result<(), B::Error> {
    let key = RowKey::master(what, id);
    let first = books.row(&key)?.is_none();
    match newest {
        Some(row) => books.put(Row::Master(row))?,
        None => books.remove(&key)?,
    }
    if first || corrected {
        derive_readers(books, what, id)?;
    }
    settle_master(books, what, id)?;
    match what {
        "place" => derive_plate(books, id),
        PLAN => derive_plan(books, id),
        _ => Ok(()),
    }
}

/// The task about a record that entries name: open while it is not declared.
pub(in crate::project) fn settle_master<B: Books>(
    books: &mut B,
    what: &'static str,
    id: &str,
) -> Result<(), B::Error> {
    let object = Object::Master(what, id.to_owned());
    if books.row(&RowKey::master(what, id))?.is_some() {
        return clear(books, &object, Verdict::UnknownMaster);
    }
    let mut naming = readers(books, what, id)?;
    naming.retain(|fact| {
        let body = fact.body.as_ref().filter(|_| !fact.suspect);
        body.is_some_and(|body| Named::of(body).masters.iter().any(|m| m.0 == what && m.1 == id))
    });
    settle(books, &object, Verdict::UnknownMaster, &naming.iter().collect::<Vec<_>>())
}

/// Derives anew what was derived from a record: only places, streams and nodes shape rows.
fn derive_readers<B: Books>(books: &mut B, what: &'static str, id: &str) -> Result<(), B::Error> {
    if !matches!(what, "place" | "stream" | "node") {
        return Ok(());
    }
    let mut batches = BTreeSet::new();
    for fact in readers(books, what, id)? {
        let Some(body) = &fact.body else {
            continue;
        };
        if let Body::MasterPut(put) = body {
            if let (Master::Stream(stream), "node") = (&put.record, what) {
                derive_readers(books, "stream", stream.id.as_str())?;
            }
            continue;
        }
        batches.extend(objects(fact.id, body).into_iter().filter_map(|object| match object {
            Object::Batch(batch) => Some(batch),
            _ => None,
        }));
        derive_entry(books, &fact)?;
    }
    batches.into_iter().try_for_each(|batch| derive_batch(books, batch))
}

/// Entries known to read a record, in log order: all that read a place, stream or node for their
/// rows, and those that named any other record before it was declared.
fn readers<B: Books>(books: &mut B, what: &'static str, id: &str) -> Result<Vec<Fact>, B::Error> {
    let mut readers = books.facts(&Object::Uses(what, id.to_owned()))?;
    match (what, id.parse(), id.parse()) {
        ("place", Ok(place), _) => readers.extend(books.facts(&Object::Place(place))?),
        ("stream", _, Ok(stream)) => readers.extend(books.facts(&Object::Stream(stream))?),
        _ => {}
    }
    readers.sort_by_key(|fact| fact.index);
    readers.dedup_by_key(|fact| fact.index);
    Ok(readers)
}

/// Records whose content shapes the rows of a body, beside the places and streams it touches.
pub(in crate::project) fn readings(body: &Body) -> Vec<Object> {
    let node = |id: &crate::ids::NodeId| Object::Uses("node", id.to_string());
    match body {
        Body::StoreDraw(b) => b.to.iter().map(node).collect(),
        Body::HandoverDispatch(b) => {
            let plain = b.lines.iter().any(|line| line.portion.is_none() && line.place.is_none());
            if plain { vec![node(&b.from)] } else { Vec::new() }
        }
        Body::MasterPut(put) => match &put.record {
            Master::Stream(stream) => [&stream.from, &stream.to]
                .into_iter()
                .filter_map(|end| match end {
                    crate::event::Endpoint::Node(id) => Some(node(id)),
                    crate::event::Endpoint::Outside => None,
                })
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Links a fact to the records that it reads and to those that it names in vain.
pub(in crate::project) fn link_readings<B: Books>(
    books: &mut B,
    fact: &Fact,
    body: &Body,
    unknown: &[(&'static str, String)],
) -> Result<(), B::Error> {
    let mut read = readings(body);
    read.extend(unknown.iter().map(|(what, id)| Object::Uses(what, id.clone())));
    if read.is_empty() { Ok(()) } else { books.record(fact, &read) }
}
