//! What streams carry, and book stock.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event;
use tl_domain::ids::{NodeId, PartyId};
use tl_domain::project::{FlowRow, HoldingRow};
use tl_domain::time::Moment;
use utoipa::IntoParams;

use super::request::{Capture, Of, page, span};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::flows;

/// Which movements.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Beginning, RFC 3339 with offset.
    #[param(value_type = String)]
    from: Moment,
    /// End (half-open).
    #[param(value_type = String)]
    to: Moment,
    #[param(value_type = Option<String>)]
    node: Option<NodeId>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// Movements that share a moment with the span, by time.
#[utoipa::path(get, path = "/api/v1/flows", tag = "flows", params(Filter),
    responses((status = 200, body = Rows<schema::Flow>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Filter>,
) -> Result<web::Json<Rows<FlowRow>>, ApiError> {
    let Filter { party, from, to, node, offset, limit } = query.into_inner();
    let (span, page) = (span(&from, &to)?, page(offset, limit)?);
    let found = with_leave(&app, session, party, move |app, permit| {
        flows::list(app, permit, span, node.as_ref())
    });
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// Book stock by node, place and material.
#[utoipa::path(get, path = "/api/v1/stock", tag = "flows", params(Of),
    responses((status = 200, body = Rows<schema::Holding>)))]
pub async fn stock(
    app: web::Data<App>,
    session: Session,
    query: Query<Of>,
) -> Result<web::Json<Rows<HoldingRow>>, ApiError> {
    let party = query.into_inner().party;
    Ok(web::Json(Rows::all(with_leave(&app, session, party, flows::holdings).await?)))
}

/// Reports what a stream carried in a span.
#[utoipa::path(post, path = "/api/v1/flows", tag = "flows",
    request_body = Capture<schema::FlowReport>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn report(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::FlowReport>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), flows::report).await
}

/// Records values of an online monitor.
#[utoipa::path(post, path = "/api/v1/monitors", tag = "flows",
    request_body = Capture<schema::MonitorReading>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn monitor(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::MonitorReading>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), flows::monitor).await
}
