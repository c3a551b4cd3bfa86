//! Replacing and adding to the flows of an owner, and keeping the book stock that sums them.

use std::collections::BTreeMap;

use super::task::clear;
use crate::ids::{EntryId, MaterialId};
use crate::project::books::Books;
use crate::project::object::Object;
use crate::project::rows::{End, FlowRow, HoldingRow, Row, RowKey, TaskRow};
use crate::project::verdict::Verdict;
use crate::quantity::WetMass;
use crate::time::Micros;

/// Puts the flows of an owner in place of those it had, numbered from 0, and moves the book stock
/// by the difference. Sums are exact, so the stock does not depend on the order of corrections.
pub(super) fn replace_flows<B: Books>(
    books: &mut B,
    owner: EntryId,
    mut flows: Vec<FlowRow>,
) -> Result<(), B::Error> {
    for (line, flow) in (0..).zip(&mut flows) {
        flow.owner = owner;
        flow.line = line;
    }
    let old = books.flows(owner)?;
    if old == flows {
        return Ok(());
    }
    for flow in old.iter().skip(flows.len()) {
        books.remove(&RowKey::flow(owner, flow.line))?;
    }
    write(books, owner, &old, flows)
}

/// Adds flows behind the `given` ones that an owner has, and puts the first anew when it changed.
pub(super) fn add_flows<B: Books>(
    books: &mut B,
    owner: EntryId,
    first: Option<(FlowRow, FlowRow)>,
    (given, mut flows): (u32, Vec<FlowRow>),
) -> Result<(), B::Error> {
    for (line, flow) in (given..).zip(&mut flows) {
        flow.owner = owner;
        flow.line = line;
    }
    let mut old = Vec::new();
    if let Some((new, before)) = first.filter(|(new, before)| new != before) {
        old.push(before);
        flows.insert(0, new);
    }
    if flows.is_empty() { Ok(()) } else { write(books, owner, &old, flows) }
}

/// Writes flows and moves the book stock by how they differ from those they replace.
fn write<B: Books>(
    books: &mut B,
    owner: EntryId,
    old: &[FlowRow],
    new: Vec<FlowRow>,
) -> Result<(), B::Error> {
    let mut changes = Changes::new();
    for flow in old {
        note(&mut changes, flow, -WetMass(1.into()));
    }
    for flow in &new {
        note(&mut changes, flow, WetMass(1.into()));
    }
    let last = old.iter().chain(&new).map(|flow| flow.until).max().unwrap_or_default();
    let at = (owner, last);
    for flow in new {
        books.put(Row::Flow(flow))?;
    }
    for ((end, material), change) in changes {
        if change != WetMass::ZERO {
            move_holding(books, &at, &end, material, change)?;
        }
    }
    Ok(())
}

type Changes = BTreeMap<(End, MaterialId), WetMass>;

fn note(changes: &mut Changes, flow: &FlowRow, sign: WetMass) {
    let Some(material) = &flow.material else {
        return;
    };
    // A mass given dry without a moisture is booked as it is: the next stock take settles it.
    let Some(mass) = flow.wet.or_else(|| flow.dry.map(|dry| WetMass(dry.0))) else {
        return;
    };
    let signed = WetMass(mass.0 * sign.0);
    for (end, amount) in [(&flow.from, -signed), (&flow.to, signed)] {
        if matches!(end, End::Held { .. }) {
            *changes.entry((end.clone(), material.clone())).or_default() += amount;
        }
    }
}

fn move_holding<B: Books>(
    books: &mut B,
    at: &(EntryId, Micros),
    end: &End,
    material: MaterialId,
    change: WetMass,
) -> Result<(), B::Error> {
    let End::Held { node, place } = end else {
        return Ok(());
    };
    let key = RowKey::holding(node, place.as_ref(), &material);
    let before = match books.row(&key)? {
        Some(Row::Holding(row)) => row.wet,
        _ => WetMass::ZERO,
    };
    let wet = before + change;
    if let Some(place) = place {
        let name = format!("grams {node} {material}");
        set_overdraw(books, at, &Object::Place(place.clone()), name, wet)?;
    }
    if wet == WetMass::ZERO {
        books.remove(&key)
    } else {
        let row = HoldingRow { node: node.clone(), place: place.clone(), material, wet };
        books.put(Row::Holding(row))
    }
}

/// A pile runs out on paper before it is empty: accepted, shown, settled by a stock take. The task
/// stays while any material of the place is below zero, and names each with its grams.
fn set_overdraw<B: Books>(
    books: &mut B,
    (entry, since): &(EntryId, Micros),
    place: &Object,
    name: String,
    wet: WetMass,
) -> Result<(), B::Error> {
    let verdict = Verdict::Overdraw;
    let object = place.to_string();
    let known = match books.row(&RowKey::task(&object, verdict))? {
        Some(Row::Task(task)) => Some(task),
        _ => None,
    };
    if known.is_none() && wet >= WetMass::ZERO {
        return Ok(());
    }
    let (entry, since) = (*entry, *since);
    let mut task =
        known.unwrap_or(TaskRow { object, verdict, entry, since, count: 1, detail: Vec::new() });
    task.detail.retain(|(known, _)| *known != name);
    if wet < WetMass::ZERO {
        task.detail.push((name, wet.0.normalize().to_string()));
        task.detail.sort();
    }
    if task.detail.is_empty() { clear(books, place, verdict) } else { books.put(Row::Task(task)) }
}
