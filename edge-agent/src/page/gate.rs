//! 到厂登记, the batch's card and 过磅.

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, Query, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::code::Code;
use tl_domain::event::Origin;
use tl_wire::snapshot::KnownSample;

use super::Page;
use super::answer::{Frame, Outcome, Submission, capture, go, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use super::home::{Shown, materials, nodes, shown};
use crate::capture::receive::{self, Register};
use crate::capture::refuse;
use crate::capture::weigh::{self, Side, Weighed, Weighing};
use crate::outbox::{sample_by_code, state};
use crate::words::Words;

#[derive(Debug, Deserialize)]
pub(super) struct CodeQuery {
    #[serde(default)]
    code: String,
}

/// A scan anywhere: to the batch or sample it names, to its handover, or to a new arrival.
pub(super) async fn find(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<CodeQuery>,
) -> impl Responder {
    let code = match form::one_code(&query.code) {
        Ok(code) => code,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    let site = page.site.now();
    let found = page
        .outbox
        .read(|db| Ok((state::batch_by_code(db, &site, &code)?, sample_by_code(db, &code)?)));
    match found {
        Ok((Some(batch), _)) => go(&visitor, &format!("/batch/{}", batch.id)),
        Ok((None, Some(sample))) => go(&visitor, &format!("/entry/{}", sample.id)),
        Ok((None, None)) => {
            if let Some(sample) = site.sample_of_code(code.as_str()) {
                return problem(&page, &visitor, &taken_elsewhere(sample, &code), "/");
            }
            let arrivals = site.snapshot.iter().flat_map(|snapshot| &snapshot.expected);
            if arrivals.into_iter().any(|arrival| arrival.dispatch.code == code) {
                return go(&visitor, &format!("/receive/{}", code.as_str()));
            }
            go(&visitor, &format!("/arrive?code={}", code.as_str()))
        }
        Err(error) => problem(&page, &visitor, &error.words(), "/"),
    }
}

/// A sample that is known but has no entry here.
fn taken_elsewhere(sample: &KnownSample, code: &Code) -> Words {
    let (code, name) = (code.display(), sample.lab_name.as_deref().unwrap_or("—"));
    Words::new(
        format!("{code} 是样品标签(实验室编号 {name}),取样不在本机;检测结果可按此编码匹配"),
        format!(
            "{code} is a sample (lab name {name}) taken elsewhere; results can be matched to it"
        ),
    )
}

#[derive(Template)]
#[template(path = "arrive.html")]
struct ArriveTemplate {
    frame: Frame,
    code: String,
    materials: Vec<(String, String)>,
    nodes: Vec<(String, String)>,
    node: String,
}

pub(super) async fn arrive_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<CodeQuery>,
) -> impl Responder {
    let site = page.site.now();
    render(&ArriveTemplate {
        frame: Frame::new(&page, &visitor, "到厂登记", "Arrival"),
        code: query.code.clone(),
        materials: materials(&site),
        nodes: nodes(&site),
        node: page.node.as_ref().map(ToString::to_string).unwrap_or_default(),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct ArriveForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    code: String,
    material: String,
    #[serde(default)]
    origin: String,
    #[serde(default)]
    node: String,
    #[serde(default)]
    supplier: String,
    #[serde(default)]
    declared: String,
    #[serde(default = "kilograms")]
    unit: String,
    #[serde(default)]
    lot: String,
}

fn kilograms() -> String {
    "kg".to_owned()
}

pub(super) async fn arrive(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<ArriveForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let default_node = page.node.clone();
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/arrive" };
    capture(&page, submission, move |tx, context| {
        let node = form::id(&form.node)?
            .or(default_node)
            .ok_or_else(|| refuse("请选择节点", "choose a node"))?;
        let declared = match form::text(&form.declared) {
            Some(value) => Some(form::mass(&value, &form.unit)?),
            None => None,
        };
        let done = receive::register(
            tx,
            context,
            &Register {
                code: form::code(&form.code)?,
                material: form::id(&form.material)?
                    .ok_or_else(|| refuse("请选择物料", "choose a material"))?,
                origin: if form.origin == "production" {
                    Origin::Production
                } else {
                    Origin::Arrival
                },
                node,
                stream: None,
                supplier: form::id(&form.supplier)?,
                dispatch: None,
                declared,
                lot: form::text(&form.lot),
                ticket: None,
                raw: None,
            },
        )?;
        let card = format!("/batch/{}", done.entry.id);
        Ok(Outcome::from(done).at(card))
    })
    .await
}

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchTemplate {
    frame: Frame,
    batch: Shown,
    code: String,
    scales: Vec<String>,
    printer: bool,
}

pub(super) async fn card(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let site = page.site.now();
    match page.outbox.read(|db| state::batch_by_id(db, &site, &id)) {
        Ok(Some(batch)) => {
            let name = batch.name();
            let (zh, en) = (format!("批次 {name}"), format!("Batch {name}"));
            render(&BatchTemplate {
                frame: Frame::new(&page, &visitor, &zh, &en),
                code: batch.code.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
                batch: shown(&site, &visitor, &batch),
                scales: page.scales.keys().cloned().collect(),
                printer: page.printer.is_some(),
            })
        }
        Ok(None) => {
            let words = Words::new("本机没有这个批次", "this batch is not known here");
            problem(&page, &visitor, &words, "/")
        }
        Err(error) => problem(&page, &visitor, &error.words(), "/"),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct WeighForm {
    #[serde(default)]
    once: String,
    side: Side,
    #[serde(default)]
    scale: String,
    #[serde(default)]
    value: String,
    #[serde(default = "kilograms")]
    unit: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn weigh(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<WeighForm>,
) -> impl Responder {
    let (id, form) = (id.into_inner(), form.into_inner());
    let back = format!("/batch/{id}");
    let purpose = format!("{id} {}", form.side.en());
    let scale = page.scales.get(&form.scale).cloned();
    let (weighing, phase) = match weight(&form, scale.as_deref(), &purpose) {
        Ok(found) => found,
        Err(words) => return problem(&page, &visitor, &words, &back),
    };
    // Both sides of one truck are two forms of one page: their `once` must differ.
    let once = format!("{}{}", form.once, form.side.en());
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: &back };
    let side = form.side;
    capture(&page, submission, move |tx, context| {
        let batch = state::batch_by_id(tx.connection, &context.site, &id)?
            .ok_or_else(|| refuse("本机没有这个批次", "this batch is not known here"))?;
        let outcome = match weigh::weigh(tx, context, &batch, side, weighing)? {
            Weighed::Waiting(words) => Outcome::from(format!("/batch/{id}")).saying(words),
            Weighed::Recorded(done) => Outcome::from(*done),
        };
        if let (Some(scale), Some(phase)) = (&scale, phase) {
            scale.claim(phase, &purpose)?;
        }
        Ok(outcome)
    })
    .await
}

/// The scale's stable weight, or the typed one with its reason.
fn weight(
    form: &WeighForm,
    scale: Option<&crate::port::Scale>,
    purpose: &str,
) -> Result<(Weighing, Option<u64>), Words> {
    if form.scale.is_empty() {
        let typed = form::decimal(&form.value)
            .and_then(|value| Weighing::typed(value, form::mass_unit(&form.unit)?, &form.reason));
        return typed.map(|weighing| (weighing, None)).map_err(|error| error.words());
    }
    let scale = scale.ok_or_else(|| {
        Words::new(format!("没有秤“{}”", form.scale), format!("there is no scale {}", form.scale))
    })?;
    scale.capture(purpose).map(|(weighing, phase)| (weighing, Some(phase)))
}
