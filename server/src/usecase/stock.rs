//! Stock takes: measured inventory of a node.

use tl_domain::event::StockTake;
use tl_domain::ids::NodeId;
use tl_domain::project::StockTakeRow;
use tl_domain::time::MicrosSpan;

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordStock};
use crate::error::Failure;

/// Stock takes by moment; of one node and span, or all.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    node: Option<&NodeId>,
    span: Option<MicrosSpan>,
) -> Result<Vec<StockTakeRow>, Failure> {
    Ok(app.store.stock_takes(permit.party(), node, span)?)
}

/// Records a stock take.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn take(
    app: &App,
    permit: &Permit<RecordStock>,
    form: Form,
    body: StockTake,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}
