//! From what on audit rules speak, as bureaus settled it.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event::ThresholdRecord;
use utoipa::IntoParams;

use super::policies::Nothing;
use super::request::Capture;
use super::schema::{self, RecordedAnswer};
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::capture::Form;
use crate::usecase::thresholds::{self, AreaThresholds};

/// Which area.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Area code: region (2 digits), city (4) or county (6).
    area: String,
}

/// What holds in an area, who settled it, and who changed what.
#[utoipa::path(get, path = "/api/v1/thresholds", tag = "findings", params(Asked),
    responses((status = 200, body = schema::AreaThresholds), (status = 404)))]
pub async fn find(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<web::Json<AreaThresholds>, ApiError> {
    let Asked { area } = query.into_inner();
    let found = App::run(&app, move |app| thresholds::of_area(app, &session, &area));
    Ok(web::Json(found.await?))
}

/// Settles thresholds: a signed record in the log of the officer's bureau.
#[utoipa::path(post, path = "/api/v1/thresholds", tag = "findings",
    request_body = Capture<schema::ThresholdRecord>,
    responses((status = 201, body = RecordedAnswer), (status = 400), (status = 403)))]
pub async fn settle(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<ThresholdRecord>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body } = body.into_inner();
    let english = session.english;
    let recorded = App::run(&app, move |app| {
        let permit = app.authorise_bureau(&session)?;
        thresholds::settle(app, &permit, Form { id, observed_at }, body)
    });
    Ok(HttpResponse::Created().json(RecordedAnswer::new(recorded.await?, english)))
}

/// Takes the bureau's thresholds for an area back: the next wider area's hold again.
#[utoipa::path(post, path = "/api/v1/thresholds/{area}/withdraw", tag = "findings",
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
        thresholds::withdraw(app, &permit, Form { id, observed_at }, &area)
    });
    Ok(HttpResponse::Created().json(RecordedAnswer::new(recorded.await?, english)))
}
