//! Labels of what is recorded here: pictures, printing, binding a pre-printed one, rolls of codes.
//!
//! Printing puts a job into the durable queue; the entry `label.print` is made when the copies are
//! out. A reprint needs a reason. What a label says is in `sheet`, the queue's page in `jobs`;
//! what is
//! printed unasked in `saved`.

mod bind;
mod jobs;
mod roll;
mod saved;
mod sheet;
mod waste;

use actix_web::http::header;
use actix_web::web::{Data, Form, Path, ReqData};
use actix_web::{HttpResponse, Responder, web};
use askama::Template;
use serde::Deserialize;
use tl_domain::code::{Code, CodeKind};

pub(super) use saved::print_saved;

use super::Page;
use super::answer::{Frame, Submission, capture, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use crate::capture::{codes, refuse};
use crate::label::{Content, Format, PaperName, bytes_of};
use crate::outbox::{NewPrint, Tx, WriteError, copies_printed};
use crate::words::Words;

/// Most copies of one label.
const COPIES_MAX: i64 = 20;
/// Longest reason, in characters.
const REASON_CHARACTERS_MAX: usize = 100;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/label/print", web::post().to(print))
        .route("/label/bind", web::post().to(bind::bind))
        .route("/label/roll", web::get().to(roll::form))
        .route("/label/roll", web::post().to(roll::print))
        .route("/label/waste/{code}", web::get().to(waste::form))
        .route("/label/waste/{code}", web::post().to(waste::print))
        .route("/label/{kind}/{file}", web::get().to(picture))
        .route("/print", web::get().to(jobs::list))
        .route("/print/{number}", web::post().to(jobs::answer))
        .route("/print/{number}.pdf", web::get().to(jobs::pdf))
        .route("/print/{number}.css", web::get().to(jobs::css))
        .route("/print/{number}", web::get().to(jobs::sheet));
}

#[derive(Template)]
#[template(path = "label.html")]
struct LabelTemplate {
    frame: Frame,
    kind: &'static str,
    code: String,
    shown: String,
    title: String,
    printed: i64,
    /// Name of the printer; empty when a person prints.
    printer: String,
    paper: &'static str,
    waste: bool,
    bindable: bool,
}

/// The label's page, or with an ending its picture.
pub(super) async fn picture(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    path: Path<(String, String)>,
) -> impl Responder {
    let (kind, file) = path.into_inner();
    let (code, ending) = file.rsplit_once('.').unwrap_or((&file, ""));
    let kind = codes::kind_of(&kind).filter(|kind| *kind != CodeKind::Command);
    let (Some(kind), Ok(code)) = (kind, form::one_code(code)) else {
        return unknown(&page, &visitor);
    };
    if ending.is_empty() {
        return card(&page, &visitor, kind, code).await;
    }
    let Some(format) = Format::from_ending(ending) else { return unknown(&page, &visitor) };
    let (inner, who) = (page.clone(), visitor.clone());
    let drawn = web::block(move || {
        let sheet = inner.outbox.read(|db| sheet::of(db, &inner, &who, kind, &code))?;
        let (paper, _) = inner.printers.paper_for(kind);
        bytes_of(Content::Ours(sheet).drawing(paper, 0, 1)?, format)
    })
    .await;
    match drawn {
        Ok(Ok(bytes)) => HttpResponse::Ok()
            .content_type(format.media())
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(bytes),
        Ok(Err(error)) => undrawn(&page, &visitor, &error),
        Err(error) => {
            problem(&page, &visitor, &Words::new(error.to_string(), error.to_string()), "/")
        }
    }
}

fn unknown(page: &Page, visitor: &Visitor) -> HttpResponse {
    let words = Words::new("没有这个标签", "there is no such label");
    problem(page, visitor, &words, "/")
}

/// Words for a label that cannot be drawn.
fn undrawn(page: &Page, visitor: &Visitor, error: &anyhow::Error) -> HttpResponse {
    let words = Words::new(format!("标签无法生成:{error:#}"), format!("{error:#}"));
    problem(page, visitor, &words, "/")
}

async fn card(page: &Data<Page>, visitor: &Visitor, kind: CodeKind, code: Code) -> HttpResponse {
    let (inner, who, label) = (page.clone(), visitor.clone(), code.clone());
    let read = web::block(move || {
        let site = inner.site.now();
        inner.outbox.read(|db| {
            let sheet = sheet::of(db, &inner, &who, kind, &label)?;
            let waste = kind == CodeKind::Batch && sheet::is_waste(db, &site, &label)?;
            Ok((sheet, copies_printed(db, label.as_str())?, waste))
        })
    })
    .await;
    let (sheet, printed, waste) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => return problem(page, visitor, &error.words(), "/"),
        Err(_) => return problem(page, visitor, &WriteError::Stopped.words(), "/"),
    };
    let (paper, printer) = page.printers.paper_for(kind);
    render(&LabelTemplate {
        frame: Frame::new(page, visitor, "标签", "Label"),
        kind: codes::kind_name(kind),
        shown: code.display(),
        code: code.as_str().to_owned(),
        title: sheet.title,
        printed,
        printer: printer.map_or_else(String::new, |it| it.name.clone()),
        paper: paper.name(),
        waste,
        bindable: matches!(kind, CodeKind::Batch | CodeKind::Sample),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct PrintForm {
    #[serde(default)]
    once: String,
    kind: String,
    code: String,
    #[serde(default)]
    copies: String,
    #[serde(default)]
    reason: String,
    /// Another paper than the usual one.
    #[serde(default)]
    paper: String,
}

/// Puts a label into the print queue.
pub(super) async fn print(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<PrintForm>,
) -> impl Responder {
    let form = form.into_inner();
    let (once, back) = (form.once.clone(), format!("/label/{}/{}", form.kind, form.code));
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: &back };
    let (inner, who) = (page.clone(), visitor.clone().into_inner());
    capture(&page, submission, move |tx, _| {
        let kind = codes::kind_of(&form.kind)
            .ok_or_else(|| refuse("没有这类标签", "there is no such label"))?;
        let code = form::one_code(&form.code)?;
        let (mut paper, mut printer) = inner.printers.paper_for(kind);
        if let Some(named) = form::text(&form.paper) {
            paper = PaperName::of(&named)
                .ok_or_else(|| refuse("没有这种标签纸", "there is no such paper"))?;
            printer = inner.printers.holding(paper);
        }
        let sheet = sheet::of(tx.connection, &inner, &who, kind, &code)?;
        let wish = Wish {
            what: codes::kind_name(kind),
            code: code.as_str(),
            copies: &form.copies,
            reason: &form.reason,
            national_code: None,
            paper,
            printer: printer.map_or_else(String::new, |it| it.name.clone()),
        };
        queue(tx, &who, &wish, &Content::Ours(sheet))?;
        Ok("/print".to_owned().into())
    })
    .await
}

/// A label that somebody wants printed.
struct Wish<'a> {
    what: &'a str,
    code: &'a str,
    copies: &'a str,
    reason: &'a str,
    national_code: Option<String>,
    paper: PaperName,
    /// Name of the printer; empty for paper that a person prints.
    printer: String,
}

/// Checks a wish and puts it into the queue: it is drawn once, so that what cannot be printed is
/// refused now.
fn queue(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    wish: &Wish<'_>,
    content: &Content,
) -> Result<i64, WriteError> {
    let copies = form::text(wish.copies).map_or(Ok(1), |text| text.parse::<i64>()).ok();
    let copies = copies.filter(|it| (1..=COPIES_MAX).contains(it)).ok_or_else(|| {
        refuse(
            format!("份数应为 1 至 {COPIES_MAX}"),
            format!("copies must be from 1 to {COPIES_MAX}"),
        )
    })?;
    let reason = form::text(wish.reason);
    let printed = copies_printed(tx.connection, wish.code)?;
    if printed > 0 && reason.is_none() {
        return Err(refuse(
            format!("这个标签已打印 {printed} 份;重打请写明原因(破损、丢失、补贴第二面等)"),
            format!("{printed} copies are out already; say why it is printed again"),
        ));
    }
    if reason.as_ref().is_some_and(|it| it.chars().count() > REASON_CHARACTERS_MAX) {
        return Err(refuse(
            format!("原因最多 {REASON_CHARACTERS_MAX} 字"),
            format!("a reason has at most {REASON_CHARACTERS_MAX} characters"),
        ));
    }
    content.drawing(wish.paper, 0, 1).map_err(|error| {
        refuse(format!("标签无法生成:{error:#}"), format!("the label cannot be drawn: {error:#}"))
    })?;
    let sheet =
        serde_json::to_string(content).map_err(|error| WriteError::Form(error.to_string()))?;
    tx.queue_print(&NewPrint {
        printer: wish.printer.clone(),
        paper: wish.paper.name().to_owned(),
        what: wish.what.to_owned(),
        code: wish.code.to_owned(),
        copies,
        reason,
        national_code: wish.national_code.clone(),
        sheet,
        operator: visitor.operator.as_ref().map(ToString::to_string),
    })
}
