//! Handovers.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use tl_domain::code::{Code, CodeError};
use tl_domain::event;
use tl_wire::problem::ErrorCode;

use super::request::{Capture, Listed, Of};
use super::schema::{self, HandoverAnswer, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::handovers;

/// Handovers, the latest first.
#[utoipa::path(get, path = "/api/v1/handovers", tag = "handovers", params(Listed),
    responses((status = 200, body = Rows<schema::Handover>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<HandoverAnswer>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| handovers::list(app, permit, page));
    Ok(web::Json(Rows::page(found.await?, HandoverAnswer::from)))
}

/// Dispatches addressed to the party that it has not received yet.
#[utoipa::path(get, path = "/api/v1/arrivals", tag = "handovers", params(Of),
    responses((status = 200, body = Rows<schema::Handover>)))]
pub async fn expected(
    app: web::Data<App>,
    session: Session,
    query: Query<Of>,
) -> Result<web::Json<Rows<HandoverAnswer>>, ApiError> {
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, handovers::expected).await?;
    Ok(web::Json(Rows::all(found.into_iter().map(HandoverAnswer::from).collect())))
}

/// The handovers with a code.
#[utoipa::path(get, path = "/api/v1/handovers/{code}", tag = "handovers",
    params(("code" = String, Path), Of),
    responses((status = 200, body = Rows<schema::Handover>), (status = 404)))]
pub async fn by_code(
    app: web::Data<App>,
    session: Session,
    code: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<Rows<HandoverAnswer>>, ApiError> {
    let code: Code = code
        .parse()
        .map_err(|error: CodeError| Failure::new(ErrorCode::BadRequest, error.to_string()))?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| handovers::by_code(app, permit, &code));
    Ok(web::Json(Rows::all(found.await?.into_iter().map(HandoverAnswer::from).collect())))
}

/// Writes the shipper's half.
#[utoipa::path(post, path = "/api/v1/dispatches", tag = "handovers",
    request_body = Capture<schema::HandoverDispatch>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn dispatch(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::HandoverDispatch>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), handovers::dispatch).await
}

/// Writes the receiver's half.
#[utoipa::path(post, path = "/api/v1/receptions", tag = "handovers",
    request_body = Capture<schema::HandoverReceive>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn receive(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::HandoverReceive>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), handovers::receive).await
}
