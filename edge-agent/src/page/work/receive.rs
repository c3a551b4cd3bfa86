//! 接收: what others have dispatched to this site, and its reception line by line.

use std::collections::BTreeMap;

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, Query, ReqData};
use askama::Template;
use tl_domain::event::Decision;
use tl_wire::snapshot::ExpectedArrival;

use super::{Prefill, no_node};
use crate::capture::handover::{self, Arrived, Reception};
use crate::outbox::WriteError;
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, go, problem, render};
use crate::page::form;
use crate::page::guard::{Act, Visitor};
use crate::page::home::nodes;
use crate::site::Site;
use crate::words::Words;

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

pub(in crate::page) async fn expected(
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

pub(in crate::page) async fn receive_form(
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

pub(in crate::page) async fn receive(
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
