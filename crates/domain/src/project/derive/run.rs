//! Runs, which a start and any number of closes give.

use super::task::{flag, settle};
use super::{counting, run};
use crate::event::{Body, RunClose};
use crate::ids::RunId;
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{Row, RowKey, RunRow, Table};
use crate::project::verdict::Verdict;
use crate::time::Moment;

/// Derives a run anew from its start and closes; removed when no fact is about it any more. Tells
/// whether its node is another one than flows of its batches have read.
pub(in crate::project) fn derive_run<B: Books>(books: &mut B, id: RunId) -> Result<bool, B::Error> {
    let object = Object::Run(id);
    let before = run(books, id)?;
    let facts = counting(books, &object)?;
    let mut row = RunRow {
        id,
        node: None,
        operation: None,
        started_at: None,
        ended_at: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    for (fact, body) in &facts {
        match body {
            Body::RunStart(start) if fact.id == id.entry() => {
                row.node = Some(start.node.clone());
                row.operation = Some(start.operation.clone());
                row.started_at = Some(fact.observed_at);
                row.inputs.splice(0..0, start.inputs.iter().cloned());
            }
            Body::RunClose(b) => close(&mut row, fact, b),
            _ => {}
        }
    }
    let started = row.node.is_some();
    let waiting: Vec<&Fact> = facts.iter().map(|(fact, _)| fact).filter(|_| !started).collect();
    settle(books, &object, Verdict::MissingParent, &waiting)?;
    let moved = before.is_some_and(|before| before.node != row.node);
    if facts.is_empty() {
        books.remove(&RowKey::new(Table::Run, id))?;
    } else {
        books.put(Row::Run(row))?;
    }
    Ok(moved)
}

/// Adds a fact that has just come, the last of its run in log order; tells what `derive_run` does.
pub(in crate::project) fn extend_run<B: Books>(
    books: &mut B,
    id: RunId,
    (fact, body): (&Fact, &Body),
) -> Result<bool, B::Error> {
    let (Body::RunClose(b), Some(mut row)) = (body, run(books, id)?) else {
        return derive_run(books, id);
    };
    close(&mut row, fact, b);
    if row.node.is_none() {
        flag(books, &Object::Run(id), Verdict::MissingParent, fact.id, fact.observed_at)?;
    }
    books.put(Row::Run(row))?;
    Ok(false)
}

fn close(row: &mut RunRow, fact: &Fact, close: &RunClose) {
    let ended = close.ended_at.as_ref().map(Moment::micros);
    row.ended_at = Some(ended.unwrap_or(fact.observed_at));
    row.inputs.extend_from_slice(&close.inputs);
    row.outputs.extend_from_slice(&close.outputs);
}
