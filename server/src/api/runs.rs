//! Runs.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event;
use tl_domain::ids::{NodeId, PartyId, RunId};
use tl_domain::project::RunRow;
use utoipa::IntoParams;

use super::request::{Capture, Of, page, same};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::runs;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    #[param(value_type = Option<String>)]
    node: Option<NodeId>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// Runs, the last begun first.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", params(Filter),
    responses((status = 200, body = Rows<schema::Run>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Filter>,
) -> Result<web::Json<Rows<RunRow>>, ApiError> {
    let Filter { party, node, offset, limit } = query.into_inner();
    let page = page(offset, limit)?;
    let found = with_leave(&app, session, party, move |app, permit| {
        runs::list(app, permit, node.as_ref(), page)
    });
    Ok(web::Json(Rows::page(found.await?, |row| row)))
}

/// A run.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "runs", params(("id" = String, Path), Of),
    responses((status = 200, body = schema::Run), (status = 404)))]
pub async fn find(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<RunRow>, ApiError> {
    let id: RunId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, move |app, permit| runs::find(app, permit, id));
    Ok(web::Json(found.await?))
}

/// Starts a run.
#[utoipa::path(post, path = "/api/v1/runs", tag = "runs",
    request_body = Capture<schema::RunStart>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn start(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::RunStart>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), runs::start).await
}

/// Closes a run with its outputs.
#[utoipa::path(post, path = "/api/v1/runs/{id}/close", tag = "runs",
    params(("id" = String, Path)), request_body = Capture<schema::RunClose>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn close(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Capture<event::RunClose>>,
) -> Result<HttpResponse, ApiError> {
    same(&*id, &body.body.run.to_string())?;
    record(&app, session, body.into_inner(), runs::close).await
}
