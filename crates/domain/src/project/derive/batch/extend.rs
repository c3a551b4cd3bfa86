//! The next fact of a batch with a long history: its fold goes on from where it stood.
//!
//! Exact: what comes out is what the whole history gives. A fact that changes what earlier flows
//! were booked by (another mass after something was taken, a registration that comes late) is not
//! added here; then the history is folded again.

use super::fold::{Beginning, Fold};
use super::{batch_row, derive_batch, is_foreign, set_tasks};
use crate::event::{Body, Origin};
use crate::ids::BatchId;
use crate::project::books::{Books, Fact};
use crate::project::derive::flows::add_flows;
use crate::project::derive::run;
use crate::project::derive::task::flag;
use crate::project::object::Object;
use crate::project::rows::{BatchState, End, FlowRow, Row, RowKey, Table};
use crate::project::verdict::Verdict;

/// Adds a fact that has just come, the last of its batch in log order.
pub(in crate::project) fn extend_batch<B: Books>(
    books: &mut B,
    id: BatchId,
    (fact, body): (&Fact, &Body),
) -> Result<(), B::Error> {
    let stood = (books.row(&RowKey::new(Table::Fold, id))?, batch_row(books, id)?);
    let (Some(Row::Fold(stood)), Some(row)) = stood else {
        return derive_batch(books, id);
    };
    let registered = row.registered_at.is_some();
    let given = stood.lines;
    let foreign = !registered && is_foreign(books, id)?;
    let starts_anew = match body {
        Body::BatchRegister(_) => fact.id == id.entry(),
        Body::BatchVoid(_) => row.state != BatchState::Void,
        _ => false,
    };
    if starts_anew || foreign != stood.foreign {
        return derive_batch(books, id);
    }
    let mut fold = Fold::resume(row, stood);
    let before = fold.basis();
    let said = fold.read(fact, body);
    if said {
        fold.settle_mass();
        if given <= u32::from(registered) {
            fold.row.left = fold.row.wet;
        } else if fold.basis() != before {
            return derive_batch(books, id);
        }
    }
    let shows_flows = !foreign && fold.row.state != BatchState::Void;
    let mut first = None;
    if said && registered && shows_flows {
        let Some(Row::Flow(old)) = books.row(&RowKey::flow(id.entry(), 0))? else {
            return derive_batch(books, id);
        };
        first = Some((begun_again(books, &fold, &old)?, old));
    }
    fold.step(books, fact, body)?;
    let stands = fold.stands(given, foreign);
    let (row, flows, overdrawn) = fold.finish();
    if shows_flows {
        add_flows(books, id.entry(), first, (given, flows))?;
    }
    let object = Object::Batch(id);
    set_tasks(books, &object, &row, overdrawn)?;
    if !registered {
        flag(books, &object, Verdict::MissingParent, fact.id, fact.observed_at)?;
    }
    books.put(Row::Fold(stands))?;
    books.put(Row::Batch(row))
}

/// The flow by which the batch came to be, with the mass and the run that count now.
fn begun_again<B: Books>(books: &mut B, fold: &Fold, old: &FlowRow) -> Result<FlowRow, B::Error> {
    let made = matches!(fold.row.origin, Some(Origin::Production | Origin::Split | Origin::Blend));
    let from = match (made, fold.row.run) {
        (true, Some(of)) => match run(books, of)?.and_then(|run| run.node) {
            Some(node) => End::Process { node },
            // It was registered where the first flow ends.
            None => old.to.node().map_or(End::Unknown, |at| End::Process { node: at.clone() }),
        },
        _ => old.from.clone(),
    };
    Ok(fold.first_flow(Beginning {
        at: old.since,
        kind: old.kind,
        from,
        to: old.to.clone(),
        stream: old.stream.clone(),
        returned: old.returned || fold.returned,
    }))
}
