//! The balance of a node, a site or an enterprise.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::balance::{Question, Scope};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::time::Moment;
use tl_wire::problem::ErrorCode;
use utoipa::IntoParams;

use super::request::span;
use super::{schema, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::balances;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Beginning, RFC 3339 with offset.
    #[param(value_type = String)]
    from: Moment,
    /// End (half-open).
    #[param(value_type = String)]
    to: Moment,
    /// `enterprise`, `site:ID` or `node:ID`; the enterprise when absent.
    scope: Option<String>,
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
}

/// The balance from the books as they stand now.
#[utoipa::path(get, path = "/api/v1/balance", tag = "balance", params(Asked),
    responses((status = 200, body = schema::Balance), (status = 404)))]
pub async fn compute(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<HttpResponse, ApiError> {
    let Asked { party, from, to, scope, substance } = query.into_inner();
    let question = Question {
        scope: parse_scope(scope.as_deref().unwrap_or("enterprise"))?,
        span: span(&from, &to)?,
        substance: substance.unwrap_or_else(|| app.config.substance.clone()),
    };
    let found = with_leave(&app, session, party, move |app, permit| {
        balances::compute(app, permit, &question)
    });
    Ok(HttpResponse::Ok().json(&*found.await?))
}

pub(super) fn parse_scope(text: &str) -> Result<Scope, Failure> {
    let wrong = |why: String| Failure::new(ErrorCode::BadRequest, format!("scope {text:?}: {why}"));
    let named = |error: tl_domain::ids::IdError| wrong(error.to_string());
    match text.split_once(':') {
        None if text == "enterprise" => Ok(Scope::Enterprise),
        Some(("site", id)) => Ok(Scope::Site(id.parse().map_err(named)?)),
        Some(("node", id)) => Ok(Scope::Node(id.parse().map_err(named)?)),
        _ => Err(wrong("expected enterprise, site:ID or node:ID".to_owned())),
    }
}
