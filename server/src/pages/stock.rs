//! Nodes and stock: what the books hold per node, place and material, beside the last stock take.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use tl_domain::event::StockLine;
use tl_domain::ids::{MaterialId, NodeId, PlaceId};
use tl_domain::project::{HoldingRow, StockTakeRow};
use tl_domain::quantity::{Basis, WetMass};

use super::desk::Desk;
use super::part::{Cell, Column, Empty, Table, Tone};
use super::sheet::{Act, Section, Sheet, Tab};
use super::{format, show};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};

type Spot = (NodeId, Option<PlaceId>, MaterialId);

/// `GET /stock`
pub async fn show_page(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

/// The views of stock and movement.
pub(crate) fn tabs(desk: &Desk, current: &str) -> Vec<Tab> {
    let t = desk.t;
    [(t.stock(), "/stock"), (t.flows(), "/flows"), (t.stock_takes(), "/stock-takes")]
        .into_iter()
        .map(|(words, path)| Tab {
            words: words.to_owned(),
            href: desk.links.to(path),
            current: path == current,
        })
        .collect()
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let (t, party) = (desk.t, &desk.party.party);
    let holdings = app.store.holdings(party)?;
    let takes = app.store.stock_takes(party, None, None)?;
    let mut sheet = desk.sheet(t.stock(), &[]);
    sheet.tabs = tabs(desk, "/stock");
    sheet.lead = t.stock_lead().to_owned();
    if desk.may(&[Role::Ehs]) {
        sheet.primary = Some(Act::new(t.take_stock(), "/stock-takes/new"));
    }
    for node in &desk.names.nodes {
        let last = takes.iter().rev().find(|take| take.node == node.id);
        let table = node_table(desk, &node.id, &holdings, last);
        let heading = format!("{} · {}", node.name, t.node_kind(node.kind));
        let note = match last {
            Some(take) => t.last_stock_take(desk.minute(take.at)),
            None => t.no_stock_take_yet().to_owned(),
        };
        let section = Section::new(&format!("node-{}", node.id), heading, table).note(note);
        let flows = Act::new(t.flows(), desk.links.to(format!("/flows?node={}", node.id)));
        sheet.sections.push(section.act(Some(flows)));
    }
    if sheet.sections.is_empty() {
        let mut nothing = Table::new(t, t.stock(), Vec::new());
        nothing.empty = Empty::why(t.no_nodes());
        sheet.sections.push(Section::new("none", "", nothing));
    }
    Ok(sheet)
}

fn node_table(
    desk: &Desk,
    node: &NodeId,
    holdings: &[HoldingRow],
    last: Option<&StockTakeRow>,
) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.material()),
        Column::text(t.place()),
        Column::number(t.book_tonnes()),
        Column::number(t.counted_tonnes()),
        Column::text(t.counted_how()),
    ];
    let mut spots: BTreeMap<Spot, (Option<WetMass>, Vec<&StockLine>)> = BTreeMap::new();
    for row in holdings.iter().filter(|row| row.node == *node && !row.wet.0.is_zero()) {
        let spot = (node.clone(), row.place.clone(), row.material.clone());
        spots.entry(spot).or_default().0 = Some(row.wet);
    }
    for line in last.iter().flat_map(|take| &take.lines) {
        let spot = (node.clone(), line.place.clone(), line.material.clone());
        spots.entry(spot).or_default().1.push(line);
    }
    let mut table = Table::new(t, desk.names.node(node), columns);
    table.rows = spots.iter().map(|(spot, found)| cells(desk, spot, found)).collect();
    table.empty = Empty::why(t.node_empty());
    table
}

fn cells(desk: &Desk, spot: &Spot, found: &(Option<WetMass>, Vec<&StockLine>)) -> Vec<Cell> {
    let (t, names) = (desk.t, &desk.names);
    let (book, lines) = found;
    let mut book_cell = Cell::maybe(book.map(format::tonnes));
    if book.is_some_and(|book| book.0 < Decimal::ZERO) {
        book_cell = book_cell.chip(Tone::Watch, t.book_stock_negative());
    }
    let methods: Vec<&str> = lines.iter().map(|line| t.stock_method(line.method)).collect();
    vec![
        Cell::text(names.material(&spot.2)),
        spot.1.as_ref().map_or_else(
            || Cell::text(t.labelled_batches()),
            |place| Cell::text(names.place(place)),
        ),
        book_cell,
        Cell::maybe(counted(t, lines)),
        Cell::maybe((!methods.is_empty()).then(|| methods.join(" · "))),
    ]
}

/// What was counted in one spot; wet and dry masses and volumes are not added together.
fn counted(t: crate::i18n::Words, lines: &[&StockLine]) -> Option<String> {
    let masses: Vec<_> = lines.iter().filter_map(|line| line.mass.as_ref()).collect();
    let first = masses.first()?.basis;
    if masses.iter().any(|mass| mass.basis != first) {
        let each: Vec<String> = masses.iter().map(|mass| super::story::mass(t, mass)).collect();
        return Some(each.join(" + "));
    }
    let grams = masses.iter().map(|mass| mass.grams()).sum();
    let tonnes = format::tonnes(WetMass(grams));
    Some(if first == Basis::Dry { format!("{tonnes} {}", t.basis(first)) } else { tonnes })
}
