//! Walls around every request: no writes from other sites, no body that takes for ever, and headers
//! that bind the browser.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Payload};
use tl_wire::problem::ErrorCode;
use tokio::time::timeout;

use super::Session;
use crate::error::{ApiError, Failure};
use crate::limits::{BODY_TIME, FILES_BYTES_MAX};

/// Everything from this server alone; no script but its files, no inline script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

/// Refuses unsafe requests that a browser sends on behalf of another site. Browsers name the site
/// in `Sec-Fetch-Site`, older ones in `Origin`; programs name none and bring no cookie by accident.
pub async fn same_site(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let safe = request.method().is_safe();
    if !safe && !from_here(request.headers(), request.connection_info().host()) {
        let why = "the request comes from another site; open the page here and send it again";
        let refusal = ApiError(Failure::new(ErrorCode::Forbidden, why));
        return Ok(request.error_response(refusal).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Takes the body of an unsafe request within `BODY_TIME`: whoever sends a byte a minute, signed in
/// or not, must not hold a connection for hours.
pub async fn prompt_body(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if !request.method().is_safe() {
        let refusal = match timeout(BODY_TIME, body_of(&mut request)).await {
            Ok(Ok(body)) => {
                request.set_payload(body.into());
                None
            }
            Ok(Err(error)) => Some(error),
            Err(_) => {
                let why = format!("the body did not come within {} s", BODY_TIME.as_secs());
                Some(ApiError(Failure::new(ErrorCode::BadRequest, why)).into())
            }
        };
        if let Some(refusal) = refusal {
            let mut refused = request.error_response(refusal);
            let close = HeaderValue::from_static("close");
            refused.headers_mut().insert(header::CONNECTION, close);
            return Ok(refused.map_into_right_body());
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// The body of a request: small from anybody, large where somebody who is signed in sends files.
async fn body_of(request: &mut ServiceRequest) -> Result<Bytes, actix_web::Error> {
    let files = UPLOADS.contains(&request.path());
    if !files || request.extract::<Session>().await.is_err() {
        return request.extract::<Bytes>().await;
    }
    let payload = request.extract::<Payload>().await?;
    payload.to_bytes_limited(FILES_BYTES_MAX).await.unwrap_or_else(|_| {
        let why = format!("the files have more than {FILES_BYTES_MAX} bytes in all");
        Err(ApiError(Failure::new(ErrorCode::TooLarge, why)).into())
    })
}

/// Paths to which files are sent.
pub(crate) const UPLOADS: [&str; 2] = ["/submissions/import", "/api/v1/submissions/imports"];

pub(super) fn from_here(headers: &HeaderMap, host: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(header::ORIGIN).is_none_or(|origin| origin == format!("https://{host}")),
    }
}

/// Adds the security headers to an answer, failures included.
pub async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Figures of a plant must not stay in a shared cache; static files set their own.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}
