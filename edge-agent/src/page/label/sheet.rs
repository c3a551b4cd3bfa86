//! What the label of a code says, from the working state, the signed entry and the masters.
//!
//! Only what is known here is said; nothing is guessed, and no risk of thallium is named. It is
//! read
//! through the caller's connection, so that a label can be asked for with what it is about.

use tl_domain::code::{Code, CodeKind};
use tl_domain::event::{Body, Master, MaterialClass};

use super::super::Page;
use super::super::guard::Visitor;
use super::super::home::shown;
use crate::capture::codes;
use crate::label::Sheet;
use crate::outbox::{Db, Query, owner_of_code, sample_by_code, signed_entry, state};
use crate::site::Site;

/// Facts of a label: name and value.
type Facts = Vec<(String, String)>;

/// What the label of a code says.
///
/// # Errors
/// The outbox can't be read.
pub(super) fn of(
    db: &mut Db,
    page: &Page,
    visitor: &Visitor,
    kind: CodeKind,
    code: &Code,
) -> Query<Sheet> {
    let site = page.site.now();
    let snapshot = site.snapshot.as_ref();
    let (title, mut lines) = match kind {
        CodeKind::Batch => batch(db, visitor, &site, code)?,
        CodeKind::Sample => sample(db, page, &site, code)?,
        CodeKind::Handover => handover(db, &site, code)?,
        CodeKind::Place | CodeKind::Command => place(&site, code),
    };
    lines.retain(|(_, value)| !value.is_empty());
    let clock = &page.outbox.shared().clock;
    Ok(Sheet {
        kind,
        code: code.clone(),
        host: snapshot.map_or("TLTRACE.EXAMPLE", |it| it.qr_host.as_str()).to_owned(),
        title,
        lines,
        party: snapshot.map_or_else(String::new, |it| it.party_name.clone()),
        at: clock.moment(clock.wall()).at().format("%Y-%m-%d %H:%M").to_string(),
    })
}

fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn batch(db: &mut Db, visitor: &Visitor, site: &Site, code: &Code) -> Query<(String, Facts)> {
    let Some(batch) = state::batch_by_code(db, site, code)? else {
        return Ok((String::new(), Vec::new()));
    };
    let view = shown(site, visitor, &batch);
    let mut lines = vec![fact("环节", view.node)];
    let id = batch.id.to_string();
    if let Some((_, entry)) = signed_entry(db, &id)?
        && let Body::BatchRegister(register) = &entry.body
    {
        lines.push(fact("来源", register.supplier.as_ref().map_or("", |it| it.as_str())));
        lines.push(fact("净重(湿)", view.left));
        let moisture = register.moisture.as_ref().and_then(|it| serde_json::to_value(it).ok());
        let moisture = moisture.as_ref().and_then(|it| it.get("value")).and_then(|it| it.as_str());
        lines.push(fact("水分", moisture.map_or(String::new(), |value| format!("{value} %"))));
        lines.push(fact("磅单", register.ticket.as_ref().map_or("", |it| it.number.as_str())));
        let at = entry.head.observed_at.at().format("%Y-%m-%d %H:%M").to_string();
        lines.push(fact("到厂", at));
    } else {
        lines.push(fact("重量", view.left));
    }
    Ok((view.material, lines))
}

fn sample(db: &mut Db, page: &Page, site: &Site, code: &Code) -> Query<(String, Facts)> {
    if let Some(sample) = sample_by_code(db, code)? {
        let at = page.outbox.shared().clock.moment(sample.taken_micros);
        let at = at.at().format("%Y-%m-%d %H:%M").to_string();
        // A blind number stands on the pot, never what the sample is of.
        let title = sample.lab_name.unwrap_or_else(|| "样品".to_owned());
        return Ok((title, vec![fact("取样", at)]));
    }
    let known = site.sample_of_code(code.as_str());
    let title = known.and_then(|it| it.lab_name.clone()).unwrap_or_else(|| "样品".to_owned());
    Ok((title, Vec::new()))
}

fn handover(db: &mut Db, site: &Site, code: &Code) -> Query<(String, Facts)> {
    let owner = owner_of_code(db, code)?;
    let entry = match owner {
        Some((_, id)) => signed_entry(db, &id)?,
        None => None,
    };
    let Some(Body::HandoverDispatch(dispatch)) = entry.map(|(_, entry)| entry.body) else {
        return Ok(("交接单".to_owned(), Vec::new()));
    };
    let number = dispatch.manifest_number.clone();
    let title = number.map_or("交接单".to_owned(), |number| format!("联单 {number}"));
    let containers: u32 = dispatch.lines.iter().filter_map(|line| line.containers).sum();
    let count = if containers > 0 { containers.to_string() } else { String::new() };
    let mut lines = vec![
        fact("件数", count),
        fact("收货方", dispatch.to.as_ref().map_or("", |it| it.as_str())),
        fact("承运", dispatch.carrier.as_ref().map_or("", |it| it.as_str())),
    ];
    for line in dispatch.lines.iter().take(4) {
        let material = site.material(line.material.as_str());
        let name = material.map_or(line.material.to_string(), |it| it.name.clone());
        let code = line.waste_code.as_deref().unwrap_or_default();
        let mass = format!("{name} {code} {} {}", line.mass.value, line.mass.unit);
        lines.push(fact(&format!("第 {} 项", line.line), mass));
    }
    if dispatch.lines.len() > 4 {
        lines.push(fact("其余", format!("{} 项", dispatch.lines.len() - 4)));
    }
    Ok((title, lines))
}

fn place(site: &Site, code: &Code) -> (String, Facts) {
    let masters = site.snapshot.iter().flat_map(|snapshot| &snapshot.masters);
    let found = masters.into_iter().find_map(|master| match master {
        Master::Place(place) if place.code.as_ref() == Some(code) => Some(place),
        _ => None,
    });
    let Some(place) = found else { return ("仓位".to_owned(), Vec::new()) };
    let node = site.nodes().find(|node| node.id == place.node);
    let material = place.material.as_ref().and_then(|id| site.material(id.as_str()));
    let lines = vec![
        fact("节点", node.map_or(place.node.as_str(), |node| node.name.as_str())),
        fact("常存", material.map_or("", |it| it.name.as_str())),
    ];
    (place.name.clone(), lines)
}

/// Whether a batch is of a material that is hazardous waste.
///
/// # Errors
/// The outbox can't be read.
pub(super) fn is_waste(db: &mut Db, site: &Site, code: &Code) -> Query<bool> {
    let batch = state::batch_by_code(db, site, code)?;
    let material = batch.and_then(|batch| site.material(&batch.material).cloned());
    Ok(material.is_some_and(|it| it.waste_code.is_some() || it.class == MaterialClass::Waste))
}

/// Name of a kind, for words.
pub(super) fn zh(kind: &str) -> &'static str {
    match codes::kind_of(kind) {
        Some(CodeKind::Batch) => "批次",
        Some(CodeKind::Sample) => "样品",
        Some(CodeKind::Handover) => "交接单",
        Some(CodeKind::Place | CodeKind::Command) => "仓位",
        None => "预印标签",
    }
}
