//! 装车: batches leave with a delivery note or a manifest.

use actix_web::Responder;
use actix_web::web::{Data, Form, Query, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::event::HandoverKind;
use tl_domain::ids::OperatorId;
use tl_wire::snapshot::SnapshotUser;

use super::{Prefill, no_node};
use crate::capture::handover::{self, Dispatch};
use crate::capture::{Context, refuse};
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, problem, render};
use crate::page::form;
use crate::page::guard::{Act, Visitor};
use crate::page::home::nodes;
use crate::page::sign_in::{confirm, find_user};
use crate::words::Words;

#[derive(Template)]
#[template(path = "dispatch.html")]
struct DispatchTemplate {
    frame: Frame,
    nodes: Vec<(String, String)>,
    node: String,
    inputs: String,
    users: Vec<SnapshotUser>,
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
        users: page.site.now().users().to_vec(),
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
    #[serde(default)]
    want: String,
    #[serde(default)]
    signer: String,
    #[serde(default)]
    pin: String,
}

pub(in crate::page) async fn dispatch(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<DispatchForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let signed = match sign(&page, &form).await {
        Ok(signed) => signed,
        Err(words) => return problem(&page, &visitor, &words, "/dispatch"),
    };
    let submission =
        Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/dispatch" };
    capture(&page, submission, move |tx, context| {
        let signer = signed.or_else(|| context.operator.clone());
        let context = &Context { site: context.site.clone(), operator: signer };
        let loaded = form.inputs.lines().filter(|line| !line.trim().is_empty()).count();
        if let Some(want) = form::text(&form.want)
            && want.parse() != Ok(loaded)
        {
            return Err(refuse(
                format!("已扫 {loaded} 件,应装 {want} 件;请补扫,或改应装件数"),
                format!(
                    "{loaded} of {want} pieces are scanned; scan the rest or correct the number"
                ),
            ));
        }
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

/// Who signs with a PIN; a manifest needs one, other papers may go by the session.
async fn sign(page: &Data<Page>, form: &DispatchForm) -> Result<Option<OperatorId>, Words> {
    if form.pin.is_empty() {
        if form.kind == "manifest" {
            return Err(Words::new("联单须由签发人输入 PIN", "a manifest needs the signer's PIN"));
        }
        return Ok(None);
    }
    let site = page.site.now();
    let user = find_user(site.users(), "", &form.signer)
        .cloned()
        .ok_or_else(|| Words::new("请选择签发人", "choose the signer"))?;
    let (inner, pin) = (page.clone(), form.pin.clone());
    match actix_web::web::block(move || confirm(&inner, user, &pin)).await {
        Ok(confirmed) => confirmed.map(|user| Some(user.operator)),
        Err(error) => Err(Words::new(error.to_string(), error.to_string())),
    }
}
