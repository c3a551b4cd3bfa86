//! The device API, as `tl_wire::device` has it.

use actix_web::http::header;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use tl_ledger::Hash;
use tl_wire::BUNDLE_MEDIA;
use tl_wire::device::{
    BlobAnswer, EnrolAnswer, EnrolRequest, HeadAnswer, LapsedAnswer, LapsedRequest, RenewAnswer,
    RenewRequest, UploadAnswer,
};
use tl_wire::problem::ErrorCode;
use tl_wire::report::DeviceReport;
use tl_wire::update::Version;

use crate::app::App;
use crate::auth::Device;
use crate::error::{ApiError, Failure};
use crate::usecase::{devices, enrolment, lapsed as lapsed_case, snapshot, updates, upload};

/// `POST /device/v1/enrol` on the page port: the box has no certificate yet.
pub async fn enrol(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Json<EnrolRequest>,
) -> Result<web::Json<EnrolAnswer>, ApiError> {
    let address = request.peer_addr().map(|address| address.ip());
    let now = app.clock.micros();
    if address.is_none_or(|address| !app.sign_ins.take(address, now)) {
        return Err(Failure::new(ErrorCode::RateLimited, "").into());
    }
    let body = body.into_inner();
    Ok(web::Json(App::run(&app, move |app| enrolment::enrol(app, &body)).await?))
}

/// `POST /device/v1/lapsed` on the page port: the certificate has ended.
pub async fn lapsed(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Json<LapsedRequest>,
) -> Result<web::Json<LapsedAnswer>, ApiError> {
    let address = request.peer_addr().map(|address| address.ip());
    let now = app.clock.micros();
    if address.is_none_or(|address| !app.sign_ins.take(address, now)) {
        return Err(Failure::new(ErrorCode::RateLimited, "").into());
    }
    let body = body.into_inner();
    Ok(web::Json(App::run(&app, move |app| lapsed_case::take(app, &body)).await?))
}

/// `POST /device/v1/renew`.
pub async fn renew(
    app: web::Data<App>,
    device: Device,
    body: web::Json<RenewRequest>,
) -> Result<web::Json<RenewAnswer>, ApiError> {
    let body = body.into_inner();
    Ok(web::Json(App::run(&app, move |app| enrolment::renew(app, &device.0, &body)).await?))
}

/// `GET /device/v1/head`.
pub async fn head(app: web::Data<App>, device: Device) -> Result<web::Json<HeadAnswer>, ApiError> {
    Ok(web::Json(App::run(&app, move |app| upload::head(app, &device.0)).await?))
}

/// `POST /device/v1/entries`.
pub async fn entries(
    app: web::Data<App>,
    device: Device,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<web::Json<UploadAnswer>, ApiError> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if media != Some(BUNDLE_MEDIA) {
        let detail = format!("content type {:?}: expected {BUNDLE_MEDIA}", media.unwrap_or(""));
        return Err(Failure::new(ErrorCode::BadRequest, detail).into());
    }
    Ok(web::Json(App::run(&app, move |app| upload::entries(app, &device.0, &body)).await?))
}

/// What the device has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Have {
    have: Option<u64>,
}

/// `GET /device/v1/snapshot`: 204 when the device has the newest version.
pub async fn snapshot(
    app: web::Data<App>,
    device: Device,
    query: Query<Have>,
) -> Result<HttpResponse, ApiError> {
    let have = query.have;
    let signed = App::run(&app, move |app| snapshot::signed(app, &device.0, have)).await?;
    Ok(signed.map_or_else(
        || HttpResponse::NoContent().finish(),
        |bytes| HttpResponse::Ok().content_type("application/json").body(bytes),
    ))
}

/// `GET /device/v1/blobs/{sha256}`.
pub async fn blob(
    app: web::Data<App>,
    device: Device,
    name: web::Path<String>,
) -> Result<web::Json<BlobAnswer>, ApiError> {
    let name = hash(&name)?;
    Ok(web::Json(App::run(&app, move |app| upload::blob(app, &device.0, &name)).await?))
}

/// Where a piece belongs, and how large the whole is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    offset: u64,
    size: u64,
}

/// `PUT /device/v1/blobs/{sha256}`.
pub async fn put_blob(
    app: web::Data<App>,
    device: Device,
    name: web::Path<String>,
    piece: Query<Piece>,
    body: web::Bytes,
) -> Result<web::Json<BlobAnswer>, ApiError> {
    let name = hash(&name)?;
    let place = (piece.offset, piece.size);
    let work = move |app: &App| upload::put_blob(app, &device.0, &name, place, &body);
    Ok(web::Json(App::run(&app, work).await?))
}

/// `POST /device/v1/report`.
pub async fn report(
    app: web::Data<App>,
    device: Device,
    body: web::Json<DeviceReport>,
) -> Result<HttpResponse, ApiError> {
    let body = body.into_inner();
    App::run(&app, move |app| devices::take_report(app, &device.0, body)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What runs on the device.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    target: String,
    have: String,
}

/// `GET /device/v1/update`: 204 when there is nothing newer for the device.
pub async fn update(
    app: web::Data<App>,
    device: Device,
    query: Query<Runs>,
) -> Result<HttpResponse, ApiError> {
    let Runs { target, have } = query.into_inner();
    let have: Version = have.parse().map_err(|error: tl_wire::update::VersionError| {
        Failure::new(ErrorCode::BadRequest, error.to_string())
    })?;
    let offered = App::run(&app, move |app| updates::offer(app, &device.0, &target, have)).await?;
    Ok(offered.map_or_else(
        || HttpResponse::NoContent().finish(),
        |bytes| HttpResponse::Ok().content_type("application/json").body(bytes),
    ))
}

/// From where on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    offset: u64,
}

/// `GET /device/v1/update/{sha256}`.
pub async fn program(
    app: web::Data<App>,
    device: Device,
    name: web::Path<String>,
    query: Query<From>,
) -> Result<HttpResponse, ApiError> {
    let (name, offset) = (hash(&name)?, query.offset);
    let bytes = App::run(&app, move |app| updates::piece(app, &device.0, name, offset)).await?;
    Ok(HttpResponse::Ok().content_type("application/octet-stream").body(bytes))
}

fn hash(text: &str) -> Result<Hash, Failure> {
    text.parse().map_err(|error: tl_ledger::hash::HashTextError| {
        Failure::new(ErrorCode::BadRequest, error.to_string())
    })
}
