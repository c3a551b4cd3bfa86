//! 装车: batches leave with a delivery note or a manifest.

use actix_web::Responder;
use actix_web::web::{Data, Form, Query, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::event::HandoverKind;

use super::{Prefill, no_node};
use crate::capture::handover::{self, Dispatch};
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, render};
use crate::page::form;
use crate::page::guard::{Act, Visitor};
use crate::page::home::nodes;

#[derive(Template)]
#[template(path = "dispatch.html")]
struct DispatchTemplate {
    frame: Frame,
    nodes: Vec<(String, String)>,
    node: String,
    inputs: String,
}

pub(in crate::page) async fn dispatch_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Prefill>,
) -> impl Responder {
    render(&DispatchTemplate {
        frame: Frame::new(&page, &visitor, "装车", "Dispatch"),
        nodes: nodes(&page.site.now()),
        node: page.node.as_ref().map(ToString::to_string).unwrap_or_default(),
        inputs: query.inputs.clone(),
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct DispatchForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    manifest_number: String,
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    code: String,
    inputs: String,
}

pub(in crate::page) async fn dispatch(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<DispatchForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/dispatch" };
    capture(&page, submission, move |tx, context| {
        let dispatch = Dispatch {
            code: form::code(&form.code)?,
            kind: if form.kind == "manifest" {
                HandoverKind::Manifest
            } else {
                HandoverKind::Delivery
            },
            manifest_number: form::text(&form.manifest_number),
            from: form::id(&form.from)?.ok_or_else(no_node)?,
            to: form::id(&form.to)?,
            inputs: form::inputs(tx, context, &form.inputs)?,
        };
        let done = handover::dispatch(tx, context, &dispatch)?;
        Ok(done.into())
    })
    .await
}
