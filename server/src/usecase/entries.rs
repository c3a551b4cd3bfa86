//! Entries as they were signed, and corrections of them.

use tl_domain::event::Supersede;
use tl_domain::ids::EntryId;
use tl_store::{EntryView, LogView, Page, Paged, StoredEntry};

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::permit::{Correct, Permit, ReadParty};
use crate::error::Failure;

/// The log's entries, newest first.
///
/// # Errors
/// The store's.
pub fn recent(
    app: &App,
    permit: &Permit<ReadParty>,
    page: Page,
) -> Result<Paged<EntryView>, Failure> {
    Ok(app.store.recent(permit.party(), page)?)
}

/// An entry with its payload and envelope.
///
/// # Errors
/// `NotFound`.
pub fn find(app: &App, permit: &Permit<ReadParty>, id: EntryId) -> Result<StoredEntry, Failure> {
    app.store.entry(permit.party(), id)?.ok_or_else(Failure::not_found)
}

/// The party's log: size and root.
///
/// # Errors
/// `NotFound`.
pub fn log(app: &App, permit: &Permit<ReadParty>) -> Result<LogView, Failure> {
    app.store.log(permit.party())?.ok_or_else(Failure::not_found)
}

/// Replaces or withdraws an earlier entry; both stay visible.
///
/// # Errors
/// `Refused` by the rules of capture; the store's.
pub fn correct(
    app: &App,
    permit: &Permit<Correct>,
    form: Form,
    body: Supersede,
) -> Result<Recorded, Failure> {
    record(app, permit, form, body.into())
}
