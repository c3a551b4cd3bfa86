//! `tltrace-flow/1`: nodes, streams and opening stocks of one period.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::answer::{Amounts, Shown};
use super::read;
use super::refused::{Refusal, Stop};
use super::{ENTRIES_MAX, EXACT_BUDGET};
use crate::flow::{Composition, FlowOrigin, FlowSheet, Node, Solved, Stream};
use crate::number::{Ratio, Wide};

pub(super) fn answer(case: &Value) -> Value {
    let answered = read_sheet(case).map_err(Stop::from).and_then(|sheet| {
        match solve::<Ratio>(&sheet, EXACT_BUDGET) {
            Err(Stop::Budget) => solve::<Wide>(&sheet, u64::MAX),
            other => other,
        }
    });
    match answered {
        Ok(answer) => answer,
        Err(Stop::Refused(refusal)) => refusal.answer(),
        Err(Stop::Budget) => Refusal::new("too_large", "numbers beyond any bound").answer(),
    }
}

fn read_sheet(case: &Value) -> Result<FlowSheet, Refusal> {
    read::units(case)?;
    let mut sheet = FlowSheet::default();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (index, node) in read::list(case, "nodes", false)?.iter().enumerate() {
        let name = match node {
            Value::Object(_) => read::name(node, "id")?,
            other => read::name(&json!({ "id": other }), "id")?,
        };
        if name.is_empty() {
            return Err(Refusal::new("empty_id", "a node without a name").at("index", index));
        }
        if numbers.insert(name.clone(), index).is_some() {
            let message = format!("{name} is declared twice");
            return Err(Refusal::new("duplicate_id", message).at("node", name));
        }
        sheet.nodes.push(Node { name, opening: Ratio::from_integer(0.into()) });
    }
    read_openings(case, &numbers, &mut sheet)?;
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (index, item) in read::list(case, "streams", false)?.iter().enumerate() {
        let stream = read_stream(item, &numbers).map_err(|refusal| {
            let name = item.get("id").and_then(Value::as_str).unwrap_or("");
            refusal.at("stream", name).at("index", index)
        })?;
        if seen.insert(stream.name.clone(), index).is_some() {
            let message = format!("{} is declared twice", stream.name);
            let refusal = Refusal::new("duplicate_id", message);
            return Err(refusal.at("stream", stream.name).at("index", index));
        }
        sheet.streams.push(stream);
    }
    Ok(sheet)
}

fn read_openings(
    case: &Value,
    numbers: &HashMap<String, usize>,
    sheet: &mut FlowSheet,
) -> Result<(), Refusal> {
    let openings = match case.get("opening_tl_kg") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(openings)) => openings,
        Some(_) => {
            let message = "opening_tl_kg is no object of nodes";
            return Err(Refusal::field("not_an_object", "opening_tl_kg", message));
        }
    };
    for (name, amount) in openings {
        let Some(number) = numbers.get(name) else {
            let message = format!("opening_tl_kg names {name}, which is no node");
            return Err(Refusal::new("unknown_id", message).at("id", name.clone()));
        };
        let amount = read::number_of(amount, "opening_tl_kg");
        sheet.nodes[*number].opening = amount.map_err(|no| no.at("node", name.clone()))?;
    }
    Ok(())
}

fn read_stream(item: &Value, numbers: &HashMap<String, usize>) -> Result<Stream, Refusal> {
    let end = |field: &str| match read::optional_name(item, field)? {
        None => Ok(None),
        Some(name) => match numbers.get(&name) {
            Some(number) => Ok(Some(*number)),
            None => {
                let message = format!("{field} names {name}, which is no node");
                Err(Refusal::field("unknown_id", field, message).at("id", name))
            }
        },
    };
    let name = read::name(item, "id")?;
    if name.is_empty() {
        return Err(Refusal::new("empty_id", "a stream without a name"));
    }
    Ok(Stream { from: end("from")?, to: end("to")?, amount: read::number(item, "tl_kg")?, name })
}

fn solve<S: Shown>(sheet: &FlowSheet, budget: u64) -> Result<Value, Stop> {
    let solved: Solved<S> = sheet.solve(budget)?;
    let entries: usize = solved.streams.iter().chain(&solved.stocks).map(|c| c.len()).sum();
    if entries > ENTRIES_MAX {
        let message = format!("the answer would list more than {ENTRIES_MAX} amounts by origin");
        return Err(Refusal::new("too_large", message).into());
    }
    let shown = |composition: &Composition<S>| {
        let mut amounts = Amounts::<S>::new();
        for (origin, amount) in composition {
            match origin {
                FlowOrigin::Opening(node) => {
                    amounts.add(&format!("OPEN:{}", sheet.nodes[*node].name), amount);
                }
                FlowOrigin::Stream(index) => amounts.add(&sheet.streams[*index].name, amount),
            }
        }
        amounts.shown()
    };
    let (mut closing, mut stocks, mut streams) = (Map::new(), Map::new(), Map::new());
    for ((node, amount), composition) in sheet.nodes.iter().zip(&solved.closing).zip(&solved.stocks)
    {
        closing.insert(node.name.clone(), amount.shown());
        if !composition.is_empty() {
            stocks.insert(node.name.clone(), shown(composition));
        }
    }
    for (stream, composition) in sheet.streams.iter().zip(&solved.streams) {
        streams.insert(stream.name.clone(), shown(composition));
    }
    Ok(json!({
        "status": "ok",
        "arithmetic": S::ARITHMETIC,
        "closing_tl_kg": closing,
        "stream_origins_kg": streams,
        "closing_origins_kg": stocks,
    }))
}
