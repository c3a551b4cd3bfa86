//! Nodes and stock: what the books hold per node, place and material, beside the last stock take.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use tl_domain::event::StockLine;
use tl_domain::ids::{MaterialId, NodeId, PlaceId};
use tl_domain::project::{End, FlowRow, HoldingRow, StockTakeRow};
use tl_domain::quantity::{Basis, WetMass};
use tl_domain::time::{Micros, MicrosSpan};

use super::desk::Desk;
use super::part::{Cell, Column, Empty, Table, Tone};
use super::sheet::{Act, Section, Sheet, Tab};
use super::{format, show};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};

type Spot = (Option<PlaceId>, MaterialId);

/// One spot of a node: the books now, the last count, and the books at that moment.
#[derive(Default)]
struct Found<'a> {
    book: WetMass,
    counted: Vec<&'a StockLine>,
    book_then: WetMass,
}

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
    let mut bare = Vec::new();
    for node in &desk.names.nodes {
        let last = takes.iter().rev().find(|take| take.node == node.id);
        let since = match last {
            Some(take) => {
                let span = MicrosSpan { from: take.at, to: desk.now };
                app.store.flows(party, span, Some(&node.id))?
            }
            None => Vec::new(),
        };
        let spots = spots(&node.id, &holdings, last, &since);
        if spots.is_empty() {
            bare.push(node.name.clone());
            continue;
        }
        let table = node_table(desk, &node.id, &spots);
        let heading = format!("{} · {}", node.name, t.node_kind(node.kind));
        let note = match last {
            Some(take) => t.last_stock_take(desk.minute(take.at)),
            None => t.no_stock_take_yet().to_owned(),
        };
        let section = Section::new(&format!("node-{}", node.id), heading, table).note(note);
        let flows = Act::new(t.flows(), desk.links.to(format!("/flows?node={}", node.id)));
        sheet.sections.push(section.act(Some(flows)));
    }
    if !bare.is_empty() {
        let mut nothing = Table::new(t, t.nodes_without_stock(), Vec::new());
        nothing.empty = Empty::why(bare.join(" · "));
        let section = Section::new("bare", t.nodes_without_stock(), nothing);
        sheet.sections.push(section.note(t.node_empty()));
    }
    if sheet.sections.is_empty() {
        let mut nothing = Table::new(t, t.stock(), Vec::new());
        nothing.empty = Empty::why(t.no_nodes());
        sheet.sections.push(Section::new("none", "", nothing));
    }
    Ok(sheet)
}

/// What lies in a node, by place and material. The books at the last count are the books now less
/// what moved since, each flow by its share of time.
fn spots<'a>(
    node: &NodeId,
    holdings: &[HoldingRow],
    last: Option<&'a StockTakeRow>,
    since: &[FlowRow],
) -> BTreeMap<Spot, Found<'a>> {
    let mut spots: BTreeMap<Spot, Found<'a>> = BTreeMap::new();
    for row in holdings.iter().filter(|row| row.node == *node) {
        let found = spots.entry((row.place.clone(), row.material.clone())).or_default();
        found.book += row.wet;
        found.book_then += row.wet;
    }
    for line in last.iter().flat_map(|take| &take.lines) {
        let spot = (line.place.clone(), line.material.clone());
        spots.entry(spot).or_default().counted.push(line);
    }
    let at = last.map_or(0, |take| take.at);
    for flow in since {
        let (Some(material), Some(wet)) = (&flow.material, flow.wet) else { continue };
        let moved = after(flow, wet, at);
        for (end, sign) in [(&flow.to, Decimal::NEGATIVE_ONE), (&flow.from, Decimal::ONE)] {
            if let End::Held { node: held, place } = end
                && held == node
            {
                let found = spots.entry((place.clone(), material.clone())).or_default();
                found.book_then += WetMass(moved.0 * sign);
            }
        }
    }
    spots.retain(|_, found| !found.book.0.is_zero() || !found.counted.is_empty());
    spots
}

/// The part of a flow that moved after a moment.
fn after(flow: &FlowRow, wet: WetMass, at: Micros) -> WetMass {
    let whole = MicrosSpan { from: flow.since, to: flow.until };
    if whole.length() == 0 || flow.since >= at {
        return wet;
    }
    // The share first: the product of a mass and a time may be beyond what a decimal holds.
    let rest = Decimal::from(flow.until.saturating_sub(at).max(0));
    let share = rest / Decimal::from(whole.length());
    WetMass(wet.0.saturating_mul(share).round_dp(0))
}

fn node_table(desk: &Desk, node: &NodeId, spots: &BTreeMap<Spot, Found<'_>>) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.material()),
        Column::text(t.place()),
        Column::number(t.book_tonnes()),
        Column::number(t.counted_tonnes()),
        Column::number(t.book_then_tonnes()),
        Column::number(t.count_difference()),
        Column::text(t.counted_how()),
    ];
    let mut table = Table::new(t, desk.names.node(node), columns);
    table.rows = spots.iter().map(|(spot, found)| cells(desk, spot, found)).collect();
    table
}

fn cells(desk: &Desk, spot: &Spot, found: &Found<'_>) -> Vec<Cell> {
    let (t, names) = (desk.t, &desk.names);
    let mut book = Cell::text(format::tonnes(found.book));
    if found.book.0 < Decimal::ZERO {
        book = book.chip(Tone::Watch, t.book_stock_negative());
    }
    let mut methods: Vec<&str> =
        found.counted.iter().map(|line| t.stock_method(line.method)).collect();
    methods.dedup();
    let wet = wet_sum(&found.counted);
    let difference = wet.map(|wet| (wet - found.book_then).tonnes());
    let then = (!found.counted.is_empty()).then(|| format::tonnes(found.book_then));
    vec![
        Cell::text(names.material(&spot.1)),
        spot.0.as_ref().map_or_else(
            || Cell::text(t.labelled_batches()),
            |place| Cell::text(names.place(place)),
        ),
        book,
        Cell::maybe(counted(t, &found.counted)),
        Cell::maybe(then),
        Cell::maybe(difference.map(|difference| format::signed(difference, 3))),
        Cell::maybe((!methods.is_empty()).then(|| methods.join(" · "))),
    ]
}

/// The wet mass counted, when every line has one.
fn wet_sum(lines: &[&StockLine]) -> Option<WetMass> {
    let masses: Option<Vec<WetMass>> =
        lines.iter().map(|line| line.mass.as_ref()?.wetted(None)).collect();
    masses.filter(|masses| !masses.is_empty()).map(|masses| masses.into_iter().sum())
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
