//! Batches and places.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use tl_domain::code::Code;
use tl_domain::event;
use tl_domain::ids::{BatchId, NodeId, PartyId};
use tl_domain::project::{AssayRow, BatchRow, BatchState, FlowRow, SampleRow};
use tl_store::BatchFilter;
use tl_wire::problem::ErrorCode;
use utoipa::IntoParams;

use super::request::{Capture, Of, page, same};
use super::schema::{self, EntryAnswer, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::limits::SEARCH_CHARS_MAX;
use crate::usecase::batches;

/// Which batches.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Part of a code, ticket number or material.
    text: Option<String>,
    #[param(value_type = Option<schema::BatchState>)]
    state: Option<BatchState>,
    #[param(value_type = Option<String>)]
    node: Option<NodeId>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// Batches, the last registered first.
#[utoipa::path(get, path = "/api/v1/batches", tag = "batches", params(Filter),
    responses((status = 200, body = Rows<schema::Batch>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Filter>,
) -> Result<web::Json<Rows<BatchRow>>, ApiError> {
    let Filter { party, text, state, node, offset, limit } = query.into_inner();
    if text.as_ref().is_some_and(|text| text.chars().count() > SEARCH_CHARS_MAX) {
        let detail = format!("text: at most {SEARCH_CHARS_MAX} characters");
        return Err(Failure::new(ErrorCode::BadRequest, detail).into());
    }
    let filter = BatchFilter { text, state, node };
    let page = page(offset, limit)?;
    let found = with_leave(&app, session, party, move |app, permit| {
        batches::list(app, permit, &filter, page)
    });
    Ok(web::Json(Rows::page(found.await?, |row| row)))
}

/// A batch with everything that is known of it.
#[derive(Debug, Serialize)]
pub struct Card {
    batch: BatchRow,
    children: Vec<BatchRow>,
    flows: Vec<FlowRow>,
    samples: Vec<SampleRow>,
    assays: Vec<AssayRow>,
}

/// A batch by id.
#[utoipa::path(get, path = "/api/v1/batches/{id}", tag = "batches",
    params(("id" = String, Path), Of),
    responses((status = 200, body = schema::BatchCard), (status = 404)))]
pub async fn card(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<Card>, ApiError> {
    let id: BatchId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let card =
        with_leave(&app, session, party, move |app, permit| batches::card(app, permit, id)).await?;
    Ok(web::Json(Card {
        batch: card.batch,
        children: card.children,
        flows: card.flows,
        samples: card.samples,
        assays: card.assays,
    }))
}

/// The batch that holds a label code.
#[utoipa::path(get, path = "/api/v1/codes/{code}/batch", tag = "batches",
    params(("code" = String, Path), Of),
    responses((status = 200, body = schema::Batch), (status = 404)))]
pub async fn by_code(
    app: web::Data<App>,
    session: Session,
    code: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<BatchRow>, ApiError> {
    let code: Code = code.parse().map_err(|error: tl_domain::code::CodeError| {
        Failure::new(ErrorCode::BadRequest, error.to_string())
    })?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| batches::by_code(app, permit, &code));
    Ok(web::Json(found.await?))
}

/// Every entry that touches a batch.
#[utoipa::path(get, path = "/api/v1/batches/{id}/history", tag = "batches",
    params(("id" = String, Path), Of),
    responses((status = 200, body = Rows<EntryAnswer>), (status = 404)))]
pub async fn history(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<Rows<EntryAnswer>>, ApiError> {
    let id: BatchId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| batches::history(app, permit, id));
    Ok(web::Json(Rows::all(found.await?.into_iter().map(EntryAnswer::from).collect())))
}

/// Registers a batch.
#[utoipa::path(post, path = "/api/v1/batches", tag = "batches",
    request_body = Capture<schema::BatchRegister>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn register(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::BatchRegister>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), batches::register).await
}

/// Weighs a batch.
#[utoipa::path(post, path = "/api/v1/batches/{id}/weighings", tag = "batches",
    params(("id" = String, Path)), request_body = Capture<schema::BatchWeigh>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn weigh(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Capture<event::BatchWeigh>>,
) -> Result<HttpResponse, ApiError> {
    same(&*id, &body.body.batch.to_string())?;
    record(&app, session, body.into_inner(), batches::weigh).await
}

/// Moves a batch to another node or place.
#[utoipa::path(post, path = "/api/v1/batches/{id}/moves", tag = "batches",
    params(("id" = String, Path)), request_body = Capture<schema::BatchMove>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn relocate(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Capture<event::BatchMove>>,
) -> Result<HttpResponse, ApiError> {
    same(&*id, &body.body.batch.to_string())?;
    record(&app, session, body.into_inner(), batches::relocate).await
}

/// Splits a batch into registered ones.
#[utoipa::path(post, path = "/api/v1/batches/{id}/splits", tag = "batches",
    params(("id" = String, Path)), request_body = Capture<schema::BatchSplit>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn split(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Capture<event::BatchSplit>>,
) -> Result<HttpResponse, ApiError> {
    same(&*id, &body.body.batch.to_string())?;
    record(&app, session, body.into_inner(), batches::split).await
}

/// Blends batches into a registered one.
#[utoipa::path(post, path = "/api/v1/batches/{id}/blends", tag = "batches",
    params(("id" = String, Path)), request_body = Capture<schema::BatchBlend>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn blend(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Capture<event::BatchBlend>>,
) -> Result<HttpResponse, ApiError> {
    same(&*id, &body.body.batch.to_string())?;
    record(&app, session, body.into_inner(), batches::blend).await
}

/// Declares that a batch was registered by mistake.
#[utoipa::path(post, path = "/api/v1/batches/{id}/voids", tag = "batches",
    params(("id" = String, Path)), request_body = Capture<schema::BatchVoid>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn void(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Capture<event::BatchVoid>>,
) -> Result<HttpResponse, ApiError> {
    same(&*id, &body.body.batch.to_string())?;
    record(&app, session, body.into_inner(), batches::void).await
}

/// Empties a batch into a place.
#[utoipa::path(post, path = "/api/v1/store-puts", tag = "batches",
    request_body = Capture<schema::StorePut>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn put(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::StorePut>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), batches::put).await
}

/// Draws from a place.
#[utoipa::path(post, path = "/api/v1/store-draws", tag = "batches",
    request_body = Capture<schema::StoreDraw>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn draw(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::StoreDraw>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), batches::draw).await
}
