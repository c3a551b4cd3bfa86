//! The reconciliation of a site, an enterprise or a bureau's area: raw figures first, reconciled
//! ones beside them.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use tl_accounts::reconciliation::{Censoring, LineResult, MassLayer, Reconciliation};
use tl_domain::balance::Scope;
use tl_domain::ids::{Analyte, PartyId, SiteId};
use tl_domain::time::Moment;
use tl_store::Page;
use tl_wire::problem::ErrorCode;
use utoipa::IntoParams;

use super::request::{page, span};
use super::schema::{self, Rows};
use super::with_leave;
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::reconciliation as usecase;

/// What is asked of one party.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Party; officers name one of their area.
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Site; the enterprise when absent.
    #[param(value_type = Option<String>)]
    site: Option<SiteId>,
    /// Beginning, RFC 3339 with offset; balance periods that lie in the span are reconciled.
    #[param(value_type = String)]
    from: Moment,
    /// End (half-open).
    #[param(value_type = String)]
    to: Moment,
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
    /// Contents below their limit: `rect` (half of it, the default) or `bound` (0 to the limit).
    #[param(value_type = Option<String>)]
    censored: Option<Censoring>,
    /// Where total dry mass closes: `stores` (the default), `solids` or `off`.
    #[param(value_type = Option<String>)]
    mass: Option<MassLayer>,
    /// Lines to skip.
    offset: Option<u64>,
    /// Lines to give, at most 500.
    limit: Option<u32>,
}

/// What is asked of an area.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AreaAsked {
    /// Enterprises, separated by commas; all in the officer's sight when absent.
    party: Option<String>,
    /// Beginning, RFC 3339 with offset.
    #[param(value_type = String)]
    from: Moment,
    /// End (half-open).
    #[param(value_type = String)]
    to: Moment,
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
    /// Contents below their limit: `rect` (half of it, the default) or `bound` (0 to the limit).
    #[param(value_type = Option<String>)]
    censored: Option<Censoring>,
    /// Where total dry mass closes: `stores` (the default), `solids` or `off`.
    #[param(value_type = Option<String>)]
    mass: Option<MassLayer>,
    /// Lines to skip.
    offset: Option<u64>,
    /// Lines to give, at most 500.
    limit: Option<u32>,
}

/// Everything of a reconciliation, and one page of its lines.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    reconciliation: &'a Reconciliation,
    lines: Rows<&'a LineResult>,
}

/// The reconciliation of a site or an enterprise, from the books as they stand now.
#[utoipa::path(get, path = "/api/v1/reconciliation", tag = "balance", params(Asked),
    responses((status = 200, body = schema::Reconciliation), (status = 404)))]
pub async fn compute(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<HttpResponse, ApiError> {
    let Asked { party, site, from, to, substance, censored, mass, offset, limit } =
        query.into_inner();
    let page = page(offset, limit)?;
    let asked = usecase::Asked {
        scope: site.map_or(Scope::Enterprise, Scope::Site),
        span: span(&from, &to)?,
        substance: substance.unwrap_or_else(|| app.config.substance.clone()),
        censored: censored.unwrap_or_default(),
        mass: mass.unwrap_or_default(),
    };
    let found =
        with_leave(&app, session, party, move |app, permit| usecase::compute(app, permit, &asked));
    Ok(answer(&*found.await?, page))
}

/// The enterprises of a bureau's area together, joined by what they ship to one another.
#[utoipa::path(get, path = "/api/v1/reconciliation/area", tag = "balance", params(AreaAsked),
    responses((status = 200, body = schema::Reconciliation), (status = 403), (status = 404)))]
pub async fn area(
    app: web::Data<App>,
    session: Session,
    query: Query<AreaAsked>,
) -> Result<HttpResponse, ApiError> {
    let AreaAsked { party, from, to, substance, censored, mass, offset, limit } =
        query.into_inner();
    let page = page(offset, limit)?;
    let named = party.map(|text| parties(&text)).transpose()?;
    let asked = usecase::Asked {
        scope: Scope::Enterprise,
        span: span(&from, &to)?,
        substance: substance.unwrap_or_else(|| app.config.substance.clone()),
        censored: censored.unwrap_or_default(),
        mass: mass.unwrap_or_default(),
    };
    let found = App::run(&app, move |app| usecase::area(app, &session, named, &asked));
    Ok(answer(&*found.await?, page))
}

fn parties(text: &str) -> Result<Vec<PartyId>, Failure> {
    let wrong = |error: tl_domain::ids::IdError| {
        Failure::new(ErrorCode::BadRequest, format!("party {text:?}: {error}"))
    };
    text.split(',').map(|id| id.parse().map_err(wrong)).collect()
}

fn answer(reconciliation: &Reconciliation, page: Page) -> HttpResponse {
    let lines = Rows::cut(reconciliation.lines.iter().collect(), page);
    HttpResponse::Ok().json(Answer { reconciliation, lines })
}
