//! The values of a body, one by one, for a form that changes some of them.
//!
//! A place is a path into the body as it was signed. Texts stay texts and numbers numbers; leaving
//! a field blank takes the member out, and the kind's own reader says whether it could. What
//! devices sent, files and uncertainties are kept as they are.

use serde_json::Value;
use tl_domain::quantity::{Basis, ContentUnit, MassUnit};

use super::super::desk::Desk;
use super::super::part::{Choice, Field, FieldKind};
use super::super::story;
use super::super::typed::Typed;
use crate::i18n::Words;

/// Members that a form leaves alone.
const KEPT: [&str; 5] = ["raw", "blobs", "uncertainty", "calibration", "what"];
/// Values that one form shows; a longer record is withdrawn and recorded anew.
const VALUES_MAX: usize = 200;

/// One value of a body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Member names and list indices from the body's root.
    path: Vec<String>,
    /// The value as text.
    pub(super) text: String,
}

/// Every value that can be changed, in the order of the body.
pub(super) fn places(body: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    collect(body, &mut Vec::new(), &mut found);
    found.truncate(VALUES_MAX);
    found
}

fn collect(value: &Value, path: &mut Vec<String>, found: &mut Vec<Place>) {
    let mut push = |text: String| found.push(Place { path: path.clone(), text });
    match value {
        Value::String(text) => push(text.clone()),
        Value::Number(number) => push(number.to_string()),
        Value::Bool(flag) => push(flag.to_string()),
        Value::Null => {}
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                path.push(i.to_string());
                collect(item, path, found);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !KEPT.contains(&name.as_str()))
            {
                path.push(name.clone());
                collect(member, path, found);
                path.pop();
            }
        }
    }
}

impl Place {
    /// Name of its field.
    pub(super) fn name(&self) -> String {
        format!("value-{}", self.path.join("-"))
    }

    /// What it stands in: the line of a list, or nothing.
    pub(super) fn group(&self) -> Option<(&str, &str)> {
        let at = self.path.iter().position(|step| step.parse::<usize>().is_ok())?;
        Some((self.path.get(at.checked_sub(1)?)?, self.path.get(at)?))
    }

    /// The same in words.
    pub(super) fn group_words(&self, t: Words) -> String {
        match self.group() {
            Some((list, index)) => {
                let number = index.parse::<usize>().map_or(0, |index| index + 1);
                format!("{} {number}", word(t, list))
            }
            None => t.correct_values_heading().to_owned(),
        }
    }

    /// Its field: a list where the masters or the units have one.
    pub(super) fn field(&self, desk: &Desk, typed: &Typed) -> Field {
        let steps: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let named = steps.iter().filter(|step| step.parse::<usize>().is_err());
        let named: Vec<&str> = named.copied().filter(|step| *step != "value").collect();
        let list = self.group().map(|(list, _)| list);
        let shown = named.iter().filter(|step| Some(**step) != list || named.len() == 1);
        let label: Vec<String> = shown.map(|step| word(desk.t, step)).collect();
        let kind = match choices(desk, named.last().copied().unwrap_or(""), &self.text) {
            Some(choices) => FieldKind::Choose(choices),
            None => FieldKind::Text,
        };
        typed.field(&self.name(), &label.join(" · "), kind)
    }

    /// Puts what was typed in its place; blank takes the member out.
    pub(super) fn put(&self, body: &mut Value, typed: &str) {
        let Some((last, above)) = self.path.split_last() else { return };
        let parent = above.iter().try_fold(body, |value, step| match value {
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
            Value::Object(members) => members.get_mut(step),
            _ => None,
        });
        let new = |old: &Value| match old {
            Value::Number(_) => typed.parse().map_or_else(|_| typed.into(), Value::Number),
            Value::Bool(_) => typed.parse().map_or_else(|_| typed.into(), Value::Bool),
            _ => typed.into(),
        };
        match parent {
            Some(Value::Object(members)) if typed.is_empty() => drop(members.remove(last)),
            Some(Value::Object(members)) => {
                if let Some(value) = members.get_mut(last) {
                    *value = new(value);
                }
            }
            Some(Value::Array(items)) => {
                let value = last.parse::<usize>().ok().and_then(|i| items.get_mut(i));
                if let Some(value) = value {
                    *value = new(value);
                }
            }
            _ => {}
        }
    }
}

/// What a value can be, where that is known; the value itself is always among it.
fn choices(desk: &Desk, member: &str, now: &str) -> Option<Vec<Choice>> {
    let names = &desk.names;
    let mut found: Vec<Choice> = match member {
        "material" => names.materials.iter().map(|m| Choice::new(m.id.as_str(), &m.name)).collect(),
        "node" => names.nodes.iter().map(|n| Choice::new(n.id.as_str(), &n.name)).collect(),
        "place" => names.places.iter().map(|p| Choice::new(p.id.as_str(), &p.name)).collect(),
        "stream" => names.streams.iter().map(|s| Choice::new(s.id.as_str(), &s.name)).collect(),
        "meter" => names.meters.iter().map(|m| Choice::new(m.id.as_str(), &m.name)).collect(),
        "basis" => Basis::ALL.iter().map(|b| Choice::new(b.sign(), desk.t.basis(*b))).collect(),
        "unit" => units(now),
        _ => return None,
    };
    if found.is_empty() {
        return None;
    }
    if found.iter().all(|choice| choice.value != now) {
        found.insert(0, Choice::new(now, now));
    }
    Some(found)
}

/// Units of the same kind as the one that stands there.
fn units(now: &str) -> Vec<Choice> {
    let signs: Vec<&str> = if now.parse::<MassUnit>().is_ok() {
        MassUnit::ALL.iter().map(|unit| unit.sign()).collect()
    } else if now.parse::<ContentUnit>().is_ok() {
        ContentUnit::ALL.iter().map(|unit| unit.sign()).collect()
    } else {
        Vec::new()
    };
    signs.into_iter().map(|sign| Choice::new(sign, story::unit_sign(sign))).collect()
}

/// A member's name in words; its own name where screens have none.
fn word(t: Words, member: &str) -> String {
    let words = match member {
        "material" => t.material(),
        "node" => t.node(),
        "place" => t.place(),
        "location" => t.location(),
        "stream" => t.stream(),
        "meter" => t.meter(),
        "method" => t.method(),
        "gross" => t.gross(),
        "tare" => t.tare(),
        "net" => t.net(),
        "mass" => t.mass(),
        "amount" => t.amount(),
        "volume" => t.volume_word(),
        "moisture" => t.moisture_word(),
        "density" => t.density(),
        "content" | "contents" => t.mean_content(),
        "result" | "determinations" => t.results(),
        "analyte" => t.substance_word(),
        "unit" => t.unit(),
        "basis" => t.basis_word(),
        "is" => t.qualifier(),
        "limit" => t.limit_word(),
        "lod" => t.lod_word(),
        "code" => t.code(),
        "ticket" => t.ticket(),
        "number" => t.number_word(),
        "manual" => t.manual_reason(),
        "origin" => t.origin_word(),
        "supplier" => t.supplier(),
        "batch" | "parents" => t.batch_word(),
        "run" => t.run_word(),
        "sample" => t.sample_word(),
        "parts" => t.parts(),
        "inputs" => t.inputs(),
        "outputs" => t.outputs(),
        "lines" | "line" => t.line_word(),
        "from" => t.from(),
        "to" => t.to(),
        "span" => t.span(),
        "start" => t.reading_start(),
        "end" => t.reading_end(),
        "source" => t.rests_on(),
        "purpose" => t.purpose_standing(),
        "standing" => t.standing_word(),
        "side" => t.side_word(),
        "lab" => t.laboratory(),
        "lab_name" => t.lab_name(),
        "report_number" => t.report_number(),
        "increments" => t.increments(),
        "reason" => t.reason(),
        "decision" => t.decision_word(),
        "operation" => t.operation(),
        "witness" => t.stock_witness(),
        "waste_code" => t.waste_code(),
        "manifest_number" => t.manifest_number(),
        "at" => t.reference_moment(),
        "name" => t.name(),
        other => return other.to_owned(),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests;
