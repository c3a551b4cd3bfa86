//! Who looked at a party's data from outside.

use tl_store::{AccessRecord, Page, Paged};

use crate::app::App;
use crate::auth::permit::{Permit, ReadAccess};
use crate::error::Failure;

/// Looks at the party's data by officers and partners, newest first.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadAccess>,
    page: Page,
) -> Result<Paged<AccessRecord>, Failure> {
    Ok(app.store.access_records(permit.party(), page)?)
}
