//! Runs: input batches become output batches in a node.

use tl_domain::event::{BatchRegister, RunClose, RunStart};
use tl_domain::ids::{NodeId, RunId};
use tl_domain::project::RunRow;
use tl_store::{Page, Paged};

use super::capture::{Form, Recorded, record, record_with_batches};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordBatch, RecordRun};
use crate::error::Failure;

/// Runs, the last begun first; of one node, or all.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    node: Option<&NodeId>,
    page: Page,
) -> Result<Paged<RunRow>, Failure> {
    Ok(app.store.runs(permit.party(), node, page)?)
}

/// A run.
///
/// # Errors
/// `NotFound`.
pub fn find(app: &App, permit: &Permit<ReadParty>, id: RunId) -> Result<RunRow, Failure> {
    app.store.run(permit.party(), id)?.ok_or_else(Failure::not_found)
}

/// Starts a run; it takes its inputs.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn start(
    app: &App,
    permit: &Permit<RecordRun>,
    form: Form,
    body: RunStart,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Closes a run with its outputs.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn close(
    app: &App,
    permit: &Permit<RecordRun>,
    form: Form,
    body: RunClose,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Closes a run and registers the batches that it made, in one step.
///
/// # Errors
/// `Refused` by the rules of capture; the store's. Nothing is kept then.
pub fn close_with_batches(
    app: &App,
    permit: &Permit<RecordRun>,
    _batches: &Permit<RecordBatch>,
    made: Vec<(Form, BatchRegister)>,
    form: Form,
    body: RunClose,
) -> Result<Recorded, Failure> {
    record_with_batches(app, permit, made, form, body.into())
}
