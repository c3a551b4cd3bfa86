//! 工序: a run of a node is started and closed.

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, Query, ReqData};
use askama::Template;
use serde::Deserialize;

use super::{Prefill, no_node};
use crate::capture::{process, refuse};
use crate::outbox::state;
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, problem, render};
use crate::page::form;
use crate::page::guard::{Act, Visitor};
use crate::page::home::nodes;

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsTemplate {
    frame: Frame,
    nodes: Vec<(String, String)>,
    inputs: String,
    runs: Vec<(String, String, String)>,
}

pub(in crate::page) async fn runs(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Prefill>,
) -> impl Responder {
    let runs = match page.outbox.read(state::open_runs) {
        Ok(runs) => runs,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    render(&RunsTemplate {
        frame: Frame::new(&page, &visitor, "工序", "Runs"),
        nodes: nodes(&page.site.now()),
        inputs: query.inputs.clone(),
        runs,
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct StartForm {
    #[serde(default)]
    once: String,
    node: String,
    operation: String,
    inputs: String,
}

pub(in crate::page) async fn start(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<StartForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/runs" };
    capture(&page, submission, move |tx, context| {
        let node = form::id(&form.node)?.ok_or_else(no_node)?;
        let inputs = form::inputs(tx, context, &form.inputs)?;
        let done = process::start(tx, context, &node, &form.operation, &inputs)?;
        Ok(done.into())
    })
    .await
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct CloseForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    outputs: String,
}

pub(in crate::page) async fn close(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<CloseForm>,
) -> impl Responder {
    let (id, form) = (id.into_inner(), form.into_inner());
    let once = form.once.clone();
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/runs" };
    capture(&page, submission, move |tx, context| {
        let run = form::id(&id)?.ok_or_else(|| refuse("没有这个工序", "there is no such run"))?;
        let outputs = form::outputs(tx, context, &form.outputs)?;
        let done = process::close(tx, context, run, &outputs)?;
        Ok(done.into())
    })
    .await
}
