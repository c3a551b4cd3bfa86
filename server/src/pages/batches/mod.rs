//! Batches: list, card, labels, and the forms that record something about one.

pub mod blend;
pub mod card;
pub mod label;
pub mod list;
pub mod register;
pub mod relocate;
pub mod split;
pub mod weigh;

use tl_domain::code::Code;
use tl_domain::event::{BatchRegister, Location, Origin};
use tl_domain::ids::{BatchId, MaterialId};
use tl_domain::project::{BatchRow, BatchState};
use tl_domain::quantity::{Mass, Reading};

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

/// A batch that a form makes of others.
pub(super) struct Made {
    pub(super) material: MaterialId,
    pub(super) mass: Option<Mass>,
    pub(super) code: Code,
}

impl Made {
    /// Its register entry.
    pub(super) fn register(
        self,
        origin: Origin,
        location: &Location,
        parents: Vec<BatchId>,
        moisture: Option<Reading>,
    ) -> BatchRegister {
        BatchRegister {
            code: Some(self.code),
            material: self.material,
            origin,
            location: location.clone(),
            stream: None,
            supplier: None,
            dispatch: None,
            declared: None,
            mass: self.mass,
            moisture,
            uncertainty: Vec::new(),
            parents,
            ticket: None,
            raw: None,
            blobs: Vec::new(),
        }
    }
}
