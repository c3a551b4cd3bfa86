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
        api::session::sign_in,
        api::session::sign_out,
        api::session::me,
        api::session::list,
        api::session::end,
        api::parties::list,
        api::parties::looks,
        api::parties::devices,
        api::parties::revoke_device,
        api::people::list,
        api::people::keep_to,
        api::batches::list,
        api::batches::register,
        api::batches::card,
        api::batches::history,
        api::batches::weigh,
        api::batches::relocate,
        api::batches::split,
        api::batches::blend,
        api::batches::void,
        api::batches::by_code,
        api::batches::put,
        api::batches::draw,
        api::flows::list,
        api::flows::report,
        api::flows::monitor,
        api::flows::stock,
        api::runs::list,
        api::runs::start,
        api::runs::find,
        api::runs::close,
        api::handovers::list,
        api::handovers::by_code,
        api::handovers::expected,
        api::handovers::dispatch,
        api::handovers::receive,
        api::samples::list,
        api::samples::take,
        api::samples::find,
        api::assays::list,
        api::assays::report,
        api::assays::find,
        api::assays::review,
        api::lab::plan,
        api::lab::due,
        api::lab::approve,
        api::lab::submissions,
        api::lab::submission,
        api::lab::submit,
        api::outside::import,
        api::stock::list,
        api::stock::take,
        api::tasks::list,
        api::masters::list,
        api::masters::put,
        api::entries::list,
        api::entries::find,
        api::entries::correct,
        api::ledger::entry_proof,
        api::ledger::entry_bytes,
        api::ledger::overview,
        api::balance::compute,
        api::trace::backward,
        api::trace::forward,
        api::trace::genealogy,
        api::sheets::balance,
        api::sheets::flowsheet,
        api::reconciliation::compute,
        api::reconciliation::area,
        api::accounts::find,
        api::accounts::areas,
        api::accounts::close,
        api::accounts::resolve,
        api::accounts::by_partner,
        api::accounts::own_errors,
        api::accounts::region,
        api::accounts::marks,
        api::findings::list,
        api::findings::find,
        api::findings::open,
        api::findings::explain,
        api::findings::send_back,
        api::findings::close,
        api::thresholds::find,
        api::thresholds::settle,
        api::thresholds::withdraw,
        api::policies::list,
        api::policies::settle,
        api::policies::withdraw,
    )
)]
struct Api;

#[cfg(test)]
mod tests;
