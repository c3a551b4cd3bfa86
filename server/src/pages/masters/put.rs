//! The form that puts a master record in a new version, for every kind that pages set up.
//!
//! The record is read as it would be signed: what the form does not show (uncertainties, contents
//! of other substances) stays as it was. An id that is taken is refused, never overwritten.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tl_domain::event::{Master, MasterPut};
use tl_domain::ids::RecordId;
use tl_domain::project::MasterRow;

use super::super::capture::{Capture, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::fields::{DEFAULT, default_fields, field, usual_of};
use super::kind_words;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::PutMaster;
use crate::error::Failure;
use crate::usecase;

/// Puts the record of a path: its kind and id, or `new`.
#[derive(Deserialize)]
pub(crate) struct Put(String, String);

/// The id in the path of a record that is not there yet.
const NEW: &str = "new";

/// How a member of a record is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Whole,
    Flag,
    /// An end of a stream: `outside`, or a node.
    End,
}

/// A member by name; `true` when it must be there.
type Member = (&'static str, Form, bool);

/// The members that a form of a kind shows, besides id and name.
const MEMBERS: [(&str, &[Member]); 6] = [
    (
        "site",
        &[
            ("offset_minutes", Form::Whole, true),
            ("day_start_hour", Form::Whole, true),
            ("close_day", Form::Whole, true),
        ],
    ),
    ("node", &[("site", Form::Text, true), ("kind", Form::Text, true)]),
    (
        "place",
        &[("node", Form::Text, true), ("material", Form::Text, false), ("code", Form::Text, false)],
    ),
    (
        "material",
        &[
            ("class", Form::Text, true),
            ("waste_code", Form::Text, false),
            ("counted", Form::Flag, true),
            ("moisture", Form::Text, false),
        ],
    ),
    (
        "stream",
        &[
            ("from", Form::End, true),
            ("to", Form::End, true),
            ("material", Form::Text, true),
            ("role", Form::Text, true),
        ],
    ),
    ("meter", &[("kind", Form::Text, true), ("site", Form::Text, true)]),
];

fn members(what: &str) -> Option<&'static [Member]> {
    MEMBERS.iter().find(|(kind, _)| *kind == what).map(|(_, members)| *members)
}

/// Whether a kind has a form.
pub(super) fn has_form(what: &str) -> bool {
    members(what).is_some()
}

impl Put {
    /// The record as it stands, where it is no new one.
    fn standing(&self, app: &App, desk: &Desk) -> Result<Option<MasterRow>, Failure> {
        if members(&self.0).is_none() {
            return Err(Failure::not_found());
        }
        if self.1 == NEW {
            return Ok(None);
        }
        let found = app.store.master(&desk.party.party, &self.0, &self.1)?;
        found.map(Some).ok_or_else(Failure::not_found)
    }
}

impl Capture for Put {
    type Needs = PutMaster;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let standing = self.standing(app, desk)?;
        typed.usual("active", standing.as_ref().is_none_or(|row| row.active).to_string());
        let record = standing.and_then(|row| serde_json::to_value(row.record).ok());
        for (member, _, _) in members(&self.0).unwrap_or_default() {
            let text = match record.as_ref().and_then(|record| record.get(*member)) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Object(node)) => {
                    node.get("node").and_then(Value::as_str).unwrap_or_default().to_owned()
                }
                Some(value) => value.to_string(),
                None if record.is_none() => usual_of(desk, member).to_owned(),
                None => continue,
            };
            typed.usual(member, text);
        }
        let Some(record) = record else { return Ok(()) };
        typed.usual("name", record["name"].as_str().unwrap_or_default());
        if let Some(row) = standing_default(&record, &desk.substance) {
            for member in DEFAULT {
                let text = row.get(member).and_then(Value::as_str).unwrap_or_default();
                typed.usual(&format!("default-{member}"), text);
            }
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let standing = self.standing(app, desk)?;
        let what = self.0.as_str();
        let list = format!("/masters?what={what}");
        let mut form = new_form(desk, typed, t.sign_and_record(), &list);
        let mut first = vec![typed.field("name", t.name(), FieldKind::Text).required()];
        if standing.is_none() {
            let id = typed.field("id", t.code(), FieldKind::Text);
            first.insert(0, id.required().hint(t.master_id_hint()));
        }
        form.line(first);
        let fields = members(what).unwrap_or_default().iter();
        form.line(
            fields.map(|(member, _, must)| field(desk, typed, what, member, *must)).collect(),
        );
        if what == "material" {
            form.group(t.default_of(&desk.substance), default_fields(desk, typed));
        }
        let states = vec![Choice::new("true", t.in_use()), Choice::new("false", t.out_of_use())];
        let mut last = vec![typed.list_field("active", t.state(), states).required()];
        last.extend(typed.when_fields());
        form.line(last);
        let crumbs = [(t.masters(), "/masters"), (kind_words(t, what), list.as_str())];
        let title = match &standing {
            Some(_) => format!("{} · {}", kind_words(t, what), self.1),
            None => t.new_master_of(kind_words(t, what)),
        };
        Ok(form_sheet(desk, &title, &crumbs, t.master_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<PutMaster>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let what = self.0.as_str();
        let standing = self.standing(app, desk)?;
        let id = match &standing {
            Some(_) => Some(self.1.clone()),
            None => typed.pick::<RecordId>("id").map(|id| id.to_string()),
        };
        let taken = match &id {
            Some(id) if standing.is_none() => {
                id == NEW || app.store.master(&desk.party.party, what, id)?.is_some()
            }
            _ => false,
        };
        if taken {
            let words = desk.t.master_id_taken();
            typed.error("id", words);
        }
        let name = typed.required("name");
        let mut record = match standing.map(|row| serde_json::to_value(row.record)) {
            Some(Ok(Value::Object(record))) => record,
            _ => Map::new(),
        };
        for (member, form, must) in members(what).unwrap_or_default() {
            read_member(desk, typed, &mut record, member, *form, *must);
        }
        if what == "material" {
            read_default(desk, typed, &mut record);
        }
        let sent = typed.sent(desk.offset);
        let (Some(id), Some(name)) = (id, name) else { return Ok(None) };
        record.extend(
            [("what", what.into()), ("id", id.into()), ("name", name.into())]
                .map(|(member, value): (&str, Value)| (member.to_owned(), value)),
        );
        if typed.is_wrong() {
            return Ok(None);
        }
        let record = match serde_json::from_value::<Master>(Value::Object(record)) {
            Ok(record) => record,
            Err(error) => {
                typed.whole = desk.t.not_that_kind(error);
                return Ok(None);
            }
        };
        let body = MasterPut { record, active: typed.text("active") != "false" };
        usecase::masters::put(app, permit, sent, body)?;
        Ok(Some(format!("/masters?what={what}&done=put")))
    }
}

/// Whether a value of a list is in it: a record that is not there can't be named.
fn is_known(desk: &Desk, member: &str, text: &str) -> bool {
    let names = &desk.names;
    match member {
        "site" => names.sites.iter().any(|site| site.id.as_str() == text),
        "material" => names.materials.iter().any(|material| material.id.as_str() == text),
        "node" | "from" | "to" => names.nodes.iter().any(|node| node.id.as_str() == text),
        _ => true,
    }
}

fn read_member(
    desk: &Desk,
    typed: &mut Typed,
    record: &mut Map<String, Value>,
    member: &str,
    form: Form,
    must: bool,
) {
    if must {
        drop(typed.required(member));
    }
    let text = typed.text(member).to_owned();
    if text.is_empty() {
        record.remove(member);
        return;
    }
    let outside = form == Form::End && text == "outside";
    if !outside && !is_known(desk, member, &text) {
        let words = desk.t.not_in_list(&text);
        typed.error(member, words);
        return;
    }
    let value: Option<Value> = match (form, member) {
        (Form::Whole, _) => typed.maybe::<i64>(member).map(Value::from),
        (Form::Flag, _) => Some((text == "true").into()),
        (Form::End, _) if !outside => Some(json!({ "node": text })),
        (_, "moisture") => typed.decimal(member).map(|value| value.as_str().into()),
        (_, "code") => typed.code(member).map(|code| code.as_str().into()),
        _ => Some(text.into()),
    };
    if let Some(value) = value {
        record.insert(member.to_owned(), value);
    }
}

fn standing_default<'a>(record: &'a Value, substance: &str) -> Option<&'a Map<String, Value>> {
    let rows = record.get("defaults")?.as_array()?.iter();
    rows.filter_map(Value::as_object)
        .find(|row| row.get("analyte").and_then(Value::as_str) == Some(substance))
}

/// The default content of the substance: all of it, or none.
fn read_default(desk: &Desk, typed: &mut Typed, record: &mut Map<String, Value>) {
    let others = record.remove("defaults").and_then(|rows| match rows {
        Value::Array(rows) => Some(rows),
        _ => None,
    });
    let mut rows: Vec<Value> = others.unwrap_or_default();
    rows.retain(|row| row["analyte"] != json!(desk.substance));
    if let Some(value) = typed.decimal("default-value") {
        let percent = typed.decimal("default-percent");
        for member in ["percent", "source"] {
            drop(typed.required(&format!("default-{member}")));
        }
        let mut row = json!({
            "analyte": desk.substance,
            "value": value.as_str(),
            "unit": typed.text("default-unit"),
            "percent": percent.as_ref().map_or("", |percent| percent.as_str()),
            "source": typed.text("default-source"),
        });
        let basis = typed.text("default-basis");
        if !basis.is_empty() {
            row["basis"] = basis.into();
        }
        rows.push(row);
    }
    if !rows.is_empty() {
        record.insert("defaults".to_owned(), Value::Array(rows));
    }
}
