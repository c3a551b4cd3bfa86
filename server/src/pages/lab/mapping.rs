//! Saved mappings of outside laboratories: the list, and the form that puts one in a new version.

use serde::Deserialize;
use tl_domain::event::{Master, MasterPut};
use tl_domain::ids::RecordId;
use tl_domain::lab::mapping::{COLUMNS_MAX, LabMapping, LimitIs, ResultColumn};
use tl_domain::project::MasterRow;
use tl_domain::quantity::{Basis, ContentUnit};
use tl_store::{Page, Paged};

use super::super::capture::{Capture, choosing, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::list::{Key, List, cut, whole};
use super::super::part::{Cell, Choice, Column, Empty, Field, FieldKind, Form, Table, Tone};
use super::super::sheet::{Act, Sheet};
use super::super::typed::Typed;
use super::super::{samples, story};
use super::lab_choices;
use crate::app::App;
use crate::auth::permit::PutMaster;
use crate::auth::{Permit, Role};
use crate::error::Failure;
use crate::usecase;

/// Kind of the record.
const WHAT: &str = "lab_mapping";
/// The id in the path of a mapping that is not there yet.
const NEW: &str = "new";
/// Result lines that a form shows beyond those that are there.
const MORE_LINES: usize = 4;

/// `GET /lab-mappings?sort=&page=`
pub(crate) struct Mappings {
    rows: Vec<MasterRow>,
}

fn may_put(desk: &Desk) -> bool {
    desk.may(&[Role::Ehs, Role::Admin])
}

/// What is said where there is none.
pub(super) fn nothing(desk: &Desk) -> Empty {
    let empty = Empty::why(desk.t.no_mappings());
    if may_put(desk) { empty.act(desk.t.new_mapping(), "/lab-mappings/new") } else { empty }
}

impl List for Mappings {
    type Row = MasterRow;

    const KEYS: &'static [Key<MasterRow>] =
        &[Key { column: 0, name: "id", order: |_, a, b| a.record.id().cmp(b.record.id()) }];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        Ok(Self { rows: usecase::masters::list(app, &desk.permit, Some(WHAT))? })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<MasterRow>, Failure> {
        Ok(cut(&self.rows, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<MasterRow>, Failure> {
        Ok(whole(&self.rows))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.lab_mappings(), &[]);
        sheet.lead = t.lab_mappings_lead().to_owned();
        sheet.tabs = samples::lab_tabs(desk, "/lab-mappings");
        if may_put(desk) {
            sheet.primary = Some(Act::new(t.new_mapping(), "/lab-mappings/new"));
        }
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[MasterRow]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.mapping_word()),
            Column::text(t.laboratory()),
            Column::text(t.to_determine()),
            Column::text(t.state()),
        ];
        let mut table = Table::new(t, t.lab_mappings(), columns);
        table.empty = nothing(desk);
        table.rows = rows.iter().filter_map(|row| cells(desk, row)).collect();
        Ok(table)
    }
}

fn read(row: &MasterRow) -> Option<LabMapping> {
    match &row.record {
        Master::LabMapping(record) => LabMapping::read(record).ok(),
        _ => None,
    }
}

fn cells(desk: &Desk, row: &MasterRow) -> Option<Vec<Cell>> {
    let t = desk.t;
    let mapping = read(row)?;
    let mut name = Cell::text(&mapping.name).small(mapping.id.as_str());
    if may_put(desk) {
        name = name.link(format!("/lab-mappings/{}", mapping.id));
    }
    let analytes: Vec<&str> = mapping.results.iter().map(|it| it.analyte.as_str()).collect();
    let state = match row.active {
        true => Cell::state(Tone::Good, t.in_use()),
        false => Cell::state(Tone::Note, t.out_of_use()),
    };
    Some(vec![name, Cell::text(&mapping.lab_name), Cell::text(analytes.join(", ")), state])
}

/// Puts the mapping of a path: its id, or `new`.
#[derive(Deserialize)]
pub(crate) struct Put(String);

impl Put {
    fn standing(&self, app: &App, desk: &Desk) -> Result<Option<(LabMapping, bool)>, Failure> {
        if self.0 == NEW {
            return Ok(None);
        }
        let row = app.store.master(&desk.party.party, WHAT, &self.0)?;
        let row = row.ok_or_else(Failure::not_found)?;
        let mapping = read(&row).ok_or_else(Failure::not_found)?;
        Ok(Some((mapping, row.active)))
    }
}

impl Capture for Put {
    type Needs = PutMaster;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let Some((mapping, active)) = self.standing(app, desk)? else {
            typed.usual("header_row", "1");
            typed.usual("analyte-0", &desk.substance);
            return Ok(());
        };
        typed.usual("active", active.to_string());
        typed.usual("header_row", mapping.header_row.to_string());
        let lab = mapping.lab.as_ref().map(ToString::to_string);
        for (name, text) in [
            ("name", Some(&mapping.name)),
            ("lab_name", Some(&mapping.lab_name)),
            ("sample", Some(&mapping.sample)),
            ("lab", lab.as_ref()),
            ("cma_number", mapping.cma_number.as_ref()),
            ("sheet", mapping.sheet.as_ref()),
            ("report", mapping.report.as_ref()),
            ("item", mapping.item.as_ref()),
        ] {
            typed.usual(name, text.cloned().unwrap_or_default());
        }
        for (name, list) in [
            ("not_detected", &mapping.not_detected),
            ("not_measured", &mapping.not_measured),
            ("skip", &mapping.skip),
        ] {
            typed.usual(name, list.join("\n"));
        }
        for (i, result) in mapping.results.iter().enumerate() {
            usual_result(typed, i, result);
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let standing = self.standing(app, desk)?;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/lab-mappings");
        let mut first = vec![typed.field("name", t.name(), FieldKind::Text).required()];
        if standing.is_none() {
            let id = typed.field("id", t.code(), FieldKind::Text).required();
            first.insert(0, id.hint(t.master_id_hint()));
        }
        form.line(first);
        form.line(vec![
            typed.field("lab_name", t.lab_name_of_mapping(), FieldKind::Text).required(),
            typed.list_field("lab", t.lab_party(), lab_choices(desk, t.not_in_system())),
            typed.field("cma_number", t.cma_number(), FieldKind::Text),
        ]);
        table_fields(desk, typed, &mut form);
        let there = standing.as_ref().map_or(0, |(mapping, _)| mapping.results.len());
        for i in 0..(there + MORE_LINES).min(COLUMNS_MAX) {
            form.repeated(i, t.result_number(i + 1), result_fields(desk, typed, i));
        }
        form.group(
            t.mapping_word(),
            vec![
                typed
                    .field("not_detected", t.not_detected_words(), FieldKind::Words)
                    .hint(t.not_detected_hint()),
                typed.field("not_measured", t.not_measured_words(), FieldKind::Words),
                typed.field("skip", t.skip_words(), FieldKind::Words).hint(t.skip_hint()),
            ],
        );
        let states = vec![Choice::new("true", t.in_use()), Choice::new("false", t.out_of_use())];
        let mut last = vec![typed.list_field("active", t.state(), states).required()];
        last.extend(typed.when_fields());
        form.line(last);
        let title = match &standing {
            Some((mapping, _)) => mapping.name.clone(),
            None => t.new_mapping().to_owned(),
        };
        let crumbs = [(t.lab_mappings(), "/lab-mappings")];
        Ok(form_sheet(desk, &title, &crumbs, t.mapping_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<PutMaster>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let standing = self.standing(app, desk)?;
        let id = match &standing {
            Some((mapping, _)) => Some(mapping.id.clone()),
            None => typed.pick::<RecordId>("id"),
        };
        if let Some(id) = id.as_ref().filter(|_| standing.is_none()) {
            let there = app.store.master(&desk.party.party, WHAT, id.as_str())?.is_some();
            if there || id.as_str() == NEW {
                let words = desk.t.master_id_taken();
                typed.error("id", words);
            }
        }
        let sent = typed.sent(desk.offset);
        let Some(mapping) = id.and_then(|id| mapping_of(typed, id)) else { return Ok(None) };
        if let Err(error) = mapping.check() {
            typed.whole = if desk.session.english { error.to_string() } else { error.zh() };
        }
        if typed.is_wrong() {
            return Ok(None);
        }
        let record = Master::LabMapping(mapping.record());
        let body = MasterPut { record, active: typed.text("active") != "false" };
        usecase::masters::put(app, permit, sent, body)?;
        Ok(Some("/lab-mappings?done=put".to_owned()))
    }
}

fn usual_result(typed: &mut Typed, i: usize, result: &ResultColumn) {
    let text = |of: &Option<String>| of.clone().unwrap_or_default();
    let limit_is = match result.limit_is {
        LimitIs::Detection => "detection",
        LimitIs::Quantification => "quantification",
    };
    for (name, value) in [
        ("analyte", result.analyte.to_string()),
        ("column", result.column.clone()),
        ("word", text(&result.item)),
        ("unit_column", text(&result.unit_column)),
        ("limit_column", text(&result.limit_column)),
        ("limit_is", limit_is.to_owned()),
        ("unit", result.unit.map(|it| it.sign().to_owned()).unwrap_or_default()),
        ("basis", result.basis.map(|it| it.sign().to_owned()).unwrap_or_default()),
        ("method", result.method.as_ref().map(ToString::to_string).unwrap_or_default()),
    ] {
        typed.usual(&format!("{name}-{i}"), value);
    }
}

fn table_fields(desk: &Desk, typed: &Typed, form: &mut Form) {
    let t = desk.t;
    let text = |name: &str, label: &str| typed.field(name, label, FieldKind::Text);
    form.group(
        t.mapping_where(),
        vec![
            text("sheet", t.sheet_name()).hint(t.sheet_name_hint()),
            typed.number_field("header_row", t.header_row(), "").required(),
        ],
    );
    form.line(vec![
        text("sample", t.sample_column()).hint(t.sample_column_hint()).required(),
        text("report", t.report_column()).hint(t.report_column_hint()),
        text("item", t.item_column()).hint(t.item_column_hint()),
    ]);
}

fn result_fields(desk: &Desk, typed: &Typed, i: usize) -> Vec<Field> {
    let t = desk.t;
    let named = |name: &str| format!("{name}-{i}");
    let none = || Choice::new("", t.not_stated());
    let mut units = vec![none()];
    units
        .extend(ContentUnit::ALL.iter().map(|u| Choice::new(u.sign(), story::unit_sign(u.sign()))));
    let mut bases = vec![none()];
    bases.extend(Basis::ALL.iter().map(|b| Choice::new(b.sign(), t.basis(*b))));
    let limits = vec![
        Choice::new("detection", t.limit_detection()),
        Choice::new("quantification", t.limit_quantification()),
    ];
    let methods = desk.names.methods.iter().map(|m| Choice::new(m.id.as_str(), &m.name));
    let text = |name: &str, label: &str| typed.field(&named(name), label, FieldKind::Text);
    vec![
        text("analyte", t.analyte_word()).hint(t.analyte_hint()),
        text("column", t.result_column()),
        text("word", t.item_of_result()),
        typed.list_field(&named("unit"), t.unit(), units),
        text("unit_column", t.unit_column()),
        typed.list_field(&named("basis"), t.basis_word(), bases),
        text("limit_column", t.limit_column()),
        typed.list_field(&named("limit_is"), t.limit_is(), limits),
        typed.list_field(&named("method"), t.method(), choosing(desk, methods)),
    ]
}

fn mapping_of(typed: &mut Typed, id: RecordId) -> Option<LabMapping> {
    let name = typed.required("name");
    let lab_name = typed.required("lab_name");
    let sample = typed.required("sample");
    let header_row = typed.pick::<u32>("header_row");
    let lab = typed.maybe("lab");
    let mut results = Vec::new();
    for i in 0..COLUMNS_MAX {
        let filled = |name: &str| !typed.text(&format!("{name}-{i}")).is_empty();
        if filled("column") || (i > 0 && filled("analyte")) {
            results.extend(result_of(typed, i));
        }
    }
    Some(LabMapping {
        id,
        name: name?,
        lab_name: lab_name?,
        lab,
        cma_number: typed.optional("cma_number"),
        sheet: typed.optional("sheet"),
        header_row: header_row?,
        sample: sample?,
        report: typed.optional("report"),
        item: typed.optional("item"),
        results,
        not_detected: typed.lines("not_detected"),
        not_measured: typed.lines("not_measured"),
        skip: typed.lines("skip"),
    })
}

fn result_of(typed: &mut Typed, i: usize) -> Option<ResultColumn> {
    let named = |name: &str| format!("{name}-{i}");
    let analyte = typed.pick(&named("analyte"));
    let column = typed.required(&named("column"));
    let (unit, basis) = (typed.maybe(&named("unit")), typed.maybe(&named("basis")));
    let method = typed.maybe(&named("method"));
    let quantified = typed.text(&named("limit_is")) == "quantification";
    Some(ResultColumn {
        analyte: analyte?,
        column: column?,
        item: typed.optional(&named("word")),
        unit,
        unit_column: typed.optional(&named("unit_column")),
        limit_column: typed.optional(&named("limit_column")),
        limit_is: if quantified { LimitIs::Quantification } else { LimitIs::Detection },
        basis,
        method,
    })
}
