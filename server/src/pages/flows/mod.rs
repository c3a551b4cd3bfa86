//! Movements of material: a table for any set of flows, and the list of a span.

pub mod report;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use tl_domain::ids::NodeId;
use tl_domain::project::{FlowKind, FlowRow};
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Choice, Column, DayBars, Empty, Field, FieldKind, Table, Tone};
use super::sheet::{Act, Filter, Section, Sheet};
use super::span::{Calendar, Chosen};
use super::{format, stock, story};
use crate::app::App;
use crate::auth::Role;
use crate::error::Failure;

/// `GET /flows?month=&stream=&node=&sort=&page=`
pub(crate) struct Flows {
    calendar: Calendar,
    chosen: Chosen,
    /// Newest first.
    rows: Vec<FlowRow>,
}

impl List for Flows {
    type Row = FlowRow;

    const KEYS: &'static [Key<FlowRow>] = &[
        Key { column: 0, name: "when", order: |_, a, b| a.since.cmp(&b.since) },
        Key {
            column: 4,
            name: "material",
            order: |desk, a, b| named(desk, a).cmp(&named(desk, b)),
        },
        Key { column: 5, name: "amount", order: |_, a, b| weight(a).cmp(&weight(b)) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let query = &desk.query;
        let calendar = Calendar::of(desk.names.sites.first());
        let chosen = calendar.chosen(query, desk.now, true);
        let node = query.value("node").and_then(|text| text.parse::<NodeId>().ok());
        let mut rows = app.store.flows(&desk.party.party, chosen.span, node.as_ref())?;
        if let Some(stream) = query.value("stream") {
            rows.retain(|row| row.stream.as_ref().is_some_and(|id| id.as_str() == stream));
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.since));
        Ok(Self { calendar, chosen, rows })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<FlowRow>, Failure> {
        Ok(cut(&self.rows, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<FlowRow>, Failure> {
        Ok(whole(&self.rows))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.flows(), &[]);
        sheet.tabs = stock::tabs(desk, "/flows");
        if desk.may(&[Role::Gate, Role::Ehs]) {
            sheet.primary = Some(Act::new(t.report_flow(), "/flows/new"));
        }
        sheet.filter = Some(filter(desk, &self.calendar, &self.chosen));
        if desk.query.value("stream").is_some()
            && let Some(bars) = daily(desk, &self.calendar, &self.chosen, &self.rows)
        {
            sheet.sections.push(Section::new("days", t.flow_per_day(), bars));
        }
        Ok(sheet)
    }

    fn table(&self, app: &App, desk: &Desk, rows: &[FlowRow]) -> Result<Table, Failure> {
        let t = desk.t;
        desk.learn_batches(app, rows.iter().filter_map(|row| row.batch))?;
        let mut table = table(desk, rows);
        table.empty = Empty::why(t.no_flows_in_span());
        if desk.may(&[Role::Gate, Role::Ehs]) {
            table.empty = table.empty.act(t.report_flow(), "/flows/new");
        }
        Ok(table)
    }
}

fn named(desk: &Desk, row: &FlowRow) -> Option<String> {
    row.material.as_ref().map(|id| desk.names.material(id))
}

fn weight(row: &FlowRow) -> Option<Decimal> {
    row.wet.map(|wet| wet.0).or_else(|| row.dry.map(|dry| dry.0))
}

fn filter(desk: &Desk, calendar: &Calendar, chosen: &Chosen) -> Filter {
    let (t, query) = (desk.t, &desk.query);
    let value = |name| query.value(name).unwrap_or("");
    let streams = desk.names.streams.iter().map(|s| Choice::new(s.id.as_str(), &s.name));
    let nodes = desk.names.nodes.iter().map(|n| Choice::new(n.id.as_str(), &n.name));
    let months = calendar.months(desk.now).into_iter().map(|m| Choice::new(m.clone(), m));
    let month = chosen.month.clone().unwrap_or_default();
    let mut fields = vec![
        Field::new("month", t.month(), FieldKind::Choose(months.collect())).value(month),
        Filter::choice("stream", t.stream(), t.all(), streams.collect(), value("stream")),
        Filter::choice("node", t.node(), t.all(), nodes.collect(), value("node")),
    ];
    fields.extend(query.value("party").map(|party| Field::hidden("party", party)));
    let set = ["stream", "node"].iter().any(|name| query.value(name).is_some());
    Filter {
        path: query.path().to_owned(),
        fields,
        clear: if set { desk.links.to("/flows") } else { String::new() },
    }
}

/// Tonnes or cubic metres of a stream per production day.
fn daily(desk: &Desk, calendar: &Calendar, chosen: &Chosen, rows: &[FlowRow]) -> Option<DayBars> {
    let t = desk.t;
    let in_volume = rows.iter().any(|row| row.volume.is_some());
    let mut days: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.kind != FlowKind::Difference) {
        let amount = if in_volume {
            row.volume.as_ref().map(|volume| volume.value())
        } else {
            row.wet.map(|wet| wet.tonnes()).or_else(|| row.dry.map(|dry| dry.tonnes()))
        };
        *days.entry(calendar.day_of(row.since)).or_default() += amount.unwrap_or_default();
    }
    if days.len() < 2 {
        return None;
    }
    let unit = if in_volume { "m³" } else { "t" };
    let name = rows.iter().find_map(|row| row.stream.as_ref()).map(|id| desk.names.stream(id));
    let title = t.flow_per_day_of(name.unwrap_or_default(), unit);
    Some(DayBars::new(title, unit, chosen.from, chosen.until, &days))
}

/// Flows as a table.
pub(crate) fn table(desk: &Desk, rows: &[FlowRow]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.when()),
        Column::text(t.flow_what()),
        Column::text(t.from()),
        Column::text(t.to()),
        Column::text(t.material()),
        Column::number(t.amount()),
        Column::text(t.rests_on()),
    ];
    let mut table = Table::new(t, t.flows(), columns);
    table.rows = rows.iter().map(|row| cells(desk, row)).collect();
    table.empty = Empty::why(t.no_flows());
    table
}

fn cells(desk: &Desk, row: &FlowRow) -> Vec<Cell> {
    let (t, names) = (desk.t, &desk.names);
    let until =
        if row.since == row.until { String::new() } else { t.until(desk.minute(row.until)) };
    let mut what = Cell::text(t.flow_kind(row.kind));
    if let Some(stream) = &row.stream {
        what = what.small(names.stream(stream));
    }
    if row.returned {
        what = what.chip(Tone::Plain, t.returned_chip());
    }
    let mut material = Cell::maybe(named(desk, row));
    if let Some(batch) = row.batch {
        material =
            material.also(desk.batch_name(batch), desk.links.to(format!("/batches/{batch}")));
    }
    let moisture = row.moisture.as_ref().map(|value| story::percent(t, value)).unwrap_or_default();
    let entries = row.evidence.iter().take(3).enumerate();
    let evidence = entries.fold(Cell::text(t.flow_source(row.source)), |cell, (i, entry)| {
        cell.also(format!("#{}", i + 1), desk.links.to(format!("/entries/{entry}")))
    });
    vec![
        Cell::time(desk.minute(row.since)).small(until),
        what,
        Cell::text(names.end(t, &row.from)),
        Cell::text(names.end(t, &row.to)),
        material,
        Cell::text(amount(desk, row)).small(moisture),
        evidence,
    ]
}

/// The amount of a flow with its unit.
fn amount(desk: &Desk, row: &FlowRow) -> String {
    let t = desk.t;
    if let Some(wet) = row.wet {
        return format!("{} t", format::tonnes(wet));
    }
    if let Some(dry) = row.dry {
        let wet = tl_domain::quantity::WetMass(dry.0);
        return format!("{} t {}", format::tonnes(wet), t.basis(tl_domain::quantity::Basis::Dry));
    }
    match &row.volume {
        Some(volume) => format!("{} m³", format::grouped(volume.as_str())),
        None => t.not_weighed().to_owned(),
    }
}
