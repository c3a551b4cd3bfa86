//! Masters.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event;
use tl_domain::ids::PartyId;
use tl_domain::project::MasterRow;
use utoipa::IntoParams;

use super::request::{Capture, page};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::masters;

/// Which masters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Kind: `site`, `node`, `stream`, `material`, `place`, `meter`, `method`, …
    what: Option<String>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// Newest versions of all masters, by kind and id.
#[utoipa::path(get, path = "/api/v1/masters", tag = "masters", params(Filter),
    responses((status = 200, body = Rows<schema::MasterRow>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Filter>,
) -> Result<web::Json<Rows<MasterRow>>, ApiError> {
    let Filter { party, what, offset, limit } = query.into_inner();
    let page = page(offset, limit)?;
    let found = with_leave(&app, session, party, move |app, permit| {
        masters::list(app, permit, what.as_deref())
    });
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// Puts a master in a new version.
#[utoipa::path(post, path = "/api/v1/masters", tag = "masters",
    request_body = Capture<schema::MasterPut>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn put(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::MasterPut>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), masters::put).await
}
