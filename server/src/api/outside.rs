//! Reports of outside laboratories: a preview of every row, or the new ones recorded.

use actix_web::http::header;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tl_domain::event::Purpose;
use tl_wire::problem::ErrorCode;
use utoipa::ToSchema;

use super::schema::RecordedAnswer;
use super::sheets::{SheetProblems, SheetWords, refusal};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::RecordAssay;
use crate::error::{ApiError, Failure};
use crate::limits::FILES_BYTES_MAX;
use crate::multipart::{self, Part};
use crate::usecase::outside::{self, Asked, File, Preview};

/// Parts of the body.
const PARTS_MAX: usize = 12;

/// What a file becomes, and what was stored of it.
#[derive(Debug, Serialize)]
struct Answer {
    #[serde(flatten)]
    preview: Preview,
    stored: Vec<RecordedAnswer>,
}

/// An outside laboratory's report (XLSX or CSV, with its PDF), read by a saved mapping: what
/// becomes of every row, or with `store=true` the new ones recorded, in one transaction. The same
/// file twice records nothing twice.
#[utoipa::path(post, path = "/api/v1/submissions/imports", tag = "laboratory",
    request_body(content_type = "multipart/form-data", content = ImportForm),
    responses((status = 200, body = ImportAnswer), (status = 201, body = ImportAnswer),
        (status = 400), (status = 413),
        (status = 422, body = SheetProblems, content_type = "application/problem+json")))]
pub async fn import(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let wrong = |why: String| Failure::new(ErrorCode::BadRequest, why);
    let read = body.to_bytes_limited(FILES_BYTES_MAX).await;
    let read = read.map_err(|_| Failure::new(ErrorCode::TooLarge, ""))?;
    let body = read.map_err(|error| wrong(error.to_string()))?;
    let english = session.english;
    let done = App::run(&app, move |app| {
        let party = app.own_party(&session)?;
        let permit = app.authorise::<RecordAssay>(&session, &party)?;
        let parts = multipart::parts(&content_type, &body, PARTS_MAX)
            .map_err(|error| wrong(error.to_string()))?;
        let (asked, store) = asked(&parts).map_err(wrong)?;
        let preview = match outside::preview(app, &permit, &asked)? {
            Ok(preview) => preview,
            Err(refused) => return Ok(Err(refused)),
        };
        let stored = match store {
            true => outside::store(app, &permit, &asked, preview.clone())?,
            false => Vec::new(),
        };
        Ok(Ok((preview, stored)))
    });
    Ok(match done.await? {
        Ok((preview, stored)) => {
            let is_new = !stored.is_empty();
            let stored = stored.into_iter().map(|one| RecordedAnswer::new(one, english)).collect();
            let mut answer = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
            answer.json(Answer { preview, stored })
        }
        Err(refused) => refusal(refused, english),
    })
}

fn asked(parts: &[Part<'_>]) -> Result<(Asked, bool), String> {
    let text = |name: &str| {
        let part = parts.iter().find(|part| part.name == name)?;
        let text = String::from_utf8_lossy(part.content).trim().to_owned();
        Some(text).filter(|text| !text.is_empty())
    };
    let file = |name: &str| {
        let part = parts.iter().find(|part| part.name == name && !part.content.is_empty())?;
        let named = part.file_name.clone().unwrap_or_else(|| name.to_owned());
        Some(File { name: named.chars().take(120).collect(), bytes: part.content.to_vec() })
    };
    let mapping = text("mapping").ok_or("name the mapping")?;
    let purpose = match text("purpose") {
        None => Purpose::Receiving,
        Some(text) => {
            #[derive(Deserialize)]
            struct Of(Purpose);
            let Of(purpose) = serde_json::from_value(text.clone().into())
                .map_err(|_| format!("purpose {text:?} is none of those that there are"))?;
            purpose
        }
    };
    let asked = Asked {
        mapping: mapping.parse().map_err(|_| format!("mapping {mapping:?} is no id"))?,
        number: text("number"),
        purpose,
        file: file("file").ok_or("send the laboratory's table as `file`")?,
        pdf: file("pdf"),
    };
    Ok((asked, text("store").as_deref() == Some("true")))
}

/// The body of an import.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents a body")]
pub struct ImportForm {
    /// Id of the laboratory's mapping.
    mapping: String,
    /// Number of the report, for rows that carry none.
    number: Option<String>,
    /// Why it was made; `receiving` when absent.
    purpose: Option<String>,
    /// `true` records what is new.
    store: Option<String>,
    /// The laboratory's table.
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// Its report on paper.
    #[schema(value_type = Option<String>, format = Binary)]
    pdf: (),
}

/// Rows by what becomes of them.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct ImportCounts {
    new: usize,
    known: usize,
    refused: usize,
    skipped: usize,
    /// Reports that are new: one for each sample.
    reports: usize,
}

/// A row of a laboratory's table.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct ImportLine {
    /// Row as the spreadsheet numbers it.
    row: usize,
    /// The sample as written.
    name: String,
    sample: Option<String>,
    /// Number of the submission sheet.
    submission: Option<String>,
    /// Number of the report.
    number: Option<String>,
    results: Vec<String>,
    /// `new`, `known`, `refused` or `skipped`.
    fate: String,
    reasons: Vec<SheetWords>,
}

/// What a laboratory's table becomes.
#[derive(ToSchema)]
#[allow(dead_code, reason = "documents an answer")]
pub struct ImportAnswer {
    lab_name: String,
    counts: ImportCounts,
    lines: Vec<ImportLine>,
    notices: Vec<SheetWords>,
    stored: Vec<RecordedAnswer>,
}
