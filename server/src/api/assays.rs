//! Assays and their review.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use tl_domain::event;
use tl_domain::ids::AssayId;
use tl_domain::project::AssayRow;

use super::request::{Capture, Listed, Of, same};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::assays;

/// Assays, the last reported first.
#[utoipa::path(get, path = "/api/v1/assays", tag = "laboratory", params(Listed),
    responses((status = 200, body = Rows<schema::Assay>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<AssayRow>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| assays::list(app, permit, page));
    Ok(web::Json(Rows::page(found.await?, |row| row)))
}

/// An assay by id.
#[utoipa::path(get, path = "/api/v1/assays/{id}", tag = "laboratory",
    params(("id" = String, Path), Of),
    responses((status = 200, body = schema::Assay), (status = 404)))]
pub async fn find(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<AssayRow>, ApiError> {
    let id: AssayId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, move |app, permit| assays::find(app, permit, id));
    Ok(web::Json(found.await?))
}

/// Reports an assay.
#[utoipa::path(post, path = "/api/v1/assays", tag = "laboratory",
    request_body = Capture<schema::AssayReport>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn report(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::AssayReport>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), assays::report).await
}

/// Reviews an assay of somebody else.
#[utoipa::path(post, path = "/api/v1/assays/{id}/reviews", tag = "laboratory",
    params(("id" = String, Path)), request_body = Capture<schema::AssayReview>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn review(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Capture<event::AssayReview>>,
) -> Result<HttpResponse, ApiError> {
    same(&*id, &body.body.assay.to_string())?;
    record(&app, session, body.into_inner(), assays::review).await
}
