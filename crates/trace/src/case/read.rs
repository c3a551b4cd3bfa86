//! Fields of a case, each read with its name so that what is wrong can be said.

use serde_json::Value;

use super::ITEMS_MAX;
use super::refused::Refusal;
use crate::number::{self, Ratio};

/// An exact number, as text or as a JSON number.
pub(super) fn number(owner: &Value, field: &str) -> Result<Ratio, Refusal> {
    match owner.get(field) {
        None => Err(missing(field)),
        Some(value) => number_of(value, field),
    }
}

/// An exact number that may be absent.
pub(super) fn optional_number(owner: &Value, field: &str) -> Result<Option<Ratio>, Refusal> {
    match owner.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => number_of(value, field).map(Some),
    }
}

/// What a value says as a number.
pub(super) fn number_of(value: &Value, field: &str) -> Result<Ratio, Refusal> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => other.to_string(),
    };
    number::parse(&text).map_err(|wrong| {
        const SHOWN_MAX: usize = 40;
        let shown: String = text.chars().take(SHOWN_MAX).collect();
        Refusal::field("not_a_number", field, format!("{field} is \"{shown}\", {wrong}"))
    })
}

/// A name.
pub(super) fn name(owner: &Value, field: &str) -> Result<String, Refusal> {
    optional_name(owner, field)?.ok_or_else(|| missing(field))
}

/// A name that may be absent.
pub(super) fn optional_name(owner: &Value, field: &str) -> Result<Option<String>, Refusal> {
    match owner.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Refusal::field("not_a_name", field, format!("{field} is no text"))),
    }
}

/// A list; an absent one is `missing_field` unless it may be.
pub(super) fn list<'a>(
    owner: &'a Value,
    field: &str,
    optional: bool,
) -> Result<&'a [Value], Refusal> {
    match owner.get(field) {
        Some(Value::Array(items)) if items.len() > ITEMS_MAX => {
            let message = format!("{field} has {} items, at most {ITEMS_MAX}", items.len());
            Err(Refusal::field("too_large", field, message))
        }
        Some(Value::Array(items)) => Ok(items),
        None | Some(Value::Null) if optional => Ok(&[]),
        None => Err(missing(field)),
        Some(_) => Err(Refusal::field("not_a_list", field, format!("{field} is no list"))),
    }
}

/// The case's units are those that its fields are named after.
pub(super) fn units(case: &Value) -> Result<(), Refusal> {
    for (key, wanted) in [("mass", "t"), ("tl", "kg")] {
        match case.get("units").and_then(|units| units.get(key)) {
            None | Some(Value::Null) => {}
            Some(Value::String(unit)) if unit == wanted => {}
            Some(other) => {
                let message = format!("units.{key} is {other}, but the fields are in {wanted}");
                return Err(Refusal::field("unknown_unit", key, message));
            }
        }
    }
    Ok(())
}

fn missing(field: &str) -> Refusal {
    Refusal::field("missing_field", field, format!("{field} is missing"))
}
