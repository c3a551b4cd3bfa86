//! `tltrace-case/1`: stores and events are read and applied one by one, so that what is refused is
//! the first thing wrong in the order of the case.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::EXACT_BUDGET;
use super::answer::{Shown, of_book};
use super::read;
use super::refused::{Refusal, Stop};
use crate::book::{
    Basis, Book, Draw, Event, Fill, LOSS, Mode, Quantity, Reason, Run, Source, Target, Weight,
};
use crate::number::{Ratio, Wide};

pub(super) fn answer(case: &Value) -> Value {
    let stopped = match solve::<Ratio>(case, EXACT_BUDGET) {
        Err(Stop::Budget) => solve::<Wide>(case, u64::MAX),
        other => other,
    };
    match stopped {
        Ok(answer) => answer,
        Err(Stop::Refused(refusal)) => refusal.answer(),
        Err(Stop::Budget) => Refusal::new("too_large", "numbers beyond any bound").answer(),
    }
}

fn solve<S: Shown>(case: &Value, budget: u64) -> Result<Value, Stop> {
    let book = read_book::<S>(case, budget)?;
    of_book(&book, budget)
}

/// Reads and applies a whole case.
pub(super) fn read_book<S: Shown>(case: &Value, budget: u64) -> Result<Book<S>, Stop> {
    read::units(case)?;
    match case.get("rule") {
        None | Some(Value::Null) => {}
        Some(Value::String(rule)) if rule == "proportional" => {}
        Some(other) => {
            let message = format!("the rule {other} is unknown; wanted \"proportional\"");
            return Err(Refusal::field("unknown_rule", "rule", message).into());
        }
    }
    let mut book = Book::with_budget(budget);
    for (index, store) in read::list(case, "stores", true)?.iter().enumerate() {
        add_store(&mut book, store).map_err(|stop| placed(stop, "store", index, store))?;
    }
    let events = read::list(case, "events", false)?;
    for (index, event) in events.iter().enumerate() {
        let done = read_event(event, index).map_err(Stop::from).and_then(|typed| {
            book.apply(typed).map_err(|reason| Stop::from(told(reason, &events[index..])))
        });
        done.map_err(|stop| placed(stop, "event", index, event))?;
    }
    Ok(book)
}

/// Adds where it happened to a refusal.
fn placed(stop: Stop, what: &str, index: usize, item: &Value) -> Stop {
    match stop {
        Stop::Refused(refusal) => {
            Stop::Refused(refusal.at(what, event_name(item, index)).at("index", index))
        }
        Stop::Budget => Stop::Budget,
    }
}

fn event_name(event: &Value, index: usize) -> String {
    let named = ["id", "batch"].iter().find_map(|key| event.get(key).and_then(Value::as_str));
    named.map_or_else(|| format!("#{index}"), str::to_owned)
}

fn add_store<S: Shown>(book: &mut Book<S>, store: &Value) -> Result<(), Stop> {
    let name = read::name(store, "id")?;
    let mode = match read::optional_name(store, "mode")?.as_deref() {
        Some("mixed") => Mode::Mixed,
        Some("fifo") => Mode::Fifo,
        Some("lifo") => Mode::Lifo,
        Some("lot") => Mode::Lot,
        other => {
            let shown = other.unwrap_or("missing");
            let message = format!("mode is {shown}; wanted mixed, fifo, lifo or lot");
            return Err(Refusal::field("unknown_mode", "mode", message).into());
        }
    };
    Ok(book.add_store(&name, mode)?)
}

fn read_event(event: &Value, index: usize) -> Result<Event, Refusal> {
    match event.get("type").and_then(Value::as_str) {
        Some("source") => Ok(Event::Source(Source {
            batch: read::name(event, "batch")?,
            mass: read::number(event, "mass_t")?,
            substance: read::number(event, "tl_kg")?,
        })),
        Some("transform" | "move") => Ok(Event::Run(Run {
            id: event_name(event, index),
            inputs: each(event, "in", read_draw)?,
            outputs: each(event, "out", read_fill)?,
            account: None,
        })),
        _ => {
            let found = event.get("type").map_or_else(|| "missing".to_owned(), Value::to_string);
            let message = format!("type is {found}; wanted source, transform or move");
            Err(Refusal::field("unknown_event", "type", message))
        }
    }
}

fn each<T>(
    event: &Value,
    field: &str,
    one: impl Fn(&Value) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let items = read::list(event, field, false)?.iter().enumerate();
    items.map(|(at, item)| one(item).map_err(|no| no.at("at", format!("{field}[{at}]")))).collect()
}

fn read_draw(item: &Value) -> Result<Draw, Refusal> {
    let all = item.get("mass_t").and_then(Value::as_str) == Some("all");
    let quantity =
        if all { Quantity::All } else { Quantity::Tonnes(read::number(item, "mass_t")?) };
    let lot = read::optional_name(item, "lot")?;
    Ok(Draw { from: read::name(item, "from")?, lot, quantity })
}

fn read_fill(item: &Value) -> Result<Fill, Refusal> {
    let rest = item.get("mass_t").and_then(Value::as_str) == Some("rest");
    let weight = if rest { Weight::Rest } else { Weight::Tonnes(read::number(item, "mass_t")?) };
    let basis = match read::optional_number(item, "tl_share")? {
        Some(share) => Basis::Share(share),
        None => Basis::Mass,
    };
    let to = read::name(item, "to")?;
    let to = if to == LOSS { Target::Loss } else { Target::Holder(to) };
    Ok(Fill { to, lot: read::optional_name(item, "lot")?, weight, basis })
}

/// Tells a name that is never made from one that only a later event makes, and that from a loop:
/// the later event needs, by way of others, what the refused event would have made.
fn told(reason: Reason, events: &[Value]) -> Reason {
    let Reason::UnknownId { id } = reason else { return reason };
    let mut makers: HashMap<&str, (usize, &Value)> = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        let source = event.get("batch").and_then(Value::as_str);
        for made in names(event, "out", "to").into_iter().chain(source) {
            makers.entry(made).or_insert((index, event));
        }
    }
    let Some((index, maker)) = makers.get(id.as_str()) else { return Reason::UnknownId { id } };
    let mut came_from: HashMap<&str, &str> = HashMap::new();
    let mut seen: HashSet<&str> = HashSet::from([id.as_str()]);
    let mut open = vec![id.as_str()];
    while let Some(batch) = open.pop() {
        let Some((index, event)) = makers.get(batch) else { continue };
        for input in names(event, "in", "from") {
            if *index == 0 && input == id {
                let mut through = vec![id.clone()];
                let mut at = batch;
                let mut back = Vec::new();
                while at != id.as_str() {
                    back.push(at.to_owned());
                    at = came_from.get(at).copied().unwrap_or(id.as_str());
                }
                through.extend(back.into_iter().rev());
                through.push(id);
                return Reason::Loop { through };
            }
            if seen.insert(input) {
                came_from.insert(input, batch);
                open.push(input);
            }
        }
    }
    let by = event_name(maker, *index);
    Reason::MadeLater { id, by }
}

fn names<'a>(event: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
    let items = event.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| item.get(field).and_then(Value::as_str)).collect()
}
