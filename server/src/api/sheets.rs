//! Sheets: the balance of a filled-in one, the flow sheet of a site. The file is the body itself.

use actix_web::web::{Bytes, Query};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use tl_domain::ids::{Analyte, SiteId};
use tl_sheets::flowsheet::Preview;
use tl_sheets::{Language, Problem as CellProblem, Refused};
use tl_wire::PROBLEM_MEDIA;
use tl_wire::problem::{ErrorCode, Problem};
use utoipa::{IntoParams, ToSchema};

use super::schema::RecordedAnswer;
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::PutMaster;
use crate::error::ApiError;
use crate::usecase::sheets;

/// Which substance the sheet is about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
}

/// The balance of a filled-in sheet (铊平衡填报表, XLSX or CSV), month by month. Nothing is stored;
/// the figures are marked as retrospective (回溯数据).
#[utoipa::path(post, path = "/api/v1/sheets/balance", tag = "sheets", params(About),
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    responses((status = 200, body = SheetBalance), (status = 413),
        (status = 422, body = SheetProblems, content_type = "application/problem+json")))]
pub async fn balance(
    app: web::Data<App>,
    session: Session,
    query: Query<About>,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    let substance = query.into_inner().substance;
    let report = App::run(&app, move |app| {
        let substance = substance.unwrap_or_else(|| app.config.substance.clone());
        Ok(sheets::balance(&body, &substance))
    });
    Ok(match report.await? {
        Ok(report) => HttpResponse::Ok().json(report),
        Err(refused) => refusal(refused, session.english),
    })
}

/// Which site, and whether to store.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// Site that the flow sheet is of; it must be declared.
    #[param(value_type = String)]
    site: SiteId,
    /// Store what changes; without it the answer is a preview.
    #[serde(default)]
    store: bool,
}

/// What a flow sheet changes, and what was stored of it.
#[derive(Debug, Serialize)]
struct FlowsheetAnswer {
    preview: Preview,
    notices: Vec<CellProblem>,
    stored: Vec<RecordedAnswer>,
}

/// The flow sheet of a site (nodes, materials, streams, places, meters; XLSX or CSV): a preview, or
/// with `store=true` one batch of `master.put`. The same file twice changes nothing.
#[utoipa::path(post, path = "/api/v1/sheets/flowsheet", tag = "sheets", params(Whose),
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    responses((status = 200, body = SheetFlowsheet), (status = 201, body = SheetFlowsheet),
        (status = 413),
        (status = 422, body = SheetProblems, content_type = "application/problem+json")))]
pub async fn flowsheet(
    app: web::Data<App>,
    session: Session,
    query: Query<Whose>,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    let Whose { site, store } = query.into_inner();
    let english = session.english;
    let done = App::run(&app, move |app| {
        let party = app.own_party(&session)?;
        let permit = app.authorise::<PutMaster>(&session, &party)?;
        let compared = match sheets::compare(app, &permit, &site, &body)? {
            Ok(compared) => compared,
            Err(refused) => return Ok(Err(refused)),
        };
        let stored = match store {
            true => sheets::store(app, &permit, &compared.preview)?,
            false => Vec::new(),
        };
        Ok(Ok((compared, stored)))
    });
    Ok(match done.await? {
        Ok((compared, stored)) => {
            let is_new = !stored.is_empty();
            let stored = stored.into_iter().map(|one| RecordedAnswer::new(one, english)).collect();
            let sheets::Compared { preview, notices } = compared;
            let answer = FlowsheetAnswer { preview, notices, stored };
            if is_new {
                HttpResponse::Created().json(answer)
            } else {
                HttpResponse::Ok().json(answer)
            }
        }
        Err(refused) => refusal(refused, english),
    })
}

/// A refused file: the usual problem, with every cell that could not be understood.
#[derive(Debug, Serialize)]
struct RefusedAnswer {
    #[serde(flatten)]
    problem: Problem,
    problems: Vec<CellProblem>,
    more: usize,
}

pub(super) fn refusal(refused: Refused, english: bool) -> HttpResponse {
    let language = if english { Language::English } else { Language::Chinese };
    let first = refused.problems.first().map(|problem| problem.line(language));
    let problem = Problem::new(ErrorCode::Refused, first.unwrap_or_default(), english);
    let Refused { problems, more } = refused;
    HttpResponse::UnprocessableEntity().content_type(PROBLEM_MEDIA).json(RefusedAnswer {
        problem,
        problems,
        more,
    })
}

/// Words in both languages.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetWords {
    zh: String,
    en: String,
}

/// A cell, row or sheet that could not be used, or is odd.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetProblem {
    /// Name of the sheet.
    sheet: String,
    /// Row as the spreadsheet numbers it; 0 for the sheet itself.
    row: usize,
    /// Column letter; empty for a whole row.
    column: String,
    /// Heading of the column in the template.
    heading: String,
    /// What was read.
    read: String,
    /// Why, and what to do.
    message: SheetWords,
}

/// A refused file.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetProblems {
    r#type: String,
    title: String,
    status: u16,
    code: String,
    detail: Option<String>,
    /// Every cell that could not be understood.
    problems: Vec<SheetProblem>,
    /// Further ones that are not listed.
    more: usize,
}

/// One line of a sheet's balance.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetTerm {
    /// `opening`, `input`, `output`, `discharge` or `closing`.
    role: String,
    material: String,
    /// Rows of the sheet.
    rows: Vec<usize>,
    dry_t: String,
    kg: String,
    sigma_kg: String,
    /// Parts without a figure.
    missing: u64,
}

/// The balance of one month, or of all.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetFigures {
    period: String,
    opening_kg: String,
    input_kg: String,
    output_kg: String,
    discharge_kg: String,
    closing_kg: String,
    /// opening + in − out − discharge − closing; positive = apparent loss.
    unaccounted_kg: String,
    /// With censored results at the ends that lower and raise it.
    unaccounted_range_kg: Vec<String>,
    sigma_kg: String,
    closure_percent: Option<String>,
    /// `no_data`, `not_judged`, `closes`, `loss` or `gain`.
    judgement: String,
    /// Why nothing can be said: `figures`, `stock_take` or `precision`.
    lack: Option<String>,
    missing: u64,
    /// Share of the turnover by what it rests on.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    coverage_percent: (),
    terms: Vec<SheetTerm>,
}

/// What a balance sheet gives.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetBalance {
    substance: String,
    /// Always true: 回溯数据.
    retrospective: bool,
    mark: SheetWords,
    months: Vec<SheetFigures>,
    total: Option<SheetFigures>,
    notices: Vec<SheetProblem>,
}

/// One record of a flow sheet.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetRecord {
    /// `node`, `material`, `stream`, `place` or `meter`.
    what: String,
    id: String,
    name: String,
    /// `added`, `changed`, `revived` or `unchanged`.
    change: String,
    /// Fields that differ, of a changed record.
    fields: Option<Vec<String>>,
}

/// A flow sheet against the masters.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetPreview {
    records: Vec<SheetRecord>,
    added: usize,
    changed: usize,
    unchanged: usize,
}

/// What a flow sheet changes, and what was stored of it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct SheetFlowsheet {
    preview: SheetPreview,
    notices: Vec<SheetProblem>,
    stored: Vec<RecordedAnswer>,
}
