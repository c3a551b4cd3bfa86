//! 取样, 工序, 装车, 接收 and 盘点: forms in, captures out.

use std::collections::BTreeMap;

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, Query, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::event::{Decision, HandoverKind};
use tl_wire::snapshot::ExpectedArrival;

use super::Page;
use super::answer::{Frame, Submission, capture, go, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use super::home::{materials, nodes};
use crate::capture::handover::{self, Arrived, Dispatch, Reception};
use crate::capture::sample::{self, Sampling};
use crate::capture::{process, refuse};
use crate::outbox::{WriteError, state};
use crate::site::Site;
use crate::words::Words;

#[derive(Debug, Deserialize)]
pub(super) struct Prefill {
    #[serde(default)]
    batches: String,
    #[serde(default)]
    inputs: String,
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "sample.html")]
struct SampleTemplate {
    frame: Frame,
    batches: String,
}

pub(super) async fn sample_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Prefill>,
) -> impl Responder {
    let frame = Frame::new(&page, &visitor, "取样", "Sample");
    render(&SampleTemplate { frame, batches: query.batches.clone() })
}

#[derive(Debug, Deserialize)]
pub(super) struct SampleForm {
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

pub(super) async fn sample(
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

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsTemplate {
    frame: Frame,
    nodes: Vec<(String, String)>,
    inputs: String,
    runs: Vec<(String, String, String)>,
}

pub(super) async fn runs(
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
pub(super) struct StartForm {
    #[serde(default)]
    once: String,
    node: String,
    operation: String,
    inputs: String,
}

pub(super) async fn start(
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
pub(super) struct CloseForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    outputs: String,
}

pub(super) async fn close(
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

#[derive(Template)]
#[template(path = "dispatch.html")]
struct DispatchTemplate {
    frame: Frame,
    nodes: Vec<(String, String)>,
    node: String,
    inputs: String,
}

pub(super) async fn dispatch_form(
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
pub(super) struct DispatchForm {
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

pub(super) async fn dispatch(
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

fn arrival<'a>(site: &'a Site, code: &str) -> Option<&'a ExpectedArrival> {
    let arrivals = site.snapshot.iter().flat_map(|snapshot| &snapshot.expected);
    arrivals.into_iter().find(|arrival| arrival.dispatch.code.as_str() == code)
}

#[derive(Template)]
#[template(path = "expected.html")]
struct ExpectedTemplate {
    frame: Frame,
    expected: Vec<(String, String, String, String)>,
}

pub(super) async fn expected(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Prefill>,
) -> impl Responder {
    if !query.code.is_empty() {
        return match form::one_code(&query.code) {
            Ok(code) => go(&visitor, &format!("/receive/{}", code.as_str())),
            Err(error) => problem(&page, &visitor, &error.words(), "/receive"),
        };
    }
    let site = page.site.now();
    let name = |id: &str| site.material(id).map_or(id.to_owned(), |it| it.name.clone());
    let arrivals = site.snapshot.iter().flat_map(|snapshot| &snapshot.expected);
    let expected = arrivals
        .map(|arrival| {
            let line = arrival.dispatch.lines.first();
            (
                arrival.dispatch.code.as_str().to_owned(),
                arrival.dispatch.code.display(),
                arrival.from_name.clone(),
                line.map_or_else(String::new, |line| {
                    format!(
                        "{} {} {}",
                        name(line.material.as_str()),
                        line.mass.value,
                        line.mass.unit
                    )
                }),
            )
        })
        .collect();
    let frame = Frame::new(&page, &visitor, "接收", "Receive");
    render(&ExpectedTemplate { frame, expected })
}

#[derive(Template)]
#[template(path = "receive.html")]
struct ReceiveTemplate {
    frame: Frame,
    code: String,
    from: String,
    lines: Vec<(u32, String, String, String)>,
    nodes: Vec<(String, String)>,
    node: String,
}

pub(super) async fn receive_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    code: Path<String>,
) -> impl Responder {
    let site = page.site.now();
    let Some(arrival) = arrival(&site, &code) else {
        return problem(&page, &visitor, &not_expected(&code), "/receive");
    };
    let name = |id: &str| site.material(id).map_or(id.to_owned(), |it| it.name.clone());
    let shown = arrival.dispatch.code.display();
    let (zh, en) = (format!("接收 {shown}"), format!("Receive {shown}"));
    render(&ReceiveTemplate {
        frame: Frame::new(&page, &visitor, &zh, &en),
        code: code.clone(),
        from: arrival.from_name.clone(),
        lines: arrival
            .dispatch
            .lines
            .iter()
            .map(|line| {
                let (value, unit) = (line.mass.value.to_string(), line.mass.unit.to_string());
                (line.line, name(line.material.as_str()), value, unit)
            })
            .collect(),
        nodes: nodes(&site),
        node: page.node.as_ref().map(ToString::to_string).unwrap_or_default(),
    })
}

fn not_expected(code: &str) -> Words {
    Words::new(
        format!("预计到货中没有 {code};请联网同步,或按“到厂登记”先登记"),
        format!("{code} is not expected here; connect first, or register it as an arrival"),
    )
}

pub(super) async fn receive(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    code: Path<String>,
    form: Form<BTreeMap<String, String>>,
) -> impl Responder {
    let (code, form) = (code.into_inner(), form.into_inner());
    let once = form.get("once").cloned().unwrap_or_default();
    let back = format!("/receive/{code}");
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        let arrival = arrival(&context.site, &code)
            .ok_or_else(|| WriteError::Refused(not_expected(&code)))?;
        let reception = reception(arrival, &form)?;
        let done = handover::receive(tx, context, &reception)?;
        Ok(done.into())
    })
    .await
}

fn reception(
    arrival: &ExpectedArrival,
    form: &BTreeMap<String, String>,
) -> Result<Reception, WriteError> {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let decision = match field("decision") {
        "part" => Decision::Part,
        "refuse" => Decision::Refuse,
        _ => Decision::Accept,
    };
    let mut lines = Vec::new();
    for line in &arrival.dispatch.lines {
        let number = line.line;
        let unit = match field(&format!("unit_{number}")) {
            "" => line.mass.unit.sign(),
            unit => unit,
        };
        let refused = form::text(field(&format!("refused_{number}")))
            .map(|value| form::mass(&value, unit))
            .transpose()?;
        let mass = form::mass(field(&format!("mass_{number}")), unit)?;
        lines.push(Arrived { line: number, mass, refused });
    }
    Ok(Reception {
        arrival: arrival.clone(),
        node: form::id(field("node"))?.ok_or_else(no_node)?,
        decision,
        reason: form::text(field("reason")),
        lines,
    })
}

#[derive(Template)]
#[template(path = "stock.html")]
struct StockTemplate {
    frame: Frame,
    nodes: Vec<(String, String)>,
    materials: Vec<(String, String)>,
}

pub(super) async fn stock_form(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let frame = Frame::new(&page, &visitor, "盘点", "Stock take");
    render(&StockTemplate { frame, nodes: nodes(&site), materials: materials(&site) })
}

#[derive(Debug, Deserialize)]
pub(super) struct StockForm {
    #[serde(default)]
    once: String,
    node: String,
    lines: String,
}

pub(super) async fn stock(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<StockForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/stock" };
    capture(&page, submission, move |tx, context| {
        let node = form::id(&form.node)?.ok_or_else(no_node)?;
        let lines = form::found(&form.lines)?;
        let done = process::take_stock(tx, context, &node, &lines)?;
        Ok(done.into())
    })
    .await
}

fn no_node() -> WriteError {
    refuse("请选择节点", "choose a node")
}
