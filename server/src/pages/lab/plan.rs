//! The form in which an assay plan is drafted: what, where, how often, by whom, within which term.
//!
//! Whoever sends it is its drafter; it binds once another person approved this very version.

use serde::Deserialize;
use tl_domain::event::{Master, MasterPut};
use tl_domain::ids::RecordId;
use tl_domain::lab::plan::{AssayPlan, Basis, Frequency, ITEMS_MAX, PlanItem, Point};

use super::super::capture::{
    Capture, choosing, chosen, form_sheet, material_choices, new_form, offered,
};
use super::super::desk::Desk;
use super::super::part::{Choice, Field, FieldKind, Form};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::{frequency, lab_choices};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::PutMaster;
use crate::error::Failure;
use crate::usecase;

/// Kind of the record.
const WHAT: &str = "assay_plan";
/// The id in the path of a plan that is not there yet.
const NEW: &str = "new";
/// Lines that a form shows beyond those that are there.
const MORE_LINES: usize = 6;
/// Days from the end of a period to the result, where nobody says otherwise.
const TERM_DAYS: &str = "10";
const FREQUENCIES: [(&str, Frequency); 5] = [
    ("each_batch", Frequency::EachBatch),
    ("each_shift", Frequency::EachShift),
    ("weekly_composite", Frequency::WeeklyComposite),
    ("monthly", Frequency::Monthly),
    ("quarterly", Frequency::Quarterly),
];
/// Hours of a shift that fill a day.
const SHIFTS: [u32; 5] = [4, 6, 8, 12, 24];

/// Puts the plan of a path: its id, or `new`.
#[derive(Deserialize)]
pub(crate) struct Put(String);

impl Put {
    fn standing(&self, app: &App, desk: &Desk) -> Result<Option<(AssayPlan, bool)>, Failure> {
        if self.0 == NEW {
            return Ok(None);
        }
        let row = app.store.master(&desk.party.party, WHAT, &self.0)?;
        let row = row.ok_or_else(Failure::not_found)?;
        let Master::AssayPlan(record) = &row.record else { return Err(Failure::not_found()) };
        let plan = AssayPlan::read(record).map_err(|_| Failure::not_found())?;
        Ok(Some((plan, row.active)))
    }
}

impl Capture for Put {
    type Needs = PutMaster;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let Some((plan, active)) = self.standing(app, desk)? else {
            let year: String = desk.minute(desk.now).chars().take(4).collect();
            typed.usual("valid_from", format!("{year}-01-01"));
            let next = year.parse::<u32>().unwrap_or_default() + 1;
            typed.usual("valid_to", format!("{next}-01-01"));
            if let [only] = desk.names.sites.as_slice() {
                typed.usual("site", only.id.as_str());
            }
            typed.usual("shift_hours", "8");
            return Ok(());
        };
        typed.usual("active", active.to_string());
        typed.usual("name", &plan.name);
        typed.usual("site", plan.site.as_str());
        typed.usual("shift_hours", plan.shift_hours.unwrap_or(8).to_string());
        for (name, moment) in [("valid_from", &plan.valid_from), ("valid_to", &plan.valid_to)] {
            typed.usual(name, moment.at().format("%Y-%m-%d").to_string());
        }
        for (i, item) in plan.items.iter().enumerate() {
            usual_item(typed, i, item);
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let standing = self.standing(app, desk)?;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/assay-plan");
        let mut first = vec![typed.field("name", t.plan_name(), FieldKind::Text).required()];
        if standing.is_none() {
            let id = typed.field("id", t.code(), FieldKind::Text).required();
            first.insert(0, id.hint(t.master_id_hint()));
        }
        let sites = desk.names.sites.iter().map(|s| Choice::new(s.id.as_str(), &s.name));
        first.push(typed.list_field("site", t.site(), choosing(desk, sites)).required());
        form.line(first);
        let hours = SHIFTS.map(|hours| Choice::new(hours.to_string(), hours.to_string()));
        form.line(vec![
            typed.field("valid_from", t.plan_from(), FieldKind::Day).required(),
            typed.field("valid_to", t.plan_to(), FieldKind::Day).required(),
            typed.list_field("shift_hours", t.shift_hours(), hours.to_vec()),
        ]);
        let there = standing.as_ref().map_or(0, |(plan, _)| plan.items.len());
        item_lines(desk, typed, &mut form, there);
        let states = vec![Choice::new("true", t.in_use()), Choice::new("false", t.out_of_use())];
        let mut last = vec![typed.list_field("active", t.state(), states).required()];
        last.extend(typed.when_fields());
        form.line(last);
        let title = match &standing {
            Some((plan, _)) => format!("{} · {}", t.plan_edit(), plan.name),
            None => t.new_plan().to_owned(),
        };
        let crumbs = [(t.assay_plan(), "/assay-plan")];
        Ok(form_sheet(desk, &title, &crumbs, t.plan_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<PutMaster>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let standing = self.standing(app, desk)?;
        let there = standing.as_ref().map_or(0, |(plan, _)| plan.items.len());
        let id = match standing {
            Some((plan, _)) => Some(plan.id),
            None => typed.pick::<RecordId>("id"),
        };
        if let Some(id) = id.as_ref().filter(|_| self.0 == NEW) {
            let taken = app.store.master(&desk.party.party, WHAT, id.as_str())?.is_some();
            if taken || id.as_str() == NEW {
                let words = desk.t.master_id_taken();
                typed.error("id", words);
            }
        }
        let name = typed.required("name");
        let site = typed.pick("site");
        let from = typed.day("valid_from", desk.offset);
        let to = typed.day("valid_to", desk.offset);
        let shift_hours = typed.maybe::<u32>("shift_hours");
        let items = items(desk, typed, (there + MORE_LINES).min(ITEMS_MAX));
        if items.is_empty() && !typed.is_wrong() {
            typed.whole = desk.t.plan_no_items().to_owned();
        }
        let sent = typed.sent(desk.offset);
        let (Some(id), Some(name), Some(site), Some(valid_from), Some(valid_to)) =
            (id, name, site, from, to)
        else {
            return Ok(None);
        };
        if typed.is_wrong() {
            return Ok(None);
        }
        let drafted_by = permit.operator().clone();
        let plan =
            AssayPlan { id, name, site, valid_from, valid_to, drafted_by, shift_hours, items };
        let record = Master::AssayPlan(plan.record());
        let body = MasterPut { record, active: typed.text("active") != "false" };
        usecase::masters::put(app, permit, sent, body)?;
        Ok(Some("/assay-plan?done=put".to_owned()))
    }
}

fn usual_item(typed: &mut Typed, i: usize, item: &PlanItem) {
    let frequency = FREQUENCIES.iter().find(|(_, of)| *of == item.frequency);
    for (name, value) in [
        ("item", item.item.to_string()),
        ("material", item.material.to_string()),
        ("point", item.point.as_ref().map(point_text).unwrap_or_default()),
        ("frequency", frequency.map_or("", |(name, _)| name).to_owned()),
        ("analyte", item.analyte.to_string()),
        ("lab", item.lab.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("standard", item.basis.standard.clone()),
        ("clause", item.basis.clause.clone().unwrap_or_default()),
        ("term", item.term_days.to_string()),
        ("moving", item.only_when_moving.to_string()),
    ] {
        typed.usual(&format!("{name}-{i}"), value);
    }
}

fn point_text(point: &Point) -> String {
    match point {
        Point::Node(id) => format!("node/{id}"),
        Point::Stream(id) => format!("stream/{id}"),
        Point::Place(id) => format!("place/{id}"),
    }
}

fn point_of(text: &str) -> Option<Point> {
    let (kind, id) = text.split_once('/')?;
    match kind {
        "node" => id.parse().ok().map(Point::Node),
        "stream" => id.parse().ok().map(Point::Stream),
        "place" => id.parse().ok().map(Point::Place),
        _ => None,
    }
}

fn point_choices(desk: &Desk) -> Vec<Choice> {
    let names = &desk.names;
    let mut points = vec![Choice::new("", desk.t.anywhere())];
    let one = |kind: &str, id: &str, name: &str| Choice::new(format!("{kind}/{id}"), name);
    points.extend(names.nodes.iter().map(|it| one("node", it.id.as_str(), &it.name)));
    points.extend(names.streams.iter().map(|it| one("stream", it.id.as_str(), &it.name)));
    points.extend(names.places.iter().map(|it| one("place", it.id.as_str(), &it.name)));
    points
}

fn item_lines(desk: &Desk, typed: &Typed, form: &mut Form, there: usize) {
    let t = desk.t;
    let labs = lab_choices(desk, t.any_laboratory());
    for i in 0..(there + MORE_LINES).min(ITEMS_MAX) {
        let named = |name: &str| format!("{name}-{i}");
        let text = |name: &str, label: &str| typed.field(&named(name), label, FieldKind::Text);
        let mut frequencies = vec![Choice::new("", t.please_choose())];
        frequencies.extend(offered(&FREQUENCIES, |of| frequency(t, of)));
        let moving = vec![Choice::new("", t.no()), Choice::new("true", t.yes())];
        let fields: Vec<Field> = vec![
            typed.list_field(&named("material"), t.material(), material_choices(desk)),
            typed.list_field(&named("point"), t.plan_point(), point_choices(desk)),
            typed.list_field(&named("frequency"), t.plan_frequency(), frequencies),
            text("analyte", t.analyte_word()).hint(t.analyte_hint()),
            typed.list_field(&named("lab"), t.plan_lab(), labs.clone()),
            text("standard", t.plan_standard()),
            text("clause", t.plan_clause()),
            typed.number_field(&named("term"), t.plan_term(), t.days_word()),
            typed.list_field(&named("moving"), t.plan_moving(), moving),
            text("item", t.plan_line_id()).hint(t.plan_line_id_hint()),
        ];
        form.repeated(i, t.plan_line(i + 1), fields);
    }
}

fn items(desk: &Desk, typed: &mut Typed, lines: usize) -> Vec<PlanItem> {
    let mut found = Vec::new();
    for i in 0..lines {
        let filled = |name: &str| !typed.text(&format!("{name}-{i}")).is_empty();
        if ["material", "frequency", "standard", "item"].iter().any(|name| filled(name)) {
            found.extend(item(desk, typed, i));
        }
    }
    found
}

fn item(desk: &Desk, typed: &mut Typed, i: usize) -> Option<PlanItem> {
    let named = |name: &str| format!("{name}-{i}");
    for (name, value) in [("analyte", desk.substance.as_str()), ("term", TERM_DAYS)] {
        if typed.text(&named(name)).is_empty() {
            typed.put(&named(name), value);
        }
    }
    let id = match typed.optional(&named("item")) {
        Some(_) => typed.pick(&named("item")),
        None => format!("line-{}", i + 1).parse().ok(),
    };
    let material = typed.pick(&named("material"));
    let frequency = typed.required(&named("frequency"));
    let frequency = frequency.and_then(|text| chosen(&FREQUENCIES, &text));
    let analyte = typed.pick(&named("analyte"));
    let lab = typed.maybe(&named("lab"));
    let standard = typed.required(&named("standard"));
    let term_days = typed.pick::<u32>(&named("term"));
    Some(PlanItem {
        item: id?,
        material: material?,
        point: point_of(typed.text(&named("point"))),
        frequency: frequency?,
        analyte: analyte?,
        lab,
        basis: Basis { standard: standard?, clause: typed.optional(&named("clause")) },
        term_days: term_days?,
        only_when_moving: typed.text(&named("moving")) == "true",
    })
}
