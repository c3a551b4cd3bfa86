//! The form that moves a whole batch to another node or place.

use serde::Deserialize;
use tl_domain::event::BatchMove;

use super::super::capture::{Capture, form_sheet, location, location_choices, new_form};
use super::super::desk::Desk;
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::{find, title};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordBatch;
use crate::error::Failure;
use crate::usecase;

/// Moves the batch of a path.
#[derive(Deserialize)]
pub(crate) struct Relocate(String);

impl Capture for Relocate {
    type Needs = RecordBatch;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let row = find(app, desk, &self.0)?;
        let card = format!("/batches/{}", row.id);
        let mut form = new_form(desk, typed, t.sign_and_record(), &card);
        let here = desk.names.spot(row.node.as_ref(), row.place.as_ref());
        form.line(vec![
            typed
                .list_field("location", t.moved_to(), location_choices(desk))
                .required()
                .hint(t.is_now_at(here)),
        ]);
        form.line(typed.when_fields());
        let name = title(&row);
        let crumbs = [(t.nav_batches(), "/batches"), (name.as_str(), card.as_str())];
        Ok(form_sheet(desk, t.act_move(), &crumbs, t.capture_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordBatch>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let row = find(app, desk, &self.0)?;
        let to = location(typed, "location");
        let sent = typed.sent(desk.offset);
        let Some(to) = to.filter(|_| !typed.is_wrong()) else { return Ok(None) };
        let body = BatchMove { batch: row.id, to, stream: None };
        usecase::batches::relocate(app, permit, sent, body)?;
        Ok(Some(format!("/batches/{}?done=moved", row.id)))
    }
}
