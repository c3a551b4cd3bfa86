//! What anybody may ask: whether the server answers, and its CA.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::error::ApiError;

/// Answer of the health check.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Always `ok`: an answer means that server and database work.
    status: &'static str,
}

/// Whether the server and its database answer.
#[utoipa::path(get, path = "/healthz", tag = "installation", security(()),
    responses((status = 200, body = Health)))]
pub async fn healthz(app: web::Data<App>) -> Result<web::Json<Health>, ApiError> {
    App::run(&app, |app| Ok(app.store.ping()?)).await?;
    Ok(web::Json(Health { status: "ok" }))
}

/// The installation's CA, to be trusted by browsers and pinned by devices.
#[utoipa::path(get, path = "/ca.pem", tag = "installation", security(()),
    responses((status = 200, body = String, content_type = "application/x-pem-file")))]
pub async fn ca(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/x-pem-file")
        .insert_header(("cache-control", "max-age=3600"))
        .body(app.authority.pem().to_owned())
}
