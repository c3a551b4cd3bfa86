//! Rolls of labels printed ahead: leased codes, each once, bound later by scanning.
//!
//! A code on a roll is never drawn for anything else, so that a label on the shelf stays free. No
//! entry is made: the entry that names the code is the first fact about it.

use actix_web::Responder;
use actix_web::web::{Data, Form, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::code::{Code, CodeKind};

use super::super::Page;
use super::super::answer::{Frame, Submission, capture, render};
use super::super::guard::{Act, Visitor};
use crate::capture::{codes, refuse};
use crate::label::{Content, Sheet};
use crate::outbox::{NewPrint, ROLL, WriteError};

/// Most labels of one roll.
const LABELS_MAX: i64 = 200;

#[derive(Template)]
#[template(path = "roll.html")]
struct RollTemplate {
    frame: Frame,
    most: i64,
}

pub(super) async fn form(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let frame = Frame::new(&page, &visitor, "预印标签", "Labels printed ahead");
    render(&RollTemplate { frame, most: LABELS_MAX })
}

#[derive(Debug, Deserialize)]
pub(super) struct RollForm {
    #[serde(default)]
    once: String,
    kind: String,
    count: String,
}

pub(super) async fn print(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<RollForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/label/roll" };
    let (inner, who) = (page.clone(), visitor.clone().into_inner());
    capture(&page, submission, move |tx, context| {
        let kind = codes::kind_of(&form.kind)
            .filter(|kind| matches!(kind, CodeKind::Batch | CodeKind::Sample))
            .ok_or_else(|| refuse("预印批次或样品标签", "batches or samples are printed ahead"))?;
        let count: i64 = form.count.trim().parse().unwrap_or(0);
        if !(1..=LABELS_MAX).contains(&count) {
            return Err(refuse(
                format!("数量应为 1 至 {LABELS_MAX}"),
                format!("the number is from 1 to {LABELS_MAX}"),
            ));
        }
        let (paper, printer) = inner.printers.paper_for(kind);
        let mut drawn: Vec<Code> = Vec::new();
        while drawn.len() < usize::try_from(count).unwrap_or(0) {
            let code = codes::draw(tx, &context.site)?;
            // Kept at once, so that the next draw does not give it again.
            tx.keep_roll(0, std::slice::from_ref(&code))?;
            drawn.push(code);
        }
        let first = drawn.first().cloned().ok_or_else(|| refuse("没有号码", "no codes"))?;
        let snapshot = context.site.snapshot.as_ref();
        let sheet = Sheet {
            kind,
            code: first,
            host: snapshot.map_or("TLTRACE.EXAMPLE", |it| it.qr_host.as_str()).to_owned(),
            title: "预印标签".to_owned(),
            lines: Vec::new(),
            party: snapshot.map_or_else(String::new, |it| it.party_name.clone()),
            at: String::new(),
        };
        let content = Content::Roll { sheet, codes: drawn.clone() };
        let sheet =
            serde_json::to_string(&content).map_err(|error| WriteError::Form(error.to_string()))?;
        let number = tx.queue_print(&NewPrint {
            printer: printer.map_or_else(String::new, |it| it.name.clone()),
            paper: paper.name().to_owned(),
            what: ROLL.to_owned(),
            code: String::new(),
            copies: count,
            reason: None,
            national_code: None,
            sheet,
            operator: who.operator.as_ref().map(ToString::to_string),
        })?;
        tx.name_roll(number)?;
        Ok("/print".to_owned().into())
    })
    .await
}
