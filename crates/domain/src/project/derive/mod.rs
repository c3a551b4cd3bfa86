//! From facts to rows: one file per noun. `derive_…` reads all effective facts of its object, folds
//! them in log order and writes the rows that follow, removing those that no longer do; `extend_…`
//! writes the same rows from those that stand and the one fact that has just come.

pub(crate) mod amount;
mod assay;
mod batch;
mod code;
mod entry;
mod finding;
mod flows;
mod handover;
mod master;
mod plan;
mod run;
mod task;

pub(super) use assay::{
    bytes_that_count, derive_assay, derive_sample, extend_assay, extend_sample,
};
pub(super) use batch::{batch_row, derive_batch, extend_batch};
pub(super) use code::{derive_code, extend_code};
pub(super) use entry::derive_entry;
pub(super) use master::{derive_master, extend_master, link_readings, settle_master};
pub(super) use run::{derive_run, extend_run};
pub(super) use task::{clear, flag};

use super::books::{Books, Fact};
use super::object::{Object, objects};
use super::rows::{End, Row, RowKey, RunRow};
use crate::event::{Body, Endpoint, Master, NodeKind};
use crate::ids::{MaterialId, NodeId, PlaceId, RunId, StreamId};
use master::master_at;

/// The facts about an object that count: not withdrawn, not suspect, with their bodies. A fact that
/// a correction moved to another object stays in the history of the old one, but not in its fold.
fn counting<B: Books>(books: &mut B, object: &Object) -> Result<Vec<(Fact, Body)>, B::Error> {
    let facts = books.facts(object)?;
    Ok(facts
        .into_iter()
        .filter(|fact| !fact.suspect)
        .filter_map(|mut fact| fact.body.take().map(|body| (fact, body)))
        .filter(|(fact, body)| objects(fact.id, body).contains(object))
        .collect())
}

/// Where a place is at an index of the log: held in its node, or unknown.
fn place_end<B: Books>(books: &mut B, index: u64, place: &PlaceId) -> Result<End, B::Error> {
    Ok(match master_at(books, index, "place", place.as_str())? {
        Some(Master::Place(record)) => End::Held { node: record.node, place: Some(place.clone()) },
        _ => End::Unknown,
    })
}

/// A node as the end of a stream: a store holds what enters, a process transforms it.
fn node_end<B: Books>(books: &mut B, index: u64, node: NodeId) -> Result<End, B::Error> {
    Ok(match master_at(books, index, "node", node.as_str())? {
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
    index: u64,
    stream: &StreamId,
) -> Result<(End, End, Option<MaterialId>), B::Error> {
    let Some(Master::Stream(record)) = master_at(books, index, "stream", stream.as_str())? else {
        return Ok((End::Unknown, End::Unknown, None));
    };
    let mut end = |endpoint: Endpoint| match endpoint {
        Endpoint::Node(node) => node_end(books, index, node),
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
