//! Entries as they were signed, and corrections.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use tl_domain::event;
use tl_domain::ids::EntryId;

use super::request::{Capture, Listed, Of};
use super::schema::{self, EntryAnswer, RecordedAnswer, Rows, SignedEntryAnswer};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::entries;

/// The log's entries, newest first.
#[utoipa::path(get, path = "/api/v1/entries", tag = "log", params(Listed),
    responses((status = 200, body = Rows<EntryAnswer>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<EntryAnswer>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| entries::recent(app, permit, page));
    Ok(web::Json(Rows::page(found.await?, EntryAnswer::from)))
}

/// An entry with its payload and the exact bytes that its leaf hash covers.
#[utoipa::path(get, path = "/api/v1/entries/{id}", tag = "log", params(("id" = String, Path), Of),
    responses((status = 200, body = SignedEntryAnswer), (status = 404)))]
pub async fn find(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<SignedEntryAnswer>, ApiError> {
    let id: EntryId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, move |app, permit| entries::find(app, permit, id));
    Ok(web::Json(found.await?.into()))
}

/// Replaces or withdraws an earlier entry; both stay visible.
#[utoipa::path(post, path = "/api/v1/corrections", tag = "log",
    request_body = Capture<schema::Supersede>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn correct(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::Supersede>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), entries::correct).await
}
