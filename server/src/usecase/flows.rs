//! What streams carry, and the book stock that all movements add up to.

use tl_domain::event::{FlowReport, MonitorReading};
use tl_domain::ids::NodeId;
use tl_domain::project::{FlowRow, HoldingRow};
use tl_domain::time::MicrosSpan;

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordFlow};
use crate::error::Failure;

/// Movements that share a moment with the span, by time; of one node, or all.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    span: MicrosSpan,
    node: Option<&NodeId>,
) -> Result<Vec<FlowRow>, Failure> {
    Ok(app.store.flows(permit.party(), span, node)?)
}

/// Book stock by node, place and material.
///
/// # Errors
/// The store's.
pub fn holdings(app: &App, permit: &Permit<ReadParty>) -> Result<Vec<HoldingRow>, Failure> {
    Ok(app.store.holdings(permit.party())?)
}

/// Reports what a stream carried in a span.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn report(
    app: &App,
    permit: &Permit<RecordFlow>,
    form: Form,
    body: FlowReport,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Records values of an online monitor.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn monitor(
    app: &App,
    permit: &Permit<RecordFlow>,
    form: Form,
    body: MonitorReading,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}
