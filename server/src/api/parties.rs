//! Parties in sight, a party's devices, and who looked at its data.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::ids::DeviceId;
use utoipa::ToSchema;

use super::request::{Listed, Of};
use super::schema::{DeviceAnswer, LookAnswer, PartyAnswer, Rows};
use super::with_leave;
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::{access, devices};

/// The parties that the person may look at.
#[utoipa::path(get, path = "/api/v1/parties", tag = "parties",
    responses((status = 200, body = Rows<PartyAnswer>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
) -> Result<web::Json<Rows<PartyAnswer>>, ApiError> {
    let found = App::run(&app, move |app| app.visible_parties(&session)).await?;
    Ok(web::Json(Rows::all(found.into_iter().map(PartyAnswer::from).collect())))
}

/// Looks at the party's data by officers and partners, newest first.
#[utoipa::path(get, path = "/api/v1/looks", tag = "parties", params(Listed),
    responses((status = 200, body = Rows<LookAnswer>)))]
pub async fn looks(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<LookAnswer>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| access::list(app, permit, page));
    Ok(web::Json(Rows::page(found.await?, LookAnswer::from)))
}

/// The party's devices.
#[utoipa::path(get, path = "/api/v1/devices", tag = "parties", params(Of),
    responses((status = 200, body = Rows<DeviceAnswer>)))]
pub async fn devices(
    app: web::Data<App>,
    session: Session,
    query: Query<Of>,
) -> Result<web::Json<Rows<DeviceAnswer>>, ApiError> {
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, devices::list).await?;
    Ok(web::Json(Rows::all(found.into_iter().map(DeviceAnswer::from).collect())))
}

/// Why a device is taken out of service.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    reason: String,
}

/// Revokes a device of the party, and its key in the log.
#[utoipa::path(post, path = "/api/v1/devices/{id}/revocation", tag = "parties",
    params(("id" = String, Path)), request_body = Revocation,
    responses((status = 204), (status = 404)))]
pub async fn revoke_device(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<Revocation>,
) -> Result<HttpResponse, ApiError> {
    let id: DeviceId = id.parse().map_err(|_| Failure::not_found())?;
    let reason = body.into_inner().reason;
    let done = App::run(&app, move |app| {
        let permit = app.authorise(&session, &app.own_party(&session)?)?;
        devices::revoke(app, &permit, &id, &reason)
    });
    done.await?;
    Ok(HttpResponse::NoContent().finish())
}
