//! 到厂登记, the batch's card and 过磅: the steps of receiving a load.

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, Query, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::code::CodeKind;
use tl_domain::event::Origin;

use super::Page;
use super::answer::{Frame, Outcome, Submission, capture, problem, render};
use super::difference::tonnes;
use super::form;
use super::guard::{Act, Visitor};
use super::home::{Shown, materials, nodes, shown};
use super::work::expected_list;
use crate::capture::receive::{self, Register};
use crate::capture::weigh::{self, Side, Weighed, Weighing};
use crate::capture::{Context, difference, refuse};
use crate::outbox::state::BatchView;
use crate::outbox::{Arrival, Tx, WriteError, arrival_of, habit_of, state};
use crate::words::Words;

#[derive(Debug, Deserialize)]
pub(super) struct CodeQuery {
    #[serde(default)]
    pub(super) code: String,
}

/// What a person chose last, remembered by the field's name.
const HABITS: [&str; 3] = ["material", "node", "supplier"];

#[derive(Template)]
#[template(path = "arrive.html")]
struct ArriveTemplate {
    frame: Frame,
    code: String,
    materials: Vec<(String, String)>,
    material: String,
    nodes: Vec<(String, String)>,
    node: String,
    supplier: String,
    expected: Vec<(String, String, String, String)>,
    stream: bool,
}

fn arrive_page(page: &Page, visitor: &Visitor, code: &str, stream: bool) -> ArriveTemplate {
    let site = page.site.now();
    let operator = visitor.operator.as_ref().map(ToString::to_string).unwrap_or_default();
    let habit = |field: &str| {
        page.outbox.read(|db| habit_of(db, &operator, field)).ok().flatten().unwrap_or_default()
    };
    let own = page.node.as_ref().map(ToString::to_string).unwrap_or_default();
    let [material, node, supplier] = HABITS.map(habit);
    let title =
        if stream { ("连续收料", "Receive in a row") } else { ("到厂登记", "Arrival") };
    ArriveTemplate {
        frame: Frame::new(page, visitor, title.0, title.1),
        code: code.to_owned(),
        materials: materials(&site),
        material,
        nodes: nodes(&site),
        node: if node.is_empty() { own } else { node },
        supplier,
        expected: if stream { Vec::new() } else { expected_list(&site) },
        stream,
    }
}

pub(super) async fn arrive_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<CodeQuery>,
) -> impl Responder {
    render(&arrive_page(&page, &visitor, &query.code, false))
}

/// 连续收料: each scan of a fresh label is an arrival.
pub(super) async fn intake(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    render(&arrive_page(&page, &visitor, "", true))
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
    #[serde(default)]
    plate: String,
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
        let register = arrival(tx, context, &form, default_node)?;
        let declared = register.declared.clone();
        let done = receive::register(tx, context, &register)?;
        let operator = context.operator.as_ref().map(ToString::to_string);
        let now = tx.now();
        tx.keep_arrival(&Arrival {
            batch: done.entry.id.to_string(),
            operator: operator.clone(),
            arrived_micros: tx.happened(now),
            declared_grams: declared.map(|mass| mass.grams().normalize().to_string()),
            plate: form::text(&form.plate),
            question: None,
            words: None,
        })?;
        let values = [&form.material, &form.node, &form.supplier];
        for (field, value) in HABITS.into_iter().zip(values) {
            tx.keep_habit(operator.as_deref().unwrap_or_default(), field, value.trim())?;
        }
        let card = format!("/batch/{}", done.entry.id);
        Ok(Outcome::from(done).at(card))
    })
    .await
}

/// What the form registers; a label that is on a batch already says since when.
fn arrival(
    tx: &mut Tx<'_>,
    context: &Context,
    form: &ArriveForm,
    default_node: Option<tl_domain::ids::NodeId>,
) -> Result<Register, WriteError> {
    let code = form::code_of(&form.code, CodeKind::Batch)?;
    if let Some(code) = &code
        && let Some(known) = state::batch_by_code(tx.connection, &context.site, code)?
    {
        return Err(received(tx, context, &known)?);
    }
    let declared = match form::text(&form.declared) {
        Some(value) => Some(form::mass(&value, &form.unit)?),
        None => None,
    };
    Ok(Register {
        code,
        material: form::id(&form.material)?
            .ok_or_else(|| refuse("请选择物料", "choose a material"))?,
        origin: if form.origin == "production" { Origin::Production } else { Origin::Arrival },
        node: form::id(&form.node)?
            .or(default_node)
            .ok_or_else(|| refuse("请选择节点", "choose a node"))?,
        stream: None,
        supplier: form::id(&form.supplier)?,
        dispatch: None,
        declared,
        lot: form::text(&form.lot),
        ticket: None,
        raw: None,
    })
}

/// `已收过 · 08:41 韦工`.
fn received(
    tx: &mut Tx<'_>,
    context: &Context,
    known: &BatchView,
) -> Result<WriteError, WriteError> {
    let name = known.name();
    let arrival = arrival_of(tx.connection, &known.id.to_string())?;
    let when = arrival.map_or_else(String::new, |it| {
        let at = tx.moment(it.arrived_micros);
        let who = it.operator.map_or_else(String::new, |who| context.site.person(&who));
        format!("{} {who}", at.at().format("%m-%d %H:%M"))
    });
    Ok(refuse(
        format!("{name} 已收过 · {when} · 请查看或更正该批次,或换一张新标签"),
        format!("{name} was received already · {when} · look at it, or take a new label"),
    ))
}

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchTemplate {
    frame: Frame,
    batch: Shown,
    code: String,
    scales: Vec<String>,
    weighed: bool,
    question: String,
    arrived: String,
    declared: String,
    plate: String,
    places: Vec<(String, String)>,
}

pub(super) async fn card(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let site = page.site.now();
    let read =
        page.outbox.read(|db| Ok((state::batch_by_id(db, &site, &id)?, arrival_of(db, &id)?)));
    match read {
        Ok((Some(batch), arrival)) => {
            let asks = arrival.as_ref().is_some_and(|it| it.question.as_deref() == Some("open"));
            let kept = arrival.as_ref().is_some_and(|it| it.question.as_deref() == Some("kept"));
            let words = arrival.as_ref().and_then(|it| it.words.clone()).unwrap_or_default();
            let name = batch.name();
            let (zh, en) = (format!("批次 {name}"), format!("Batch {name}"));
            render(&BatchTemplate {
                frame: Frame::new(&page, &visitor, &zh, &en),
                code: batch.code.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
                batch: shown(&site, &visitor, &batch),
                scales: page.scales.keys().cloned().collect(),
                weighed: batch.left.is_some(),
                question: if asks || kept { words } else { String::new() },
                arrived: arrival.as_ref().map_or_else(String::new, |it| {
                    let at = page.outbox.shared().clock.moment(it.arrived_micros);
                    let who = it.operator.as_ref().map_or_else(String::new, |who| site.person(who));
                    format!("{} {who}", at.at().format("%m-%d %H:%M"))
                }),
                declared: arrival
                    .as_ref()
                    .and_then(|it| it.declared_grams.as_deref())
                    .map_or_else(String::new, tonnes),
                plate: arrival.and_then(|it| it.plate).unwrap_or_default(),
                places: site.places().map(|it| (it.id.to_string(), it.name.clone())).collect(),
            })
        }
        Ok((None, _)) => {
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
    #[serde(default)]
    plate: String,
    #[serde(default)]
    photo: String,
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
    let percent = page.gate.net_difference_percent.clone();
    let photo = match super::paper::photo(&page, &form.photo) {
        Ok(photo) => photo,
        Err(words) => return problem(&page, &visitor, &words, &back),
    };
    let (weighing, phase) = match weight(&form, scale.as_deref(), &purpose) {
        Ok(found) => found,
        Err(words) => return problem(&page, &visitor, &words, &back),
    };
    // Both sides of one truck are two forms of one page: their `once` must differ.
    let once = format!("{}{}", form.once, form.side.en());
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: &back };
    let side = form.side;
    let (inner, who) = (page.clone(), visitor.clone().into_inner());
    capture(&page, submission, move |tx, context| {
        let batch = state::batch_by_id(tx.connection, &context.site, &id)?
            .ok_or_else(|| refuse("本机没有这个批次", "this batch is not known here"))?;
        let plate = plate(tx, &id, &form.plate)?;
        let typed = weighing.manual.is_some();
        let unseen = typed && photo.is_none();
        let weighing = match photo {
            Some(photo) => {
                tx.note_blob(&photo)?;
                Weighing { photos: vec![photo], ..weighing }
            }
            None => weighing,
        };
        let mut outcome = match weigh::weigh(tx, context, &batch, side, weighing)? {
            Weighed::Waiting(words) => Outcome::from(format!("/batch/{id}")).saying(words),
            Weighed::Recorded(done) => {
                let outcome = asked(tx, context, &id, *done, &percent)?;
                outcome.labelled(tx, &inner, &who, CodeKind::Batch, batch.code.as_ref())?
            }
        };
        if unseen {
            outcome = outcome.saying(Words::new(
                "手工录入的重量没有照片,请补拍磅单或仪表",
                "the typed weight has no photo; take one of the ticket or the indicator",
            ));
        }
        if let Some(words) = plate {
            outcome = outcome.saying(words);
        }
        if let (Some(scale), Some(phase)) = (&scale, phase) {
            scale.claim(phase, &purpose)?;
        }
        Ok(outcome)
    })
    .await
}

/// To the entry, or to the question when the net is far from the papers.
fn asked(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    done: crate::capture::Done,
    percent: &tl_domain::quantity::DecimalText,
) -> Result<Outcome, WriteError> {
    let batch = state::batch_by_id(tx.connection, &context.site, id)?;
    let words = match &batch {
        Some(batch) => difference::asks(tx, batch, percent)?,
        None => None,
    };
    let Some(words) = words else {
        return Ok(Outcome::from(done));
    };
    tx.set_question(id, "open", Some(&words))?;
    let question = format!("/batch/{id}/difference");
    Ok(Outcome::from(done).at(question).saying(difference::words(&words)))
}

/// Notes the plate at the scale; another one than at the gate is worth a look.
fn plate(tx: &mut Tx<'_>, id: &str, read: &str) -> Result<Option<Words>, WriteError> {
    let Some(read) = form::text(read) else {
        return Ok(None);
    };
    let plain = |text: &str| text.to_uppercase().replace([' ', '·', '-'], "");
    let known = arrival_of(tx.connection, id)?.and_then(|it| it.plate);
    match known {
        None => {
            tx.set_plate(id, &read)?;
            Ok(None)
        }
        Some(known) if plain(&known) == plain(&read) => Ok(None),
        Some(known) => Ok(Some(Words::new(
            format!("车牌不符:到厂 {known},过磅 {read};请核对是不是同一车"),
            format!("the plate differs: {known} at the gate, {read} at the scale; same truck?"),
        ))),
    }
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
