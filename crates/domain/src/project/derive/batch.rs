//! A batch: the fold over its facts, the flows it gives, what is left of it.
//!
//! The mass that counts is the last effective weighing, else the registration's; every taking is
//! measured against it in log order. What "all" closes beyond the weighed amount is a difference
//! within the node, never a flow over a fence.

mod extend;
mod fold;
mod mass;

pub(in crate::project) use extend::extend_batch;

use super::flows::replace_flows;
use super::task::{clear, flag_once, settle};
use super::{counting, run};
use crate::event::{BatchRegister, Body, Origin};
use crate::ids::BatchId;
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{
    BatchRow, End, FOLDED_WHOLE_MAX, FlowKind, FlowRow, Row, RowKey, Table,
};
use crate::project::verdict::Verdict;
use fold::{At, Beginning, Fold};

/// Derives the row, flows and tasks of a batch anew from its facts; removes them when no fact is
/// about it any more.
pub(in crate::project) fn derive_batch<B: Books>(
    books: &mut B,
    id: BatchId,
) -> Result<(), B::Error> {
    let object = Object::Batch(id);
    let facts = counting(books, &object)?;
    let mut fold = Fold::begin(id, &facts);
    if let Some(code) = fold.register.as_ref().and_then(|register| register.code.clone()) {
        let owner = match books.row(&RowKey::new(Table::Code, code.as_str()))? {
            Some(Row::Code(row)) => Some(row.owner),
            _ => None,
        };
        fold.row.code_taken = owner.is_some_and(|owner| owner != id.entry());
        fold.row.code = (!fold.row.code_taken).then_some(code);
    }
    if let Some(flow) = begin_flow(books, &fold, &facts)? {
        fold.flows.push(flow);
    }
    for (fact, body) in &facts {
        fold.step(books, fact, body)?;
    }
    let registered = fold.register.is_some();
    let foreign = !registered && is_foreign(books, id)?;
    keep_fold(books, &fold, facts.len(), foreign)?;
    let (row, mut flows, overdrawn) = fold.finish();
    if foreign {
        // Somebody named an entry of another kind as a batch: its own flows stay.
        flows = books.flows(id.entry())?;
        flows.retain(|flow| flow.batch != Some(id));
    }
    replace_flows(books, id.entry(), flows)?;
    set_tasks(books, &object, &row, overdrawn)?;
    let waiting: Vec<&Fact> = facts.iter().map(|(fact, _)| fact).filter(|_| !registered).collect();
    settle(books, &object, Verdict::MissingParent, &waiting)?;
    if facts.is_empty() {
        return books.remove(&RowKey::new(Table::Batch, id));
    }
    books.put(Row::Batch(row))
}

/// The row of a batch.
pub(in crate::project) fn batch_row<B: Books>(
    books: &mut B,
    id: BatchId,
) -> Result<Option<BatchRow>, B::Error> {
    Ok(match books.row(&RowKey::new(Table::Batch, id))? {
        Some(Row::Batch(row)) => Some(row),
        _ => None,
    })
}

/// Keeps where the fold stands when it is long enough not to be made from all facts again.
fn keep_fold<B: Books>(
    books: &mut B,
    fold: &Fold,
    facts: usize,
    foreign: bool,
) -> Result<(), B::Error> {
    if facts > FOLDED_WHOLE_MAX {
        return books.put(Row::Fold(fold.stands(0, foreign)));
    }
    let key = RowKey::new(Table::Fold, fold.row.id);
    if books.row(&key)?.is_some() { books.remove(&key) } else { Ok(()) }
}

fn is_foreign<B: Books>(books: &mut B, id: BatchId) -> Result<bool, B::Error> {
    let kind = books.original_kind(id.entry())?;
    Ok(kind.is_some_and(|kind| kind != "batch.register"))
}

fn set_tasks<B: Books>(
    books: &mut B,
    object: &Object,
    row: &BatchRow,
    overdrawn: Option<At>,
) -> Result<(), B::Error> {
    match (overdrawn, row.left) {
        (Some((entry, since)), Some(left)) => {
            let detail = vec![("grams".to_owned(), left.0.normalize().to_string())];
            flag_once(books, object, Verdict::Overdraw, (entry, since), detail)?;
        }
        _ => clear(books, object, Verdict::Overdraw)?,
    }
    if row.code_taken {
        let at = (row.id.entry(), row.registered_at.unwrap_or_default());
        flag_once(books, object, Verdict::CodeTaken, at, Vec::new())
    } else {
        clear(books, object, Verdict::CodeTaken)
    }
}

/// The flow by which a registered batch came to be.
fn begin_flow<B: Books>(
    books: &mut B,
    fold: &Fold,
    facts: &[(Fact, Body)],
) -> Result<Option<FlowRow>, B::Error> {
    let id = fold.row.id;
    let registered = facts.iter().find_map(|(fact, body)| match body {
        Body::BatchRegister(register) if fact.id == id.entry() => Some((fact, register)),
        _ => None,
    });
    let Some((fact, register)) = registered else {
        return Ok(None);
    };
    let node = register.location.node.clone();
    let to = End::Held { node: node.clone(), place: register.location.place.clone() };
    let made_in = match fold.row.run {
        Some(id) => run(books, id)?.and_then(|run| run.node).unwrap_or(node),
        None => node,
    };
    let (kind, from) = beginning(register, End::Process { node: made_in });
    let (at, stream, returned) = (fact.observed_at, register.stream.clone(), fold.returned);
    Ok(Some(fold.first_flow(Beginning { at, kind, from, to, stream, returned })))
}

fn beginning(register: &BatchRegister, process: End) -> (FlowKind, End) {
    match register.origin {
        Origin::Arrival => (FlowKind::Arrival, End::Outside { party: register.supplier.clone() }),
        Origin::Opening => (FlowKind::Opening, End::Opening),
        Origin::Production => (FlowKind::Produce, process),
        Origin::Split | Origin::Blend => (FlowKind::Relabel, process),
    }
}
