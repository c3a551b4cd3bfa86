//! Accountancy over periods.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_accounts::handover::PartnerAccount;
use tl_accounts::own_errors::OwnError;
use tl_accounts::region::RegionMonth;
use tl_domain::event::FindingResolve;
use tl_domain::ids::{Analyte, OperatorId, PartyId};
use tl_domain::time::{Moment, Span};
use tl_store::Page;
use utoipa::{IntoParams, ToSchema};

use super::balance::parse_scope;
use super::request::{Capture, Of, page, span};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::accounts::{self, AreaAccount, Closing, Marked};
use crate::usecase::partners;

/// Which area.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// `enterprise`, `site:ID` or `node:ID`; the enterprise when absent.
    scope: Option<String>,
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
}

/// Periods, tests, alarms and marks of an area.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", params(Asked),
    responses((status = 200, body = schema::AreaAccount), (status = 404)))]
pub async fn find(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<web::Json<AreaAccount>, ApiError> {
    let Asked { party, scope, substance } = query.into_inner();
    let scope = parse_scope(scope.as_deref().unwrap_or("enterprise"))?;
    let substance = substance.unwrap_or_else(|| app.config.substance.clone());
    let found = with_leave(&app, session, party, move |app, permit| {
        accounts::area(app, permit, &scope, &substance)
    });
    Ok(web::Json(found.await?))
}

/// Areas of the party that are under accountancy.
#[utoipa::path(get, path = "/api/v1/accounts/areas", tag = "accounts", params(Of),
    responses((status = 200, body = Rows<String>)))]
pub async fn areas(
    app: web::Data<App>,
    session: Session,
    query: Query<Of>,
) -> Result<web::Json<Rows<String>>, ApiError> {
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, |app, permit| {
        accounts::areas(app, permit, &app.config.substance)
    });
    Ok(web::Json(Rows::all(found.await?)))
}

/// Which span of a party's books.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SpanAsked {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
    /// Beginning, RFC 3339 with offset; counts only together with `to`, else the last year.
    #[param(value_type = Option<String>)]
    from: Option<Moment>,
    /// End (half-open).
    #[param(value_type = Option<String>)]
    to: Option<Moment>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

impl SpanAsked {
    fn read(self, app: &App) -> Result<(Option<PartyId>, partners::Asked, Page), ApiError> {
        let page = page(self.offset, self.limit)?;
        let span = match (self.from, self.to) {
            (Some(from), Some(to)) => Some(span(&from, &to)?),
            _ => None,
        };
        let substance = self.substance.unwrap_or_else(|| app.config.substance.clone());
        Ok((self.party, partners::Asked { substance, span }, page))
    }
}

/// Shipper–receiver differences, per line and cumulated per partner and material.
#[utoipa::path(get, path = "/api/v1/accounts/partners", tag = "accounts", params(SpanAsked),
    responses((status = 200, body = Rows<schema::PartnerAccount>)))]
pub async fn by_partner(
    app: web::Data<App>,
    session: Session,
    query: Query<SpanAsked>,
) -> Result<web::Json<Rows<PartnerAccount>>, ApiError> {
    let (party, asked, page) = query.into_inner().read(&app)?;
    let viewer = session.clone();
    let found = with_leave(&app, session, party, move |app, permit| {
        partners::differences(app, permit, &viewer, &asked)
    });
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// The plant's own measurement errors, beside the class data.
#[utoipa::path(get, path = "/api/v1/accounts/errors", tag = "accounts", params(SpanAsked),
    responses((status = 200, body = Rows<schema::OwnError>)))]
pub async fn own_errors(
    app: web::Data<App>,
    session: Session,
    query: Query<SpanAsked>,
) -> Result<web::Json<Rows<OwnError>>, ApiError> {
    let (party, asked, page) = query.into_inner().read(&app)?;
    let viewer = session.clone();
    let found = with_leave(&app, session, party, move |app, permit| {
        partners::own_errors(app, permit, &viewer, &asked)
    });
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// Which rows of the list of marks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MarksAsked {
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// The enterprises in sight with both marks, the worst first.
#[utoipa::path(get, path = "/api/v1/marks", tag = "accounts", params(MarksAsked),
    responses((status = 200, body = Rows<schema::Marked>)))]
pub async fn marks(
    app: web::Data<App>,
    session: Session,
    query: Query<MarksAsked>,
) -> Result<web::Json<Rows<Marked>>, ApiError> {
    let MarksAsked { substance, offset, limit } = query.into_inner();
    let page = page(offset, limit)?;
    let substance = substance.unwrap_or_else(|| app.config.substance.clone());
    let found = App::run(&app, move |app| accounts::marked(app, &session, &substance));
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// Which area.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RegionAsked {
    /// Beginning of the area codes that are meant, such as a county's six digits; all in sight when
    /// absent.
    area: Option<String>,
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
}

/// A county or a city: its enterprises rolled up by month, transfers between them netted out.
#[utoipa::path(get, path = "/api/v1/accounts/region", tag = "accounts", params(RegionAsked),
    responses((status = 200, body = Rows<schema::RegionMonth>), (status = 403)))]
pub async fn region(
    app: web::Data<App>,
    session: Session,
    query: Query<RegionAsked>,
) -> Result<web::Json<Rows<RegionMonth>>, ApiError> {
    let RegionAsked { area, substance } = query.into_inner();
    let substance = substance.unwrap_or_else(|| app.config.substance.clone());
    let found =
        App::run(&app, move |app| accounts::region(app, &session, &substance, area.as_deref()));
    Ok(web::Json(Rows::all(found.await?)))
}

/// A period to close.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingBody {
    /// `enterprise`, `site:ID` or `node:ID`.
    scope: String,
    /// The period, as the account gives it.
    #[schema(value_type = schema::Span)]
    span: Span,
    /// Substance; that of the installation when absent.
    #[schema(value_type = Option<String>)]
    substance: Option<Analyte>,
    /// The second person who signs.
    #[schema(value_type = Option<String>)]
    witness: Option<OperatorId>,
}

/// Closes a period with the figures as they stand.
#[utoipa::path(post, path = "/api/v1/accounts/closings", tag = "accounts",
    request_body = Capture<ClosingBody>,
    responses((status = 201, body = RecordedAnswer), (status = 404), (status = 409)))]
pub async fn close(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<ClosingBody>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body } = body.into_inner();
    let scope = parse_scope(&body.scope)?;
    let substance = body.substance.unwrap_or_else(|| app.config.substance.clone());
    let closing = Closing { scope, span: body.span, substance, witness: body.witness };
    let capture = Capture { id, observed_at, body: closing };
    record(&app, session, capture, accounts::close_period).await
}

/// Records what an alarm turned out to be.
#[utoipa::path(post, path = "/api/v1/accounts/resolutions", tag = "accounts",
    request_body = Capture<schema::FindingResolve>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn resolve(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<FindingResolve>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), accounts::resolve).await
}
