//! The assay plan, what is due by it, submission sheets.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::event;
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::Moment;
use utoipa::IntoParams;

use super::request::{Capture, Listed, Of, page, span};
use super::schema::{self, RecordedAnswer, Rows};
use super::{record, with_leave};
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::lab::{self, Due, PlanLine, Submission};

/// Which occasions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// Beginning, RFC 3339 with offset; a quarter before now, when neither end is named.
    #[param(value_type = Option<String>)]
    from: Option<Moment>,
    /// End (half-open); at most 400 days after the beginning.
    #[param(value_type = Option<String>)]
    to: Option<Moment>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500.
    limit: Option<u32>,
}

/// Lines of the assay plans in their newest version.
#[utoipa::path(get, path = "/api/v1/assay-plan", tag = "laboratory", params(Listed),
    responses((status = 200, body = Rows<schema::PlanLine>)))]
pub async fn plan(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<PlanLine>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let lines = with_leave(&app, session, party, lab::plan_lines).await?;
    Ok(web::Json(Rows::cut(lines, page)))
}

/// What the approved plans ask for in a span: due, done, waiting, overdue.
#[utoipa::path(get, path = "/api/v1/assay-plan/due", tag = "laboratory", params(Filter),
    responses((status = 200, body = schema::Due), (status = 400)))]
pub async fn due(
    app: web::Data<App>,
    session: Session,
    query: Query<Filter>,
) -> Result<web::Json<Due>, ApiError> {
    let Filter { party, from, to, offset, limit } = query.into_inner();
    let page = page(offset, limit)?;
    let asked = match (&from, &to) {
        (Some(from), Some(to)) => Some(span(from, to)?),
        (None, None) => None,
        _ => {
            let detail = "name both ends of the span, or none";
            return Err(Failure::new(tl_wire::problem::ErrorCode::BadRequest, detail).into());
        }
    };
    let mut due = with_leave(&app, session, party, move |app, permit| {
        lab::due(app, permit, lab::due_span(app, asked)?)
    })
    .await?;
    let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(page.limit).unwrap_or(usize::MAX);
    due.rows = due.rows.into_iter().skip(skip).take(take).collect();
    Ok(web::Json(due))
}

/// A second person decides about a plan's version.
#[utoipa::path(post, path = "/api/v1/assay-plan/approvals", tag = "laboratory",
    request_body = Capture<schema::PlanApprove>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn approve(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::PlanApprove>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), lab::approve).await
}

/// Submission sheets to outside laboratories, the last sent first.
#[utoipa::path(get, path = "/api/v1/submissions", tag = "laboratory", params(Listed),
    responses((status = 200, body = Rows<schema::Submission>)))]
pub async fn submissions(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<Submission>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| lab::submissions(app, permit, page));
    Ok(web::Json(Rows::page(found.await?, |row| row)))
}

/// A submission sheet.
#[utoipa::path(get, path = "/api/v1/submissions/{id}", tag = "laboratory",
    params(("id" = String, Path), Of),
    responses((status = 200, body = schema::Submission), (status = 404)))]
pub async fn submission(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    query: Query<Of>,
) -> Result<web::Json<Submission>, ApiError> {
    let id: EntryId = id.parse().map_err(|_| Failure::not_found())?;
    let party = query.into_inner().party;
    let found =
        with_leave(&app, session, party, move |app, permit| lab::submission(app, permit, id));
    Ok(web::Json(found.await?))
}

/// Records that samples went to an outside laboratory.
#[utoipa::path(post, path = "/api/v1/submissions", tag = "laboratory",
    request_body = Capture<schema::SampleSubmit>,
    responses((status = 201, body = RecordedAnswer), (status = 422)))]
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    body: web::Json<Capture<event::SampleSubmit>>,
) -> Result<HttpResponse, ApiError> {
    record(&app, session, body.into_inner(), lab::submit).await
}
