//! Handovers: a party's own halves, and the partner's halves that are addressed to it.
//!
//! A partner's half is another party's data: showing it leaves a record that this party can see.

use std::collections::BTreeSet;

use tl_domain::code::Code;
use tl_domain::event::{BatchRegister, HandoverDispatch, HandoverReceive};
use tl_domain::ids::PartyId;
use tl_store::{HandoverPair, Page, Paged};

use super::capture::{Form, Recorded, record, record_with_batches};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordBatch, RecordHandover};
use crate::error::Failure;

/// Handovers, the latest first.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    page: Page,
) -> Result<Paged<HandoverPair>, Failure> {
    let found = app.store.handovers(permit.party(), page)?;
    note_partners(app, permit, &found.rows)?;
    Ok(found)
}

/// The handovers with a code; more than one only when codes collide.
///
/// # Errors
/// `NotFound`.
pub fn by_code(
    app: &App,
    permit: &Permit<ReadParty>,
    code: &Code,
) -> Result<Vec<HandoverPair>, Failure> {
    let found = app.store.handovers_by_code(permit.party(), code)?;
    if found.is_empty() {
        return Err(Failure::not_found());
    }
    note_partners(app, permit, &found)?;
    Ok(found)
}

/// Dispatches addressed to the party that it has not received yet, by time.
///
/// # Errors
/// The store's.
pub fn expected(app: &App, permit: &Permit<ReadParty>) -> Result<Vec<HandoverPair>, Failure> {
    let found = app.store.expected_arrivals(permit.party())?;
    note_partners(app, permit, &found)?;
    Ok(found)
}

/// Writes the shipper's half.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn dispatch(
    app: &App,
    permit: &Permit<RecordHandover>,
    form: Form,
    body: HandoverDispatch,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Writes the receiver's half.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn receive(
    app: &App,
    permit: &Permit<RecordHandover>,
    form: Form,
    body: HandoverReceive,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Writes the receiver's half and registers what arrived, in one step.
///
/// # Errors
/// `Refused` by the rules of capture; the store's. Nothing is kept then.
pub fn receive_batches(
    app: &App,
    permit: &Permit<RecordHandover>,
    _batches: &Permit<RecordBatch>,
    arrivals: Vec<(Form, BatchRegister)>,
    form: Form,
    body: HandoverReceive,
) -> Result<Recorded, Failure> {
    record_with_batches(app, permit, arrivals, form, body.into())
}

/// One record for each partner whose halves are shown.
fn note_partners(
    app: &App,
    permit: &Permit<ReadParty>,
    pairs: &[HandoverPair],
) -> Result<(), Failure> {
    let halves = pairs.iter().flat_map(|pair| [&pair.dispatch, &pair.receive]);
    let writers = halves.flatten().map(|(writer, _)| writer);
    let partners: BTreeSet<&PartyId> = writers.filter(|writer| *writer != permit.party()).collect();
    for partner in partners {
        app.note_look(permit.operator(), Some(permit.party()), partner, permit.request())?;
    }
    Ok(())
}
