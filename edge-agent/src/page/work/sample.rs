//! 取样: a sample of one or more batches.

use actix_web::Responder;
use actix_web::web::{Data, Form, Query, ReqData};
use askama::Template;
use serde::Deserialize;

use super::Prefill;
use crate::capture::refuse;
use crate::capture::sample::{self, Sampling};
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, render};
use crate::page::form;
use crate::page::guard::{Act, Visitor};

#[derive(Template)]
#[template(path = "sample.html")]
struct SampleTemplate {
    frame: Frame,
    batches: String,
}

pub(in crate::page) async fn sample_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Prefill>,
) -> impl Responder {
    let frame = Frame::new(&page, &visitor, "取样", "Sample");
    render(&SampleTemplate { frame, batches: query.batches.clone() })
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
}

pub(in crate::page) async fn sample(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<SampleForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/sample" };
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
        let done = sample::take(
            tx,
            context,
            &Sampling {
                code: form::code(&form.code)?,
                batches: batches.into_iter().map(|input| input.batch).collect(),
                increments,
                lab_name: form::text(&form.lab_name),
            },
        )?;
        Ok(done.into())
    })
    .await
}
