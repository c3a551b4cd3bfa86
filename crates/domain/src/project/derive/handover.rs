//! Halves of handovers: a row for each, and flows for lines that are no batch of ours.

use super::entry::plain_flow;
use super::{amount, node_end, place_end};
use crate::event::{Body, HandoverDispatch, HandoverReceive};
use crate::project::books::{Books, Fact};
use crate::project::rows::{End, FlowKind, FlowRow, HandoverHalf, HandoverRow, Row, RowKey, Table};

/// Writes or removes the half that an entry is, and returns the flows it owns.
pub(super) fn derive_handover<B: Books>(
    books: &mut B,
    fact: &Fact,
    body: Option<&Body>,
) -> Result<Vec<FlowRow>, B::Error> {
    let (row, flows) = match body {
        Some(Body::HandoverDispatch(b)) => (dispatch_row(fact, b), dispatch_flows(books, fact, b)?),
        Some(Body::HandoverReceive(b)) => (receive_row(fact, b), receive_flows(books, fact, b)?),
        _ => {
            if fact.corrected_by.is_some() {
                books.remove(&RowKey::new(Table::Handover, fact.id))?;
            }
            return Ok(Vec::new());
        }
    };
    books.put(Row::Handover(row))?;
    Ok(flows)
}

fn dispatch_row(fact: &Fact, dispatch: &HandoverDispatch) -> HandoverRow {
    HandoverRow {
        entry: fact.id,
        hash: fact.leaf,
        half: HandoverHalf::Dispatch,
        code: dispatch.code.clone(),
        kind: Some(dispatch.kind),
        manifest_number: dispatch.manifest_number.clone(),
        partner: dispatch.to.clone(),
        node: dispatch.from.clone(),
        at: fact.observed_at,
        decision: None,
        other: None,
        shipped: dispatch.lines.clone(),
        received: Vec::new(),
    }
}

fn receive_row(fact: &Fact, receive: &HandoverReceive) -> HandoverRow {
    HandoverRow {
        entry: fact.id,
        hash: fact.leaf,
        half: HandoverHalf::Receive,
        code: receive.code.clone(),
        kind: None,
        manifest_number: None,
        partner: Some(receive.from.clone()),
        node: receive.location.node.clone(),
        at: fact.observed_at,
        decision: Some(receive.decision),
        other: receive.dispatch.as_ref().map(|dispatch| dispatch.hash),
        shipped: Vec::new(),
        received: receive.lines.clone(),
    }
}

/// Lines from a place or straight from the node; lines from batches are the batches' own flows.
fn dispatch_flows<B: Books>(
    books: &mut B,
    fact: &Fact,
    dispatch: &HandoverDispatch,
) -> Result<Vec<FlowRow>, B::Error> {
    let mut flows = Vec::new();
    for line in dispatch.lines.iter().filter(|line| line.portion.is_none()) {
        let from = match &line.place {
            Some(place) => place_end(books, fact.index, place)?,
            None => node_end(books, fact.index, dispatch.from.clone())?,
        };
        let to = End::Outside { party: dispatch.to.clone() };
        let moisture = amount::percent(line.moisture.as_ref());
        flows.push(FlowRow {
            material: Some(line.material.clone()),
            wet: amount::wet(&line.mass, moisture),
            dry: amount::dry(&line.mass),
            moisture: line.moisture.clone(),
            uncertainty: line.uncertainty.clone(),
            ..plain_flow(fact, FlowKind::Dispatch, from, to)
        });
    }
    Ok(flows)
}

/// Lines that the receiver did not register as batches of its own.
fn receive_flows<B: Books>(
    books: &mut B,
    fact: &Fact,
    receive: &HandoverReceive,
) -> Result<Vec<FlowRow>, B::Error> {
    let mut flows = Vec::new();
    for line in receive.lines.iter().filter(|line| line.batch.is_none()) {
        let to = match &receive.location.place {
            Some(place) => place_end(books, fact.index, place)?,
            None => End::Held { node: receive.location.node.clone(), place: None },
        };
        let from = End::Outside { party: Some(receive.from.clone()) };
        flows.push(FlowRow {
            material: line.material.clone(),
            wet: amount::wet(&line.mass, None),
            dry: amount::dry(&line.mass),
            uncertainty: line.uncertainty.clone(),
            ..plain_flow(fact, FlowKind::Arrival, from, to)
        });
    }
    Ok(flows)
}
