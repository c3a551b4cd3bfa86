//! The form of a laboratory's method: limits of detection, the template of its worksheets, the
//! limits of its checks.
//!
//! What the form does not show (uncertainty components, evidence of proficiency) stays as it was.

use serde::Deserialize;
use tl_domain::event::{
    Allowed, CheckKind, Insert, Master, MasterPut, MethodRecord, QualityLimits, SeriesRules,
};
use tl_domain::ids::MethodId;
use tl_domain::quantity::{ContentUnit, DecimalText};

use super::super::capture::{Capture, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind, Form};
use super::super::sheet::Sheet;
use super::super::story;
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::PutMaster;
use crate::error::Failure;
use crate::usecase;

/// Kind of the record.
const WHAT: &str = "method";
/// The id in the path of a method that is not there yet.
const NEW: &str = "new";
/// Checks in the order in which they stand at one place.
const CHECKS: [(&str, CheckKind); 7] = [
    ("curve", CheckKind::Curve),
    ("blank", CheckKind::Blank),
    ("reference", CheckKind::Reference),
    ("drift", CheckKind::Drift),
    ("duplicate", CheckKind::Duplicate),
    ("spike", CheckKind::Spike),
    ("internal_standard", CheckKind::InternalStandard),
];

/// Puts the method of a path: its id, or `new`.
#[derive(Deserialize)]
pub(crate) struct Put(String);

impl Put {
    fn standing(&self, app: &App, desk: &Desk) -> Result<Option<(MethodRecord, bool)>, Failure> {
        if self.0 == NEW {
            return Ok(None);
        }
        let row = app.store.master(&desk.party.party, WHAT, &self.0)?;
        let row = row.ok_or_else(Failure::not_found)?;
        match row.record {
            Master::Method(method) => Ok(Some((method, row.active))),
            _ => Err(Failure::not_found()),
        }
    }
}

impl Capture for Put {
    type Needs = PutMaster;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let Some((method, active)) = self.standing(app, desk)? else {
            typed.usual("analyte", &desk.substance);
            typed.usual("unit", ContentUnit::MilligramPerKilogram.sign());
            return Ok(());
        };
        typed.usual("active", active.to_string());
        typed.usual("name", &method.name);
        typed.usual("analyte", method.analyte.as_str());
        typed.usual("unit", method.unit.sign());
        let text = |of: Option<&DecimalText>| of.map(ToString::to_string).unwrap_or_default();
        typed.usual("lod", text(method.lod.as_ref()));
        typed.usual("loq", text(method.loq.as_ref()));
        let series = method.series.unwrap_or_default();
        for insert in &series.template {
            let Some((name, _)) = CHECKS.iter().find(|(_, kind)| *kind == insert.check) else {
                continue;
            };
            typed.usual(&format!("{name}-first"), insert.first.to_string());
            typed.usual(&format!("{name}-last"), insert.last.to_string());
            let every = insert.every.map(|every| every.to_string()).unwrap_or_default();
            typed.usual(&format!("{name}-every"), every);
        }
        let limits = &series.limits;
        let low = |of: &Option<Allowed>| text(of.as_ref().map(|it| &it.low));
        let high = |of: &Option<Allowed>| text(of.as_ref().map(|it| &it.high));
        for (name, value) in [
            ("blank_below", text(limits.blank_below.as_ref())),
            ("duplicate_percent", text(limits.duplicate_percent.as_ref())),
            ("curve_r", text(limits.curve_r.as_ref())),
            ("drift_percent", text(limits.drift_percent.as_ref())),
            ("spike-low", low(&limits.spike_percent)),
            ("spike-high", high(&limits.spike_percent)),
            ("reference-low", low(&limits.reference_percent)),
            ("reference-high", high(&limits.reference_percent)),
            ("internal-low", low(&limits.internal_standard_percent)),
            ("internal-high", high(&limits.internal_standard_percent)),
            ("digits", series.digits.map(|it| it.to_string()).unwrap_or_default()),
            ("source", series.source.clone().unwrap_or_default()),
        ] {
            typed.usual(name, value);
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let standing = self.standing(app, desk)?;
        let list = "/masters?what=method";
        let mut form = new_form(desk, typed, t.sign_and_record(), list);
        let mut first = vec![typed.field("name", t.method_name(), FieldKind::Text).required()];
        if standing.is_none() {
            let id = typed.field("id", t.code(), FieldKind::Text).required();
            first.insert(0, id.hint(t.master_id_hint()));
        }
        form.line(first);
        let units = ContentUnit::ALL.iter();
        let units = units.map(|u| Choice::new(u.sign(), story::unit_sign(u.sign())));
        form.line(vec![
            typed.field("analyte", t.analyte_word(), FieldKind::Text).required(),
            typed.list_field("unit", t.unit(), units.collect()).required(),
            typed.number_field("lod", t.lod_word(), ""),
            typed.number_field("loq", t.loq_word(), ""),
        ]);
        series_fields(desk, typed, &mut form);
        let states = vec![Choice::new("true", t.in_use()), Choice::new("false", t.out_of_use())];
        let mut last = vec![typed.list_field("active", t.state(), states).required()];
        last.extend(typed.when_fields());
        form.line(last);
        let title = match &standing {
            Some((method, _)) => method.name.clone(),
            None => t.new_master_of(t.method()),
        };
        let crumbs = [(t.masters(), "/masters"), (t.method(), list)];
        Ok(form_sheet(desk, &title, &crumbs, t.method_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<PutMaster>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let standing = self.standing(app, desk)?.map(|(method, _)| method);
        let id = match &standing {
            Some(method) => Some(method.id.clone()),
            None => typed.pick::<MethodId>("id"),
        };
        if let Some(id) = id.as_ref().filter(|_| standing.is_none()) {
            let taken = app.store.master(&desk.party.party, WHAT, id.as_str())?.is_some();
            if taken || id.as_str() == NEW {
                let words = desk.t.master_id_taken();
                typed.error("id", words);
            }
        }
        let name = typed.required("name");
        let analyte = typed.pick("analyte");
        let unit = typed.pick("unit");
        let (lod, loq) = (typed.decimal("lod"), typed.decimal("loq"));
        let series = series(typed);
        let sent = typed.sent(desk.offset);
        let (Some(id), Some(name), Some(analyte), Some(unit)) = (id, name, analyte, unit) else {
            return Ok(None);
        };
        if typed.is_wrong() {
            return Ok(None);
        }
        let (uncertainty, evidence) =
            standing.map(|it| (it.uncertainty, it.evidence)).unwrap_or_default();
        let series = (series != SeriesRules::default()).then(|| Box::new(series));
        let record = Master::Method(MethodRecord {
            id,
            name,
            analyte,
            unit,
            lod,
            loq,
            uncertainty,
            series,
            evidence,
        });
        let body = MasterPut { record, active: typed.text("active") != "false" };
        usecase::masters::put(app, permit, sent, body)?;
        Ok(Some("/masters?what=method&done=put".to_owned()))
    }
}

fn series_fields(desk: &Desk, typed: &Typed, form: &mut Form) {
    let t = desk.t;
    let flags = || vec![Choice::new("", t.no()), Choice::new("true", t.yes())];
    for (at, (name, kind)) in CHECKS.iter().enumerate() {
        let heading = match at {
            0 => format!("{} · {}", t.method_template(), t.series_check(*kind)),
            _ => t.series_check(*kind).to_owned(),
        };
        let named = |what: &str| format!("{name}-{what}");
        form.group(
            heading,
            vec![
                typed.list_field(&named("first"), t.check_first(), flags()),
                typed.number_field(&named("every"), t.check_every(), ""),
                typed.list_field(&named("last"), t.check_last(), flags()),
            ],
        );
    }
    let percent = |name: &str, label: &str| typed.number_field(name, label, "%");
    form.group(
        t.method_limits(),
        vec![
            typed.number_field("blank_below", t.blank_below(), "").hint(t.blank_below_hint()),
            percent("duplicate_percent", t.duplicate_most()),
            typed.number_field("curve_r", t.curve_least(), ""),
            percent("drift_percent", t.drift_most()),
        ],
    );
    form.line(vec![
        percent("spike-low", t.spike_low()),
        percent("spike-high", t.spike_high()),
        percent("reference-low", t.reference_low()),
        percent("reference-high", t.reference_high()),
        percent("internal-low", t.internal_low()),
        percent("internal-high", t.internal_high()),
    ]);
    form.line(vec![
        typed.number_field("digits", t.method_digits(), ""),
        typed.field("source", t.method_source(), FieldKind::Text),
    ]);
}

fn series(typed: &mut Typed) -> SeriesRules {
    let mut template = Vec::new();
    for (name, check) in CHECKS {
        let flag = |what: &str| typed.text(&format!("{name}-{what}")) == "true";
        let (first, last) = (flag("first"), flag("last"));
        let every = typed.maybe::<u32>(&format!("{name}-every")).filter(|every| *every > 0);
        if first || last || every.is_some() {
            template.push(Insert { check, first, every, last });
        }
    }
    SeriesRules {
        template,
        limits: QualityLimits {
            blank_below: typed.decimal("blank_below"),
            duplicate_percent: typed.decimal("duplicate_percent"),
            spike_percent: allowed(typed, "spike"),
            reference_percent: allowed(typed, "reference"),
            curve_r: typed.decimal("curve_r"),
            drift_percent: typed.decimal("drift_percent"),
            internal_standard_percent: allowed(typed, "internal"),
        },
        digits: typed.maybe("digits"),
        source: typed.optional("source"),
    }
}

/// Both limits, or none.
fn allowed(typed: &mut Typed, name: &str) -> Option<Allowed> {
    let (low_name, high_name) = (format!("{name}-low"), format!("{name}-high"));
    match (typed.decimal(&low_name), typed.decimal(&high_name)) {
        (Some(low), Some(high)) => Some(Allowed { low, high }),
        (None, None) => None,
        (low, _) => {
            let words = typed.t.both_or_none();
            typed.error(if low.is_some() { &high_name } else { &low_name }, words);
            None
        }
    }
}
