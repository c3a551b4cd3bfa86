//! What bureaus settle for the enterprises of an area.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event::PolicyRecord;
use utoipa::{IntoParams, ToSchema};

use super::request::{Capture, page};
use super::schema::{self, RecordedAnswer, Rows};
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::accounts::{self, CityPolicy};
use crate::usecase::capture::Form;

/// Which rows of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// What holds in each city in sight, who settled it, and the limits that follow.
#[utoipa::path(get, path = "/api/v1/policies", tag = "accounts", params(Asked),
    responses((status = 200, body = Rows<schema::CityPolicy>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<web::Json<Rows<CityPolicy>>, ApiError> {
    let Asked { offset, limit } = query.into_inner();
    let page = page(offset, limit)?;
    let found = App::run(&app, move |app| accounts::policies(app, &session));
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// Settles a policy: a signed record in the log of the officer's bureau.
#[utoipa::path(post, path = "/api/v1/policies", tag = "accounts",
    request_body = Capture<schema::PolicyRecord>,
    responses((status = 201, body = RecordedAnswer), (status = 400), (status = 403)))]
pub async fn settle(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<PolicyRecord>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body } = body.into_inner();
    let english = session.english;
    let recorded = App::run(&app, move |app| {
        let permit = app.authorise_bureau(&session)?;
        accounts::settle(app, &permit, Form { id, observed_at }, body)
    });
    Ok(HttpResponse::Created().json(RecordedAnswer::new(recorded.await?, english)))
}

/// Nothing but when and under which id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Takes the bureau's policy for an area back: the next wider area's holds again.
#[utoipa::path(post, path = "/api/v1/policies/{area}/withdraw", tag = "accounts",
    params(("area" = String, Path)), request_body = Capture<Nothing>,
    responses((status = 201, body = RecordedAnswer), (status = 403), (status = 404)))]
pub async fn withdraw(
    app: web::Data<App>,
    session: Session,
    area: web::Path<String>,
    body: web::Json<Capture<Nothing>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body: Nothing {} } = body.into_inner();
    let english = session.english;
    let recorded = App::run(&app, move |app| {
        let permit = app.authorise_bureau(&session)?;
        accounts::withdraw(app, &permit, Form { id, observed_at }, &area)
    });
    Ok(HttpResponse::Created().json(RecordedAnswer::new(recorded.await?, english)))
}
