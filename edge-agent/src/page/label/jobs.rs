//! The print queue's page: every job with its state, what somebody has to answer, and printing by
//! hand as PDF or from the browser.

use actix_web::http::header;
use actix_web::web::{Data, Form, Path, ReqData};
use actix_web::{HttpResponse, Responder, web};
use askama::Template;
use serde::Deserialize;
use tl_report::label::{Drawing, pdf as pdf_of};

use super::super::Page;
use super::super::answer::{Frame, Submission, capture, problem, render};
use super::super::form;
use super::super::guard::{Act, Visitor};
use super::sheet::zh;
use super::undrawn;
use crate::capture::refuse;
use crate::label::{Content, PaperName};
use crate::outbox::{PrintRow, PrintState, print_by_number, print_jobs};
use crate::print;
use crate::words::Words;

/// Jobs on the page.
const ROWS: i64 = 60;

struct Line {
    number: i64,
    state: &'static str,
    words: String,
    subject: String,
    copies: String,
    time: String,
    detail: String,
    /// Somebody has to look at the printer.
    doubtful: bool,
    /// It waits for a printer or for a person.
    waiting: bool,
    by_hand: bool,
}

#[derive(Template)]
#[template(path = "print.html")]
struct PrintTemplate {
    frame: Frame,
    rows: Vec<Line>,
    refresh: bool,
}

pub(super) async fn list(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let rows = match page.outbox.read(|db| print_jobs(db, ROWS)) {
        Ok(rows) => rows,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    let lines: Vec<Line> = rows.iter().map(|row| line(&page, &visitor, row)).collect();
    let open = |row: &PrintRow| matches!(row.state(), PrintState::Waiting | PrintState::Sending);
    render(&PrintTemplate {
        frame: Frame::new(&page, &visitor, "打印队列", "Print queue"),
        refresh: rows.iter().any(|row| open(row) && !row.printer.is_empty()),
        rows: lines,
    })
}

fn line(page: &Page, visitor: &Visitor, row: &PrintRow) -> Line {
    let at = page.outbox.shared().clock.moment(row.asked_micros);
    let by_hand = row.printer.is_empty();
    let words = match (row.state(), by_hand) {
        (PrintState::Waiting, true) => visitor.t("□ 待人工打印", "□ to be printed by hand"),
        (PrintState::Waiting, false) => visitor.t("○ 排队中", "○ queued"),
        (PrintState::Sending, _) => visitor.t("… 正在打印", "… printing"),
        (PrintState::Doubtful, _) => visitor.t("▲ 可能已打印", "▲ maybe printed"),
        (PrintState::Printed, _) => visitor.t("✓ 已打印", "✓ printed"),
        (PrintState::Dropped, _) => visitor.t("✕ 未打印", "✕ not printed"),
    };
    let kind = if visitor.en { row.what.as_str() } else { zh(&row.what) };
    let code = form::one_code(&row.code).map_or(row.code.clone(), |code| code.display());
    let printer = if by_hand { visitor.t("人工", "by hand") } else { &row.printer };
    Line {
        number: row.number,
        state: row.state().as_str(),
        words: words.to_owned(),
        subject: format!("{kind} {code} · {} · {printer}", row.paper),
        copies: format!("{}/{}", row.done, row.copies),
        time: at.at().format("%m-%d %H:%M").to_string(),
        detail: row.words().say(visitor.en).to_owned(),
        doubtful: row.state() == PrintState::Doubtful,
        waiting: row.state() == PrintState::Waiting,
        by_hand,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct AnswerForm {
    #[serde(default)]
    once: String,
    answer: String,
}

/// What somebody who looked at the printer says.
pub(super) async fn answer(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    number: Path<i64>,
    form: Form<AnswerForm>,
) -> impl Responder {
    let form = form.into_inner();
    let (number, once) = (number.into_inner(), form.once.clone());
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/print" };
    capture(&page, submission, move |tx, _| {
        let answer = match form.answer.as_str() {
            "printed" => print::Answer::Printed,
            "again" => print::Answer::Again,
            "drop" => print::Answer::Drop,
            _ => return Err(refuse("请选择一项", "choose one")),
        };
        let job = print_by_number(tx.connection, number)?
            .ok_or_else(|| refuse("没有这个打印任务", "there is no such print"))?;
        print::answer(tx, &job, answer)?;
        Ok("/print".to_owned().into())
    })
    .await
}

/// All copies of a job that has not ended.
fn drawings(page: &Page, number: i64) -> anyhow::Result<Vec<Drawing>> {
    let job = page.outbox.read(|db| print_by_number(db, number))?;
    let job = job.filter(|job| !job.sheet.is_empty());
    let job = job.ok_or_else(|| anyhow::anyhow!("打印任务 {number} 已结束 (has ended)"))?;
    let content: Content = serde_json::from_str(&job.sheet)?;
    let paper = PaperName::of(&job.paper)
        .ok_or_else(|| anyhow::anyhow!("没有标签纸 {} (no such paper)", job.paper))?;
    let (done, total) = (usize::try_from(job.done)?, usize::try_from(job.copies)?);
    (done..total).map(|index| content.drawing(paper, index, total)).collect()
}

/// The job as PDF.
pub(super) async fn pdf(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    number: Path<i64>,
) -> impl Responder {
    let (inner, number) = (page.clone(), number.into_inner());
    let drawn = web::block(move || drawings(&inner, number).map(|all| pdf_of(&all))).await;
    match drawn {
        Ok(Ok(bytes)) => HttpResponse::Ok()
            .content_type("application/pdf")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(bytes),
        Ok(Err(error)) => undrawn(&page, &visitor, &error),
        Err(error) => {
            problem(&page, &visitor, &Words::new(error.to_string(), error.to_string()), "/print")
        }
    }
}

#[derive(Template)]
#[template(path = "print_sheet.html")]
struct SheetTemplate {
    en: bool,
    number: i64,
    labels: Vec<String>,
}

/// The job as pages that a browser prints at their true size.
pub(super) async fn sheet(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    number: Path<i64>,
) -> impl Responder {
    let (inner, number) = (page.clone(), number.into_inner());
    match web::block(move || drawings(&inner, number)).await {
        Ok(Ok(all)) => {
            let labels = all.iter().map(Drawing::svg).collect();
            render(&SheetTemplate { en: visitor.en, number, labels })
        }
        Ok(Err(error)) => undrawn(&page, &visitor, &error),
        Err(error) => {
            problem(&page, &visitor, &Words::new(error.to_string(), error.to_string()), "/print")
        }
    }
}

/// The size of the pages. The word landscape is not used: Chromium then ignores the size.
pub(super) async fn css(page: Data<Page>, number: Path<i64>) -> impl Responder {
    let job = page.outbox.read(|db| print_by_number(db, *number)).ok().flatten();
    let paper = job.and_then(|job| PaperName::of(&job.paper));
    let (width, height) = match paper {
        Some(PaperName::Ours(paper)) => paper.size_mm(),
        Some(PaperName::Waste(size)) => (size.side_mm(), size.side_mm()),
        None => return HttpResponse::NotFound().finish(),
    };
    let text = format!(
        "@page{{size:{width}mm {height}mm;margin:0}}\n\
         body{{margin:0;font:16px sans-serif}}\n\
         .tl-label{{display:block;break-after:page}}\n\
         .tl-label:last-of-type{{break-after:auto}}\n\
         @media screen{{.tl-label{{margin:1rem;border:1px solid #888}} p{{margin:1rem}}}}\n\
         @media print{{p{{display:none}}}}\n"
    );
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(text)
}
