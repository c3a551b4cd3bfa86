//! The list of batches with search and filters, newest first unless sorted.

use tl_domain::ids::{MaterialId, NodeId};
use tl_domain::project::{BatchRow, BatchState};
use tl_store::{BatchFilter, Page, Paged};

use super::super::desk::Desk;
use super::super::list::{Key, List};
use super::super::part::{Cell, Choice, Column, Empty, Field, FieldKind, Table, Tone};
use super::super::sheet::{Act, Filter, Sheet, Tab};
use super::super::{format, story};
use super::{title, tone};
use crate::app::App;
use crate::auth::Role;
use crate::error::Failure;
use crate::limits::SEARCH_CHARS_MAX;

const STATES: [(&str, BatchState); 4] = [
    ("open", BatchState::Open),
    ("closed", BatchState::Closed),
    ("missing", BatchState::Missing),
    ("void", BatchState::Void),
];

/// `GET /batches?q=&state=&node=&sort=&page=`
pub(crate) struct Batches {
    filter: BatchFilter,
    named: Vec<MaterialId>,
}

impl List for Batches {
    type Row = BatchRow;

    const KEYS: &'static [Key<BatchRow>] = &[
        Key { column: 0, name: "code", order: |_, a, b| title(a).cmp(&title(b)) },
        Key {
            column: 1,
            name: "material",
            order: |desk, a, b| named(desk, a).cmp(&named(desk, b)),
        },
        Key { column: 3, name: "location", order: |desk, a, b| spot(desk, a).cmp(&spot(desk, b)) },
        Key { column: 4, name: "mass", order: |_, a, b| a.wet.cmp(&b.wet) },
        Key { column: 5, name: "left", order: |_, a, b| a.left.cmp(&b.left) },
        Key { column: 8, name: "when", order: |_, a, b| a.registered_at.cmp(&b.registered_at) },
    ];

    fn of(_: &App, desk: &Desk) -> Result<Self, Failure> {
        let (filter, named) = filter(desk);
        Ok(Self { filter, named })
    }

    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<BatchRow>, Failure> {
        Ok(app.store.batches(&desk.party.party, &self.filter, page)?)
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.nav_batches(), &[]);
        if desk.may(&[Role::Gate, Role::Ehs]) {
            sheet.primary = Some(Act::new(t.register_batch(), "/batches/new"));
            sheet.acts.push(Act::new(t.act_blend(), "/batches/blend"));
        }
        sheet.filter = Some(filter_form(desk));
        // Several materials are called so: each is one click away.
        if !self.named.is_empty() {
            sheet.lead = t.several_materials(self.named.len());
            sheet.tabs = self.named.iter().map(|id| material_tab(desk, id)).collect();
        }
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[BatchRow]) -> Result<Table, Failure> {
        Ok(table(desk, rows))
    }
}

fn named(desk: &Desk, row: &BatchRow) -> Option<String> {
    row.material.as_ref().map(|material| desk.names.material(material))
}

fn spot(desk: &Desk, row: &BatchRow) -> String {
    desk.names.spot(row.node.as_ref(), row.place.as_ref())
}

/// The filter of the query, and the materials meant when a name fits several: the store knows
/// materials by id, people by name.
fn filter(desk: &Desk) -> (BatchFilter, Vec<MaterialId>) {
    let query = &desk.query;
    let text = query.value("q").map(|text| text.trim().chars().take(SEARCH_CHARS_MAX).collect());
    let state = query.value("state");
    let mut filter = BatchFilter {
        text,
        state: STATES.iter().find(|(name, _)| Some(*name) == state).map(|(_, state)| *state),
        node: query.value("node").and_then(|node| node.parse::<NodeId>().ok()),
    };
    let mut named = desk.names.materials_named(filter.text.as_deref().unwrap_or(""));
    if let [only] = named.as_slice() {
        filter.text = Some(only.to_string());
        named.clear();
    }
    (filter, named)
}

fn material_tab(desk: &Desk, id: &MaterialId) -> Tab {
    let href = desk.query.with("q", id.as_str()).without("page").href();
    Tab { words: desk.names.material(id), href, current: false }
}

fn filter_form(desk: &Desk) -> Filter {
    let (t, query) = (desk.t, &desk.query);
    let value = |name| query.value(name).unwrap_or("").to_owned();
    let states = STATES.iter().map(|(name, state)| Choice::new(*name, t.batch_state(*state)));
    let nodes = desk.names.nodes.iter().map(|node| Choice::new(node.id.as_str(), &node.name));
    let mut fields = vec![
        Field::new("q", t.batch_search(), FieldKind::Text).value(value("q")),
        Filter::choice("state", t.state(), t.all(), states.collect(), &value("state")),
        Filter::choice("node", t.node(), t.all(), nodes.collect(), &value("node")),
    ];
    fields.extend(query.value("party").map(|party| Field::hidden("party", party)));
    let set = ["q", "state", "node"].iter().any(|name| query.value(name).is_some());
    Filter {
        path: query.path().to_owned(),
        fields,
        clear: if set { desk.links.to("/batches") } else { String::new() },
    }
}

/// Batches as a table; also used on cards of other objects.
pub(in crate::pages) fn table(desk: &Desk, rows: &[BatchRow]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.code()),
        Column::text(t.material()),
        Column::text(t.origin_word()),
        Column::text(t.location()),
        Column::number(t.mass_tonnes()),
        Column::number(t.left_tonnes()),
        Column::number(t.moisture_percent()),
        Column::text(t.state()),
        Column::text(t.registered_at()),
    ];
    let mut table = Table::new(t, t.nav_batches(), columns);
    table.rows = rows.iter().map(|row| cells(desk, row)).collect();
    let filtered = ["q", "state", "node"].iter().any(|name| desk.query.value(name).is_some());
    table.empty = if filtered {
        Empty::why(t.no_match()).act(t.filter_clear(), desk.links.to("/batches"))
    } else if desk.may(&[Role::Gate, Role::Ehs]) {
        Empty::why(t.no_batches()).act(t.register_batch(), "/batches/new")
    } else {
        Empty::why(t.no_batches())
    };
    table
}

fn cells(desk: &Desk, row: &BatchRow) -> Vec<Cell> {
    let (t, names) = (desk.t, &desk.names);
    let mut code = Cell::code(title(row)).link(desk.links.to(format!("/batches/{}", row.id)));
    if let (Some(_), Some(ticket)) = (&row.code, &row.ticket) {
        code = code.small(t.pair(t.ticket(), ticket));
    }
    if row.code_taken {
        code = code.chip(Tone::Bad, t.needs_new_label());
    }
    let supplier = row.supplier.as_ref().map(|party| names.party(party)).unwrap_or_default();
    vec![
        code,
        Cell::maybe(named(desk, row)),
        Cell::maybe(row.origin.map(|origin| t.origin(origin))).small(supplier),
        Cell::text(spot(desk, row)),
        Cell::maybe(row.wet.map(format::tonnes)),
        Cell::maybe(row.left.map(format::tonnes)),
        Cell::maybe(row.moisture.as_ref().map(|moisture| story::reading(t, moisture))),
        Cell::state(tone(row.state), t.batch_state(row.state)),
        row.registered_at.map_or_else(Cell::dash, |at| Cell::time(desk.minute(at))),
    ]
}
