//! The OpenAPI 3.1 document: every route of the JSON API, committed as `docs/openapi.json`.

use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

use crate::api;
use crate::auth::cookie::SESSION_COOKIE;

/// The document as pretty JSON.
#[must_use]
pub fn text() -> String {
    document().to_pretty_json().expect("the document holds text and numbers")
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Api::openapi();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE)));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", cookie);
    document
}

#[derive(OpenApi)]
#[openapi(
    info(title = "TlTrace", description = "Thallium ledger: batches, assays, handovers, balance"),
    security(("session" = [])),
    paths(
        api::health::healthz,
        api::health::ca,
    )
)]
struct Api;
