//! Batches: list, card, labels, and the forms that record something about one.

pub mod card;
pub mod label;
pub mod list;
pub mod register;
pub mod relocate;
pub mod weigh;

use tl_domain::ids::BatchId;
use tl_domain::project::{BatchRow, BatchState};

use super::desk::Desk;
use super::part::Tone;
use crate::app::App;
use crate::error::Failure;

/// The batch of a path.
///
/// # Errors
/// `NotFound` for text that is no id and for batches of other parties.
fn find(app: &App, desk: &Desk, id: &str) -> Result<BatchRow, Failure> {
    let id: BatchId = id.parse().map_err(|_| Failure::not_found())?;
    app.store.batch(&desk.party.party, id)?.ok_or_else(Failure::not_found)
}

/// What people call a batch: its code, else its ticket, else the end of its id.
pub(super) fn title(row: &BatchRow) -> String {
    if let Some(code) = &row.code {
        return code.display();
    }
    row.ticket.clone().unwrap_or_else(|| short_id(row.id))
}

/// The last block of an id: enough to tell batches without a label apart.
pub(super) fn short_id(id: impl ToString) -> String {
    let id = id.to_string();
    format!("…{}", id.rsplit('-').next().unwrap_or(&id))
}

/// What a state means.
pub(super) fn tone(state: BatchState) -> Tone {
    match state {
        BatchState::Open => Tone::Good,
        BatchState::Closed => Tone::Plain,
        BatchState::Missing => Tone::Watch,
        BatchState::Void => Tone::Note,
    }
}
