//! What the audit rules notice, and what bureau and enterprise write about it.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event::FindingOutcome;
use tl_domain::ids::{EntryId, PartyId};
use utoipa::{IntoParams, ToSchema};

use super::request::{Capture, Listed as Asked};
use super::schema::{self, RecordedAnswer, Rows};
use super::with_leave;
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{Permit, ReadParty};
use crate::error::{ApiError, Failure};
use crate::usecase::capture::{Form, Recorded};
use crate::usecase::findings::{self, Listed};

/// Findings and hints about a party with their records, what waits for somebody first.
#[utoipa::path(get, path = "/api/v1/findings", tag = "findings", params(Asked),
    responses((status = 200, body = Rows<schema::Finding>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<web::Json<Rows<Listed>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let viewer = session.clone();
    let found = with_leave(&app, session, party, move |app, permit| {
        findings::list(app, permit, &viewer, &app.config.substance)
    });
    Ok(web::Json(Rows::cut(found.await?, page)))
}

/// Which finding.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Party; officers name one of their area.
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Its key: `RULE:OBJECT@PERIOD`.
    key: String,
}

/// One finding with its records.
#[utoipa::path(get, path = "/api/v1/findings/case", tag = "findings", params(Named),
    responses((status = 200, body = schema::Finding), (status = 404)))]
pub async fn find(
    app: web::Data<App>,
    session: Session,
    query: Query<Named>,
) -> Result<web::Json<Listed>, ApiError> {
    let Named { party, key } = query.into_inner();
    let viewer = session.clone();
    let found = with_leave(&app, session, party, move |app, permit| {
        findings::find(app, permit, &viewer, &app.config.substance, &key)
    });
    Ok(web::Json(found.await?))
}

/// A bureau asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The enterprise.
    #[schema(value_type = String)]
    party: PartyId,
    /// Key of the finding.
    key: String,
    /// What the bureau wants to know.
    question: Option<String>,
}

/// Asks an enterprise to explain a finding: a record in the log of the officer's bureau.
#[utoipa::path(post, path = "/api/v1/findings/openings", tag = "findings",
    request_body = Capture<Opening>,
    responses((status = 201, body = RecordedAnswer), (status = 403), (status = 404),
        (status = 409)))]
pub async fn open(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<Opening>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body } = body.into_inner();
    let form = Form { id, observed_at };
    let Opening { party, key, question } = body;
    judged(&app, session, party, move |app, session, permit| {
        findings::open(app, session, permit, (form, findings::Asking { key, question }))
    })
    .await
}

/// An enterprise explains.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Key of the finding.
    key: String,
    /// What was looked at, by whom, and what it showed.
    words: String,
    /// Entries of the own log that show it.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    evidence: Vec<EntryId>,
}

/// Explains a finding, asked or not: a record in the enterprise's own log.
#[utoipa::path(post, path = "/api/v1/findings/explanations", tag = "findings",
    request_body = Capture<Explanation>,
    responses((status = 201, body = RecordedAnswer), (status = 404), (status = 409)))]
pub async fn explain(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<Explanation>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body } = body.into_inner();
    let Explanation { key, words, evidence } = body;
    let asked = findings::Explaining { key, words, evidence };
    let english = session.english;
    let recorded = App::run(&app, move |app| {
        let party = app.own_party(&session)?;
        let read = app.authorise(&session, &party)?;
        let permit = app.authorise(&session, &party)?;
        let form = Form { id, observed_at };
        findings::explain(app, &session, (&read, &permit), (form, asked))
    });
    Ok(HttpResponse::Created().json(RecordedAnswer::new(recorded.await?, english)))
}

/// A bureau sends an explanation back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentBack {
    /// The enterprise.
    #[schema(value_type = String)]
    party: PartyId,
    /// Key of the finding.
    key: String,
    /// What is still open.
    reason: String,
}

/// Sends an explanation back: the enterprise has its days again.
#[utoipa::path(post, path = "/api/v1/findings/returns", tag = "findings",
    request_body = Capture<SentBack>,
    responses((status = 201, body = RecordedAnswer), (status = 403), (status = 404),
        (status = 409)))]
pub async fn send_back(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<SentBack>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body } = body.into_inner();
    let form = Form { id, observed_at };
    let SentBack { party, key, reason } = body;
    judged(&app, session, party, move |app, session, permit| {
        findings::send_back(app, session, permit, (form, findings::Returning { key, reason }))
    })
    .await
}

/// A bureau closes a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// The enterprise.
    #[schema(value_type = String)]
    party: PartyId,
    /// Key of the finding.
    key: String,
    /// How it ended.
    #[schema(value_type = schema::FindingOutcome)]
    outcome: FindingOutcome,
    /// Why.
    reason: String,
}

/// Closes a finding with a reason.
#[utoipa::path(post, path = "/api/v1/findings/closings", tag = "findings",
    request_body = Capture<Closed>,
    responses((status = 201, body = RecordedAnswer), (status = 403), (status = 404),
        (status = 409)))]
pub async fn close(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<Closed>>,
) -> Result<HttpResponse, ApiError> {
    let Capture { id, observed_at, body } = body.into_inner();
    let form = Form { id, observed_at };
    let Closed { party, key, outcome, reason } = body;
    judged(&app, session, party, move |app, session, permit| {
        findings::close(app, session, permit, (form, findings::Closing { key, outcome, reason }))
    })
    .await
}

/// Something that a bureau writes about an enterprise of its area.
async fn judged<F>(
    app: &web::Data<App>,
    session: Session,
    party: PartyId,
    work: F,
) -> Result<HttpResponse, ApiError>
where
    F: FnOnce(&App, &Session, &Permit<ReadParty>) -> Result<Recorded, Failure> + Send + 'static,
{
    let english = session.english;
    let recorded = App::run(app, move |app| {
        let permit = app.authorise(&session, &party)?;
        work(app, &session, &permit)
    });
    Ok(HttpResponse::Created().json(RecordedAnswer::new(recorded.await?, english)))
}
