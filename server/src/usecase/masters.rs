//! Masters: what a plant consists of.

use tl_domain::event::MasterPut;
use tl_domain::project::MasterRow;

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::permit::{Permit, PutMaster, ReadParty};
use crate::error::Failure;

/// Newest versions of all masters, by kind and id; of one kind, or all.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    what: Option<&str>,
) -> Result<Vec<MasterRow>, Failure> {
    let mut rows = app.store.masters(permit.party())?;
    rows.retain(|row| what.is_none_or(|what| row.record.what() == what));
    Ok(rows)
}

/// Puts a master in a new version.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn put(
    app: &App,
    permit: &Permit<PutMaster>,
    form: Form,
    body: MasterPut,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}
