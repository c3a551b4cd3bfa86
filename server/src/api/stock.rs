//! Stock takes.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event;
use tl_domain::ids::{NodeId, PartyId};
use tl_domain::project::StockTakeRow;
use tl_domain::time::Moment;
use utoipa::IntoParams;

use super::request::{Capture, page, span};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::stock;

/// Which stock takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    #[param(value_type = Option<String>)]
    node: Option<NodeId>,
    /// Beginning, RFC 3339 with offset; counts only together with `to`.
    #[param(value_type = Option<String>)]
    from: Option<Moment>,
    /// End, inclusive.
    #[param(value_type = Option<String>)]
    to: Option<Moment>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// Stock takes by moment.
#[utoipa::path(get, path = "/api/v1/stock-takes", tag = "stock", params(Filter),
    responses((status = 200, body = Rows<schema::Inventory>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Filter>,
) -> Result<web::Json<Rows<StockTakeRow>>, ApiError> {
    let Filter { party, node, from, to, offset, limit } = query.into_inner();
    let page = page(offset, limit)?;
    let span = match (from, to) {
        (Some(from), Some(to)) => Some(span(&from, &to)?),
        _ => None,
    };
    let found = with_leave(&app, session, party, move |app, permit| {
        stock::list(app, permit, node.as_ref(), span)
    });
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// Records a stock take.
#[utoipa::path(post, path = "/api/v1/stock-takes", tag = "stock",
    request_body = Capture<schema::StockTake>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn take(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::StockTake>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), stock::take).await
}
