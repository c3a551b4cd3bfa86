//! The form that moves a whole batch to another node or place.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::BatchMove;

use super::super::capture::{
    self, Capture, Pairs, form_sheet, location, location_choices, new_form,
};
use super::super::desk::Desk;
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::{find, title};
use crate::app::App;
use crate::auth::permit::RecordBatch;
use crate::auth::{Permit, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// Moves the batch of a path.
struct Relocate(String);

/// `GET /batches/{id}/move`
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    capture::open(app, session, request, Relocate(id.into_inner())).await
}

/// `POST /batches/{id}/move`
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
    pairs: Pairs,
) -> Result<HttpResponse, PageError> {
    let capture = Relocate(id.into_inner());
    capture::submit(app, session, request, pairs.into_inner(), capture).await
}

impl Capture for Relocate {
    type Needs = RecordBatch;

    fn usual(&self, _: &App, _: &Desk, _: &mut Typed) -> Result<(), Failure> {
        Ok(())
    }

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
