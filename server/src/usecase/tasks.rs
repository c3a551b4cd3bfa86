//! Open tasks: what somebody has to look at.

use tl_domain::project::TaskRow;

use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::error::Failure;

/// Open tasks, the oldest first.
///
/// # Errors
/// The store's.
pub fn list(app: &App, permit: &Permit<ReadParty>) -> Result<Vec<TaskRow>, Failure> {
    Ok(app.store.tasks(permit.party())?)
}
