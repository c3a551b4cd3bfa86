//! The row that is kept of a ticket: what it became, so that an edit finds what it corrects.

use serde_json::Value;
use tl_device::ticket::{Ticket, TicketState};
use tl_domain::event::EntryRef;
use tl_ledger::Hash;

use crate::config::TicketRules;
use crate::outbox::{Appended, TicketRow, Tx, WriteError};

/// What the lists show of a ticket.
pub(super) fn shown(read: &Ticket) -> String {
    let weight = |value: &Option<tl_device::DecimalText>| {
        value.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string)
    };
    format!(
        "{} {} 毛 {} 皮 {} {}",
        read.plate.as_deref().unwrap_or("—"),
        read.material_name.as_deref().unwrap_or("—"),
        weight(&read.gross),
        weight(&read.tare),
        read.unit.symbol()
    )
}

type Recorded = (Appended, Value);

pub(super) fn save(
    tx: &mut Tx<'_>,
    rules: &TicketRules,
    read: &Ticket,
    digest: &str,
    register: Option<Recorded>,
    weigh: Option<Recorded>,
) -> Result<(), WriteError> {
    let id = |recorded: &Option<Recorded>| recorded.as_ref().map(|it| it.0.id.to_string());
    let leaf = |recorded: &Option<Recorded>| recorded.as_ref().map(|it| it.0.leaf.0.to_vec());
    let body = |recorded: &Option<Recorded>| recorded.as_ref().map(|it| it.1.to_string());
    let (waits, first, at) = match read.state {
        TicketState::Complete => (None, None, None),
        TicketState::AwaitingTare => (Some("tare"), read.gross.as_ref(), read.gross_at),
        TicketState::AwaitingGross => (Some("gross"), read.tare.as_ref(), read.tare_at),
    };
    tx.save_ticket(&TicketRow {
        software: rules.software.clone(),
        number: read.number.clone(),
        digest: digest.to_owned(),
        shown: shown(read),
        register_id: id(&register),
        register_leaf: leaf(&register),
        register_body: body(&register),
        weigh_id: id(&weigh),
        weigh_leaf: leaf(&weigh),
        weigh_body: body(&weigh),
        waits: waits.map(str::to_owned),
        plate: read.plate.clone(),
        material: read.material_name.clone(),
        weight: first.map(|weight| format!("{weight} {}", read.unit.symbol())),
        weighed_micros: at.map(|at| at.timestamp_micros()),
        gone_micros: None,
    })
}

pub(super) fn parse(text: Option<&str>) -> Result<Value, WriteError> {
    serde_json::from_str(text.ok_or_else(damaged)?).map_err(|_| damaged())
}

pub(super) fn reference(id: Option<&str>, leaf: Option<&[u8]>) -> Result<EntryRef, WriteError> {
    let id = id.and_then(|id| id.parse().ok()).ok_or_else(damaged)?;
    let hash = leaf.and_then(Hash::from_slice).ok_or_else(damaged)?;
    Ok(EntryRef { hash, id })
}

pub(super) fn damaged() -> WriteError {
    WriteError::Storage("the ticket's row is damaged".to_owned())
}
