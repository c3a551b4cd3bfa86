//! From facts to rows: one file per noun. Each function reads all effective facts of its object,
//! folds them in log order and writes the rows that follow, removing those that no longer do.

mod assay;
mod batch;
mod entry;
mod flows;
mod handover;
mod task;

pub(super) use assay::{derive_assay, derive_sample};
pub(super) use batch::derive_batch;
pub(super) use entry::{derive_code, derive_entry, derive_master, derive_run};
pub(super) use task::{clear, flag};

use super::books::{Books, Fact};
use super::object::Object;
use super::rows::{End, Row, RowKey, RunRow};
use crate::event::{Body, Endpoint, Master, NodeKind};
use crate::ids::{MaterialId, NodeId, PlaceId, RunId, StreamId};

/// The facts of an object that count: not withdrawn, not suspect, with their bodies.
fn counting<B: Books>(books: &mut B, object: &Object) -> Result<Vec<(Fact, Body)>, B::Error> {
    let facts = books.facts(object)?;
    Ok(facts
        .into_iter()
        .filter(|fact| !fact.suspect)
        .filter_map(|mut fact| fact.body.take().map(|body| (fact, body)))
        .collect())
}

fn master<B: Books>(books: &mut B, what: &str, id: &str) -> Result<Option<Master>, B::Error> {
    Ok(match books.row(&RowKey::master(what, id))? {
        Some(Row::Master(row)) => Some(row.record),
        _ => None,
    })
}

/// Where a place is: held in its node, or unknown.
fn place_end<B: Books>(books: &mut B, place: &PlaceId) -> Result<End, B::Error> {
    Ok(match master(books, "place", place.as_str())? {
        Some(Master::Place(record)) => End::Held { node: record.node, place: Some(place.clone()) },
        _ => End::Unknown,
    })
}

/// A node as the end of a stream: a store holds what enters, a process transforms it.
fn node_end<B: Books>(books: &mut B, node: NodeId) -> Result<End, B::Error> {
    Ok(match master(books, "node", node.as_str())? {
        Some(Master::Node(record)) if record.kind == NodeKind::Store => {
            End::Held { node, place: None }
        }
        Some(Master::Node(record)) if record.kind == NodeKind::Outlet => {
            End::Outside { party: None }
        }
        _ => End::Process { node },
    })
}

/// Both ends and the material of a declared stream.
fn stream_ends<B: Books>(
    books: &mut B,
    stream: &StreamId,
) -> Result<(End, End, Option<MaterialId>), B::Error> {
    let Some(Master::Stream(record)) = master(books, "stream", stream.as_str())? else {
        return Ok((End::Unknown, End::Unknown, None));
    };
    let mut end = |endpoint: Endpoint| match endpoint {
        Endpoint::Node(node) => node_end(books, node),
        Endpoint::Outside => Ok(End::Outside { party: None }),
    };
    Ok((end(record.from)?, end(record.to)?, Some(record.material)))
}

fn run<B: Books>(books: &mut B, id: RunId) -> Result<Option<RunRow>, B::Error> {
    Ok(match books.row(&RowKey::new(super::Table::Run, id))? {
        Some(Row::Run(row)) => Some(row),
        _ => None,
    })
}
