//! Samples.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use tl_domain::event;
use tl_domain::ids::SampleId;
use tl_domain::project::{AssayRow, SampleRow};

use super::request::{Capture, Listed, Of};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::samples;

/// Samples, the last taken first.
#[utoipa::path(get, path = "/api/v1/samples", tag = "laboratory", params(Listed),
    responses((status = 200, body = Rows<schema::Sample>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<SampleRow>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| samples::list(app, permit, page));
    Ok(web::Json(Rows::page(found.await?, |row| row)))
}

/// A sample with its assays.
#[derive(Debug, Serialize)]
pub struct Card {
    sample: SampleRow,
    assays: Vec<AssayRow>,
}

/// A sample by id.
#[utoipa::path(get, path = "/api/v1/samples/{id}", tag = "laboratory",
    params(("id" = String, Path), Of),
    responses((status = 200, body = schema::SampleCard), (status = 404)))]
pub async fn find(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<Card>, ApiError> {
    let id: SampleId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, move |app, permit| samples::find(app, permit, id));
    let (sample, assays) = found.await?;
    Ok(web::Json(Card { sample, assays }))
}

/// Records that a sample was taken.
#[utoipa::path(post, path = "/api/v1/samples", tag = "laboratory",
    request_body = Capture<schema::SampleTake>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn take(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::SampleTake>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), samples::take).await
}
