//! Samples: what they stand for.

use tl_domain::event::SampleTake;
use tl_domain::ids::SampleId;
use tl_domain::project::{AssayRow, Object, SampleRow};
use tl_store::{Page, Paged};

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty, RecordSample};
use crate::error::Failure;

/// Samples, the last taken first.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    page: Page,
) -> Result<Paged<SampleRow>, Failure> {
    Ok(app.store.samples(permit.party(), page)?)
}

/// A sample with its assays.
///
/// # Errors
/// `NotFound`.
pub fn find(
    app: &App,
    permit: &Permit<ReadParty>,
    id: SampleId,
) -> Result<(SampleRow, Vec<AssayRow>), Failure> {
    let sample = app.store.sample(permit.party(), id)?.ok_or_else(Failure::not_found)?;
    let assays = app.store.assays_of(permit.party(), &Object::Sample(id))?;
    Ok((sample, assays))
}

/// Records that a sample was taken.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn take(
    app: &App,
    permit: &Permit<RecordSample>,
    form: Form,
    body: SampleTake,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}
