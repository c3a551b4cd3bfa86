//! 接收: what others have dispatched to this site, and its reception line by line.

use std::collections::BTreeMap;

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, Query, ReqData};
use askama::Template;
use rust_decimal::Decimal;
use tl_domain::code::CodeKind;
use tl_domain::event::Decision;
use tl_wire::snapshot::ExpectedArrival;

use super::{Prefill, no_node};
use crate::capture::difference;
use crate::capture::handover::{self, Arrived, Reception};
use crate::capture::refuse;
use crate::config::GateConfig;
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

/// What is expected: code, its shown form, shipper, first line.
pub(in crate::page) fn expected_list(site: &Site) -> Vec<(String, String, String, String)> {
    let name = |id: &str| site.material(id).map_or(id.to_owned(), |it| it.name.clone());
    let arrivals = site.snapshot.iter().flat_map(|snapshot| &snapshot.expected);
    let shown = |arrival: &ExpectedArrival| {
        let lines = &arrival.dispatch.lines;
        let first = lines.first().map_or_else(String::new, |line| {
            format!("{} {} {}", name(line.material.as_str()), line.mass.value, line.mass.unit)
        });
        let more = if lines.len() > 1 { format!(" × {}", lines.len()) } else { String::new() };
        let code = &arrival.dispatch.code;
        let from = arrival.from_name.clone();
        (code.as_str().to_owned(), code.display(), from, format!("{first}{more}"))
    };
    arrivals.map(shown).collect()
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
    let expected = expected_list(&site);
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
    let gate = page.gate.clone();
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        let arrival = arrival(&context.site, &code)
            .ok_or_else(|| WriteError::Refused(not_expected(&code)))?;
        let reception = reception(arrival, &form)?;
        explained(arrival, &reception, &gate)?;
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
        let code = form::code_of(field(&format!("code_{number}")), CodeKind::Batch)?;
        lines.push(Arrived { line: number, mass, refused, code });
    }
    Ok(Reception {
        arrival: arrival.clone(),
        node: form::id(field("node"))?.ok_or_else(no_node)?,
        decision,
        reason: form::text(field("reason")),
        lines,
    })
}

/// A large difference between shipped and received needs words.
fn explained(
    arrival: &ExpectedArrival,
    reception: &Reception,
    gate: &GateConfig,
) -> Result<(), WriteError> {
    if reception.reason.is_some() || reception.decision == Decision::Refuse {
        return Ok(());
    }
    let most = gate.receive_difference_kg.value() * Decimal::ONE_THOUSAND;
    for arrived in &reception.lines {
        let Some(shipped) = arrival.dispatch.lines.iter().find(|it| it.line == arrived.line) else {
            continue;
        };
        let (shipped, net) = (shipped.mass.grams(), arrived.mass.grams());
        let refused = arrived.refused.as_ref().map_or(Decimal::ZERO, |mass| mass.grams());
        let net = net + refused;
        let percent = gate.net_difference_percent.value();
        // Zero per cent gives the words of any difference at all.
        let shown = match difference::difference(shipped, net, percent) {
            None if (net - shipped).abs() > most => {
                difference::difference(shipped, net, Decimal::ZERO)
            }
            shown => shown,
        };
        if let Some(shown) = shown {
            let line = arrived.line;
            return Err(refuse(
                format!("第 {line} 行较发货 {shown},请填写差异说明"),
                format!("line {line} is {shown} against what was shipped; explain the difference"),
            ));
        }
    }
    Ok(())
}
