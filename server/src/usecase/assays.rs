//! Assays and their review.

use tl_domain::event::{AssayReport, AssayReview};
use tl_domain::ids::AssayId;
use tl_domain::project::AssayRow;
use tl_store::{Page, Paged};

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordAssay, ReviewAssay};
use crate::error::Failure;

/// Assays, the last reported first.
///
/// # Errors
/// The store's.
pub fn list(app: &App, permit: &Permit<ReadParty>, page: Page) -> Result<Paged<AssayRow>, Failure> {
    Ok(app.store.assays(permit.party(), page)?)
}

/// An assay.
///
/// # Errors
/// `NotFound`.
pub fn find(app: &App, permit: &Permit<ReadParty>, id: AssayId) -> Result<AssayRow, Failure> {
    app.store.assay(permit.party(), id)?.ok_or_else(Failure::not_found)
}

/// Reports an assay.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn report(
    app: &App,
    permit: &Permit<RecordAssay>,
    form: Form,
    body: AssayReport,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}

/// Reviews an assay of somebody else.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn review(
    app: &App,
    permit: &Permit<ReviewAssay>,
    form: Form,
    body: AssayReview,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}
