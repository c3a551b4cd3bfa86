//! 取样: a sample of one or more batches.

use actix_web::Responder;
use actix_web::web::{Data, Form, Query, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::code::{Code, CodeKind};

use super::Prefill;
use crate::capture::refuse;
use crate::capture::sample::{self, Fewer, Sampling};
use crate::outbox::state::BatchView;
use crate::outbox::{Pot, Tx, WriteError, pot_of, sample_by_code, sample_by_id};
use crate::page::Page;
use crate::page::answer::{Frame, Outcome, Submission, capture, render};
use crate::page::form;
use crate::page::guard::{Act, Visitor};
use crate::words::Words;

#[derive(Template)]
#[template(path = "sample.html")]
struct SampleTemplate {
    frame: Frame,
    batches: String,
    code: String,
}

pub(in crate::page) async fn sample_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Prefill>,
) -> impl Responder {
    let frame = Frame::new(&page, &visitor, "取样", "Sample");
    render(&SampleTemplate { frame, batches: query.batches.clone(), code: query.code.clone() })
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct SampleForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    code: String,
    batches: String,
    #[serde(default)]
    increments: String,
    #[serde(default)]
    lab_name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    reason: String,
}

pub(in crate::page) async fn sample(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<SampleForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let plan = page.gate.increments.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/sample" };
    let (inner, who) = (page.clone(), visitor.clone().into_inner());
    capture(&page, submission, move |tx, context| {
        let batches = form::inputs(tx, context, &form.batches)?;
        let increments = form::text(&form.increments)
            .map(|text| {
                text.parse::<u32>().map_err(|_| {
                    refuse(
                        format!("份样数“{text}”应为整数"),
                        format!("increments {text:?} must be a whole number"),
                    )
                })
            })
            .transpose()?;
        let batches: Vec<_> = batches.into_iter().map(|input| input.batch).collect();
        let code = form::code_of(&form.code, CodeKind::Sample)?;
        if let Some(code) = &code {
            free(tx, code)?;
        }
        let planned = batches.iter().filter_map(|batch| plan.get(&batch.material)).max();
        let fewer = fewer(planned.copied(), increments, &form.reason)?;
        let names = batches.iter().map(BatchView::name).collect::<Vec<_>>().join(" ");
        let mut done = sample::take(
            tx,
            context,
            &Sampling {
                code,
                batches,
                increments,
                lab_name: form::text(&form.lab_name),
                fewer: fewer.clone(),
            },
        )?;
        let role = match form.role.as_str() {
            role @ ("duplicate" | "retained") => role,
            _ => "sample",
        };
        tx.keep_pot(&Pot {
            sample: done.entry.id.to_string(),
            batches: names,
            role: role.to_owned(),
            sent_micros: None,
        })?;
        done.notices.extend(fewer.map(|it| {
            let Fewer { planned, taken, reason } = it;
            Words::new(
                format!("份样 {taken} 份,少于计划 {planned} 份:{reason}"),
                format!("{taken} increments instead of {planned}: {reason}"),
            )
        }));
        let pot = sample_by_id(tx.connection, &done.entry.id.to_string())?;
        let code = pot.and_then(|pot| pot.code?.parse().ok());
        Outcome::from(done).labelled(tx, &inner, &who, CodeKind::Sample, code.as_ref())
    })
    .await
}

/// A pot stands for one sample: says which batches it was used for.
fn free(tx: &mut Tx<'_>, code: &Code) -> Result<(), WriteError> {
    let Some(known) = sample_by_code(tx.connection, code)? else {
        return Ok(());
    };
    let batches = pot_of(tx.connection, &known.id)?.map_or_else(String::new, |pot| pot.batches);
    Err(refuse(
        format!("该样签 {} 已用于批次 {batches};请换一个样瓶标签", code.display()),
        format!("pot {} was used for batch {batches} already; take a new pot", code.display()),
    ))
}

/// Fewer increments than planned need a reason and are marked.
fn fewer(
    planned: Option<u32>,
    taken: Option<u32>,
    reason: &str,
) -> Result<Option<Fewer>, WriteError> {
    let (Some(planned), Some(taken)) = (planned, taken) else {
        return Ok(None);
    };
    if taken >= planned {
        return Ok(None);
    }
    if reason.trim().is_empty() {
        return Err(refuse(
            format!("份样 {taken} 份,计划 {planned} 份;请填写原因,或补足份样"),
            format!("{taken} increments, {planned} are planned; give a reason or take the rest"),
        ));
    }
    Ok(Some(Fewer { planned, taken, reason: reason.trim().to_owned() }))
}
