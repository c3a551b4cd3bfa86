//! Applying one entry: keep it as a fact, derive what it touches, say what is odd about it.
//!
//! Facts are never refused for a conflict of state (DESIGN §6): whatever the books say, the entry
//! stands, and the conflict becomes a verdict and, where someone must act, a task.

mod judge;
mod supersede;

use std::collections::BTreeSet;

use tl_ledger::Hash;

use super::books::{Books, Fact};
use super::derive::{
    derive_assay, derive_batch, derive_code, derive_entry, derive_master, derive_run,
    derive_sample, extend_assay, extend_batch, extend_code, extend_master, extend_run,
    extend_sample, flag, link_readings,
};
use super::object::{Object, objects};
use super::rows::{KeyRow, Row, RowKey, Table};
use super::verdict::Verdict;
use crate::event::{Body, Entry, KeyRole};
use crate::ids::{BatchId, RunId};
use crate::time::Micros;

/// An entry in its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Index in the log.
    pub index: u64,
    /// Leaf hash.
    pub leaf: Hash,
    /// The entry.
    pub entry: Entry,
    /// When the server received it.
    pub received_at: Micros,
    /// Signed by a key that was revoked by an earlier entry of this log.
    pub suspect: bool,
}

/// Applies an entry to the books of its log and returns its verdicts, sorted and without doubles.
///
/// # Errors
/// Only the store's: no rule fails.
pub fn apply<B: Books>(books: &mut B, logged: &Logged) -> Result<Vec<Verdict>, B::Error> {
    let head = &logged.entry.head;
    let body = &logged.entry.body;
    let fact = Fact {
        index: logged.index,
        id: head.id,
        leaf: logged.leaf,
        observed_at: head.observed_at.micros(),
        offset_seconds: head.observed_at.at().offset().local_minus_utc(),
        device: head.device.clone(),
        body: Some(body.clone()),
        corrected_by: None,
        suspect: logged.suspect,
    };
    let mut verdicts = judge::clock(books, logged)?;
    let named = judge::references(books, body)?;
    verdicts.extend(&named.verdicts);
    let touched = objects(head.id, body);
    books.record(&fact, &touched)?;
    if logged.suspect {
        let device = Object::Device(head.device.clone());
        flag(books, &device, Verdict::Suspect, head.id, fact.observed_at)?;
        verdicts.push(Verdict::Suspect);
    } else {
        link_readings(books, &fact, body, &named.unknown)?;
        for (what, id) in named.unknown {
            let object = Object::Master(what, id);
            flag(books, &object, Verdict::UnknownMaster, fact.id, fact.observed_at)?;
        }
        apply_key(books, logged)?;
        if let Body::Supersede(supersede) = body {
            verdicts.extend(supersede::apply_supersede(books, &fact, supersede)?);
        } else {
            extend_objects(books, &touched, (&fact, body))?;
            derive_entry(books, &fact)?;
            supersede::apply_waiting(books, &fact)?;
            verdicts.extend(judge::outcome(books, fact.id, body)?);
        }
    }
    verdicts.sort_unstable();
    verdicts.dedup();
    Ok(verdicts)
}

/// Adds an entry that has just come to the objects that it touches: masters, codes and runs before
/// the batches that read them.
fn extend_objects<B: Books>(
    books: &mut B,
    touched: &[Object],
    new: (&Fact, &Body),
) -> Result<(), B::Error> {
    let mut derived = BTreeSet::new();
    for object in touched {
        match object {
            Object::Code(code) => extend_code(books, code, new)?,
            Object::Master(what, id) => extend_master(books, (what, id), new)?,
            Object::Run(id) => {
                let moved = extend_run(books, *id, new)?;
                derived.extend(derive_run_batches(books, *id, moved)?);
            }
            _ => {}
        }
    }
    for object in touched {
        match object {
            Object::Batch(id) if !derived.contains(id) => extend_batch(books, *id, new)?,
            Object::Sample(id) => extend_sample(books, *id, new)?,
            _ => {}
        }
    }
    // An assay reads its sample's row.
    for object in touched {
        if let Object::Assay(id) = object {
            extend_assay(books, *id, new)?;
        }
    }
    Ok(())
}

/// Derives objects anew from their histories, after a correction: in the same order.
fn derive_objects<B: Books>(books: &mut B, touched: &[Object]) -> Result<(), B::Error> {
    for object in touched {
        match object {
            Object::Code(code) => derive_code(books, code)?,
            Object::Master(what, id) => derive_master(books, what, id)?,
            Object::Run(id) => {
                let moved = derive_run(books, *id)?;
                derive_run_batches(books, *id, moved)?;
            }
            _ => {}
        }
    }
    for object in touched {
        match object {
            Object::Batch(id) => derive_batch(books, *id)?,
            Object::Sample(id) => derive_sample(books, *id)?,
            _ => {}
        }
    }
    // A sample derives its assays; one that was withdrawn or went to another is none of them.
    for object in touched {
        if let Object::Assay(id) = object {
            derive_assay(books, *id)?;
        }
    }
    Ok(())
}

/// Derives batches whose flows name the run's node when that is another one now: a start that comes
/// after its close moves them. Gives those that were derived.
fn derive_run_batches<B: Books>(
    books: &mut B,
    id: RunId,
    moved: bool,
) -> Result<BTreeSet<BatchId>, B::Error> {
    let row = if moved { books.row(&RowKey::new(Table::Run, id))? } else { None };
    let Some(Row::Run(run)) = row else {
        return Ok(BTreeSet::new());
    };
    let inputs = run.inputs.iter().map(|portion| portion.batch);
    let outputs = run.outputs.iter().map(|output| output.batch);
    let batches: BTreeSet<BatchId> = inputs.chain(outputs).collect();
    batches.iter().try_for_each(|batch| derive_batch(books, *batch))?;
    Ok(batches)
}

fn apply_key<B: Books>(books: &mut B, logged: &Logged) -> Result<(), B::Error> {
    let head = &logged.entry.head;
    let row = match &logged.entry.body {
        Body::LogOpen(open) => KeyRow {
            key: open.key.clone(),
            device: head.device.clone(),
            role: KeyRole::Server,
            site: None,
            revoked_at: None,
        },
        Body::KeyEnrol(enrol) => KeyRow {
            key: enrol.key.clone(),
            device: enrol.device.clone(),
            role: enrol.role,
            site: enrol.site.clone(),
            revoked_at: None,
        },
        Body::KeyRevoke(revoke) => {
            let key = RowKey::new(Table::Key, &revoke.key);
            let Some(Row::Key(known)) = books.row(&key)? else {
                return Ok(());
            };
            KeyRow { revoked_at: Some(known.revoked_at.unwrap_or(logged.index)), ..known }
        }
        _ => return Ok(()),
    };
    books.put(Row::Key(row))
}
