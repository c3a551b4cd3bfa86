//! 补录: copying numbered paper sheets, with the sheet's number, its photo and both times.
//!
//! While a sheet is copied, every form of this session happened when the sheet says. The photo is
//! kept by its hash before the entry that names it.

use actix_web::web::{self, Bytes, Data, Form, ReqData};
use actix_web::{HttpResponse, Responder};
use askama::Template;
use chrono::{NaiveDateTime, TimeZone as _};
use serde::Deserialize;
use serde_json::json;
use tl_domain::event::BlobRef;
use tl_ledger::Hash;

use super::Page;
use super::answer::{Frame, go, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use crate::capture::occasion::Paper;
use crate::outbox::WriteError;
use crate::words::Words;

/// Largest photo; the browser makes them far smaller.
pub(super) const PHOTO_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest number of a sheet and longest words of an outage, in characters.
const TEXT_MAX: usize = 200;
/// Sheets are copied within a year.
const OLDEST_MICROS: i64 = 366 * 86_400_000_000;
/// How a browser writes a local time.
const LOCAL_TIMES: [&str; 3] = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperTemplate {
    frame: Frame,
    now: String,
}

pub(super) async fn form(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let shared = page.outbox.shared();
    let now = shared.clock.moment(shared.clock.wall()).at().format("%Y-%m-%dT%H:%M").to_string();
    render(&PaperTemplate {
        frame: Frame::new(&page, &visitor, "纸单补录", "Paper sheets"), now
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct PaperForm {
    sheet: String,
    happened: String,
    #[serde(default)]
    outage: String,
    #[serde(default)]
    photo: String,
}

/// Begins to copy a sheet.
pub(super) async fn begin(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<PaperForm>,
) -> impl Responder {
    match paper(&page, &visitor, &form) {
        Ok(paper) => {
            page.sessions.set_paper(&visitor.token, Some(paper));
            go(&visitor, "/")
        }
        Err(words) => problem(&page, &visitor, &words, "/paper"),
    }
}

/// Ends copying.
pub(super) async fn end(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    page.sessions.set_paper(&visitor.token, None);
    go(&visitor, "/")
}

fn paper(page: &Page, visitor: &Visitor, form: &PaperForm) -> Result<Paper, Words> {
    if !visitor.may(Act::Gate) {
        return Err(Words::new("您的角色不能补录", "your role may not copy sheets"));
    }
    let sheet = form::text(&form.sheet)
        .filter(|it| it.chars().count() <= TEXT_MAX)
        .ok_or_else(|| Words::new("请填写纸单编号", "enter the number of the sheet"))?;
    let at_micros = local(page, &form.happened)?;
    let now = page.outbox.shared().clock.wall();
    if at_micros > now || now - at_micros > OLDEST_MICROS {
        let read = form.happened.replace('T', " ");
        return Err(Words::new(
            format!("发生时间 {read} 应在过去一年之内;请核对日期"),
            format!("{read} is not within the past year; check the date"),
        ));
    }
    let outage = form::text(&form.outage).map(|it| it.chars().take(TEXT_MAX).collect());
    Ok(Paper { sheet, at_micros, outage, photo: photo(page, &form.photo)? })
}

/// A time as the browser sends it, at the plant's offset, in microseconds since 1970.
pub(super) fn local(page: &Page, text: &str) -> Result<i64, Words> {
    let shared = page.outbox.shared();
    let offset = *shared.clock.moment(shared.clock.wall()).at().offset();
    let read =
        LOCAL_TIMES.iter().find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok());
    read.and_then(|time| offset.from_local_datetime(&time).single())
        .map(|time| time.timestamp_micros())
        .ok_or_else(|| {
            Words::new(
                format!("时间“{text}”无法识别,请填如 2026-11-23 08:41"),
                format!("the time {text:?} is not understood; enter it like 2026-11-23 08:41"),
            )
        })
}

/// Keeps a photo by its hash; the form that follows names it.
pub(super) async fn keep(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    photo: Bytes,
) -> impl Responder {
    if !photo.starts_with(&[0xFF, 0xD8, 0xFF]) {
        let words = Words::new("不是 JPEG 照片", "this is no JPEG photo");
        return problem(&page, &visitor, &words, "/paper");
    }
    let inner = page.clone();
    let kept = web::block(move || {
        inner.outbox.shared().room.admit().map_err(|error| error.words())?;
        let sha256 = Hash::of(&photo).to_string();
        let home = &inner.outbox.shared().home;
        home.write_blob(&sha256, &photo)
            .map(|()| sha256)
            .map_err(|error| WriteError::Storage(error.to_string()).words())
    })
    .await;
    match kept {
        Ok(Ok(sha256)) => HttpResponse::Ok().json(json!({ "sha256": sha256 })),
        Ok(Err(words)) => problem(&page, &visitor, &words, "/paper"),
        Err(_) => problem(&page, &visitor, &WriteError::Stopped.words(), "/paper"),
    }
}

/// A photo that was kept before, by its hash; `None` for an empty field.
pub(super) fn photo(page: &Page, sha256: &str) -> Result<Option<BlobRef>, Words> {
    let Some(text) = form::text(sha256) else {
        return Ok(None);
    };
    let missing = || Words::new("照片不在本机,请重拍", "the photo is not here; take it again");
    let sha256: Hash = text.parse().map_err(|_| missing())?;
    let file = page.outbox.shared().home.blob(&sha256.to_string());
    let size = std::fs::metadata(file).map_err(|_| missing())?.len();
    let name = format!("{}.jpg", &sha256.to_string()[..12]);
    Ok(Some(BlobRef { media: "image/jpeg".to_owned(), name, sha256, size }))
}
