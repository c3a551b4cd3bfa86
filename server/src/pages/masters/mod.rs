//! Masters: what the plant consists of, as its people name it. Each change is a new signed version.

mod fields;
pub mod put;

use tl_domain::event::{Endpoint, Master};
use tl_domain::project::MasterRow;
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Column, Empty, Table, Tone};
use super::sheet::{Act, Sheet, Tab};
use crate::app::App;
use crate::auth::Role;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase;

/// Kinds that pages show, in the order in which a plant is set up.
const KINDS: [&str; 7] = ["site", "node", "place", "material", "stream", "meter", "method"];

/// `GET /masters?what=&sort=&page=`
pub(crate) struct Masters {
    what: &'static str,
    rows: Vec<MasterRow>,
}

impl List for Masters {
    type Row = MasterRow;

    const KEYS: &'static [Key<MasterRow>] = &[
        Key { column: 0, name: "name", order: |desk, a, b| name(desk, a).cmp(&name(desk, b)) },
        Key { column: 1, name: "id", order: |_, a, b| a.record.id().cmp(b.record.id()) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let asked = desk.query.value("what");
        let what = KINDS.iter().copied().find(|kind| asked == Some(kind)).unwrap_or("node");
        Ok(Self { what, rows: usecase::masters::list(app, &desk.permit, Some(what))? })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<MasterRow>, Failure> {
        Ok(cut(&self.rows, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<MasterRow>, Failure> {
        Ok(whole(&self.rows))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.masters(), &[(t.nav_home(), "/")]);
        sheet.lead = t.masters_lead().to_owned();
        sheet.tabs = KINDS
            .iter()
            .map(|kind| Tab {
                words: kind_words(t, kind).to_owned(),
                href: desk.links.to(format!("/masters?what={kind}")),
                current: *kind == self.what,
            })
            .collect();
        if let Some(act) = self.new_act(desk) {
            sheet.primary = Some(act);
        }
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[MasterRow]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.name()),
            Column::text(t.code()),
            Column::text(t.details_word()),
            Column::text(t.state()),
        ];
        let mut table = Table::new(t, kind_words(t, self.what), columns);
        table.rows = rows.iter().map(|row| cells(desk, row)).collect();
        table.empty = Empty::why(t.no_masters());
        if let Some(act) = self.new_act(desk) {
            table.empty = table.empty.act(act.words, act.href);
        }
        Ok(table)
    }
}

impl Masters {
    fn new_act(&self, desk: &Desk) -> Option<Act> {
        let may = may_put(desk) && has_form(self.what);
        may.then(|| Act::new(desk.t.new_master(), format!("/masters/{}/new", self.what)))
    }
}

/// Whether a kind has a form; that of methods is the laboratory's.
fn has_form(what: &str) -> bool {
    what == "method" || put::has_form(what)
}

fn may_put(desk: &Desk) -> bool {
    desk.may(&[Role::Ehs, Role::Admin])
}

fn name(desk: &Desk, row: &MasterRow) -> String {
    desk.names.master(row.record.what(), row.record.id())
}

fn cells(desk: &Desk, row: &MasterRow) -> Vec<Cell> {
    let t = desk.t;
    let (what, id) = (row.record.what(), row.record.id());
    let mut name = Cell::text(name(desk, row));
    if may_put(desk) && has_form(what) {
        name = name.link(format!("/masters/{what}/{id}"));
    }
    let state = match row.active {
        true => Cell::state(Tone::Good, t.in_use()),
        false => Cell::state(Tone::Note, t.out_of_use()),
    };
    vec![name, Cell::code(id), Cell::text(details(desk, &row.record)), state]
}

/// What a record says besides its name.
fn details(desk: &Desk, record: &Master) -> String {
    let (t, names) = (desk.t, &desk.names);
    let parts: Vec<String> = match record {
        Master::Site(site) => vec![
            t.pair(t.day_start_hour(), site.day_start_hour),
            t.pair(t.close_day(), site.close_day),
        ],
        Master::Node(node) => {
            vec![t.node_kind(node.kind).to_owned(), names.master("site", node.site.as_str())]
        }
        Master::Stream(stream) => {
            let end = |end: &Endpoint| names.endpoint(t, end);
            vec![
                format!("{} → {}", end(&stream.from), end(&stream.to)),
                names.material(&stream.material),
                t.stream_role(stream.role).to_owned(),
            ]
        }
        Master::Material(material) => {
            let class = t.material_class(material.class).to_owned();
            let contents = material.defaults.iter().map(|content| {
                let unit = super::story::unit_sign(content.unit.sign());
                let value = format!("{} {unit}", content.value);
                t.pair(t.default_of(&content.analyte), value)
            });
            [class].into_iter().chain(material.waste_code.clone()).chain(contents).collect()
        }
        Master::Place(place) => {
            let material = place.material.as_ref().map(|id| names.material(id));
            [names.node(&place.node)].into_iter().chain(material).collect()
        }
        Master::Meter(meter) => {
            vec![t.meter_kind(meter.kind).to_owned(), names.master("site", meter.site.as_str())]
        }
        Master::Method(method) => {
            let unit = super::story::unit_sign(method.unit.sign());
            let limit =
                method.lod.as_ref().map(|lod| t.pair(t.lod_word(), format!("{lod} {unit}")));
            [method.analyte.to_string()].into_iter().chain(limit).collect()
        }
        Master::Limit(_)
        | Master::AssayPlan(_)
        | Master::Calendar(_)
        | Master::LabMapping(_)
        | Master::Policy(_)
        | Master::Thresholds(_) => Vec::new(),
    };
    parts.join(" · ")
}

/// A kind of record in words.
fn kind_words(t: Words, kind: &str) -> &'static str {
    match kind {
        "site" => t.site(),
        "node" => t.node(),
        "place" => t.place(),
        "material" => t.material(),
        "stream" => t.stream(),
        "meter" => t.meter(),
        "method" => t.method(),
        _ => t.record_word(),
    }
}
