//! Movements of material: a table for any set of flows, and the list of a span.

pub mod report;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use tl_domain::ids::NodeId;
use tl_domain::project::{FlowKind, FlowRow};

use super::desk::Desk;
use super::part::{
    Cell, Choice, Column, DayBars, Empty, Field, FieldKind, PAGE_ROWS, Paging, Table, Tone,
};
use super::sheet::{Act, Filter, Section, Sheet};
use super::span::{Calendar, Chosen};
use super::{format, show, stock, story};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};

/// `GET /flows?month=&stream=&node=&page=`
pub async fn list(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, list_sheet).await
}

fn list_sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let (t, query) = (desk.t, &desk.query);
    let calendar = Calendar::of(desk.names.sites.first());
    let chosen = calendar.chosen(query, desk.now, true);
    let node = query.value("node").and_then(|text| text.parse::<NodeId>().ok());
    let mut rows = app.store.flows(&desk.party.party, chosen.span, node.as_ref())?;
    if let Some(stream) = query.value("stream") {
        rows.retain(|row| row.stream.as_ref().is_some_and(|id| id.as_str() == stream));
    }
    sort(&mut rows, query.value("sort"));
    let mut sheet = desk.sheet(t.flows(), &[]);
    sheet.tabs = stock::tabs(desk, "/flows");
    if desk.may(&[Role::Gate, Role::Ehs]) {
        sheet.primary = Some(Act::new(t.report_flow(), "/flows/new"));
    }
    sheet.filter = Some(filter(desk, &calendar, &chosen));
    if query.value("stream").is_some()
        && let Some(bars) = daily(desk, &calendar, &chosen, &rows)
    {
        sheet.sections.push(Section::new("days", t.flow_per_day(), bars));
    }
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(Paging::offset(query, total)).unwrap_or(usize::MAX);
    let take = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let shown: Vec<FlowRow> = rows.into_iter().skip(skip).take(take).collect();
    desk.learn_batches(app, shown.iter().filter_map(|row| row.batch))?;
    let mut table = table(desk, &shown);
    for (column, key) in [(0, "when"), (4, "material"), (5, "amount")] {
        if let Some(column) = table.columns.get_mut(column) {
            *column = column.clone().sorted(query, key);
        }
    }
    table.empty = Empty::why(t.no_flows_in_span());
    if desk.may(&[Role::Gate, Role::Ehs]) {
        table.empty = table.empty.act(t.report_flow(), "/flows/new");
    }
    table.paging = Some(Paging::new(t, query, total));
    sheet.sections.push(Section::new("list", "", table));
    Ok(sheet)
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

/// Newest first, unless a column was chosen.
fn sort(rows: &mut [FlowRow], by: Option<&str>) {
    let weight = |row: &FlowRow| row.wet.map(|wet| wet.0).or_else(|| row.dry.map(|dry| dry.0));
    match by {
        Some("when") => rows.sort_by_key(|row| row.since),
        Some("amount") => rows.sort_by_key(weight),
        Some("-amount") => rows.sort_by_key(|row| std::cmp::Reverse(weight(row))),
        Some("material") => rows.sort_by(|a, b| a.material.cmp(&b.material)),
        Some("-material") => rows.sort_by(|a, b| b.material.cmp(&a.material)),
        _ => rows.sort_by_key(|row| std::cmp::Reverse(row.since)),
    }
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
    let mut material = Cell::maybe(row.material.as_ref().map(|id| names.material(id)));
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
