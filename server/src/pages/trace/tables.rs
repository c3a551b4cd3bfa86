//! Shares and steps of a trace as tables.

use rust_decimal::Decimal;

use super::super::desk::Desk;
use super::super::format;
use super::super::part::{Cell, Column, Empty, Table, Tone};
use super::label::{Namer, grams, tonnes};
use crate::usecase::trace::{Direction, Genealogy, TraceAmounts, TraceOrigin, TraceShare, Traced};

/// Shares up to this part of the whole go into one sum.
const SLIGHT: f64 = 5e-4;

/// Origins, or where it rests now, the largest first; what is not on the page is one sum.
pub(super) fn shares(
    desk: &Desk,
    found: &Traced,
    namer: &Namer<'_>,
    direction: Direction,
) -> Table {
    let t = desk.t;
    let (first, way) = match direction {
        Direction::Backward => (t.trace_origin(), "ahead"),
        Direction::Forward => (t.trace_rests_in(), "back"),
    };
    let columns = vec![
        Column::text(first),
        Column::text(t.enterprise()),
        Column::text(t.when()),
        Column::number(t.grams_column()),
        Column::number(t.trace_share()),
        Column::number("t"),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, first, columns);
    table.empty = Empty::why(t.trace_no_shares());
    let mut rest = found.rest;
    for share in &found.rows {
        if is_slight(found, share.amounts) {
            rest.count += 1;
            rest.amounts.grams += share.amounts.grams;
            rest.amounts.tonnes += share.amounts.tonnes;
        } else {
            table.rows.push(row(desk, found, namer, share, way));
        }
    }
    for (words, extent) in [(t.trace_rest(), rest), (t.trace_outside(), found.outside)] {
        if extent.count > 0 {
            let mut cells = vec![
                Cell::text(words).small(t.trace_parts(extent.count)),
                Cell::dash(),
                Cell::dash(),
            ];
            cells.extend(amounts(found, extent.amounts));
            cells.push(Cell::dash());
            table.rows.push(cells);
        }
    }
    let mut foot = vec![Cell::text(t.total()).strong(), Cell::text(""), Cell::text("")];
    foot.extend(amounts(found, found.sum));
    foot.push(Cell::text(""));
    table.foot = foot;
    table
}

/// Whether a share is too small to be read as a row of its own, in grams and in tonnes.
fn is_slight(found: &Traced, amounts: TraceAmounts) -> bool {
    let below = |part: f64, whole: f64| part.abs() <= whole.abs() * SLIGHT;
    below(amounts.grams, found.whole.grams) && below(amounts.tonnes, found.whole.tonnes)
}

fn row(desk: &Desk, found: &Traced, namer: &Namer<'_>, share: &TraceShare, way: &str) -> Vec<Cell> {
    let t = desk.t;
    let version = &share.version;
    let mut name = Cell::text(namer.name(version));
    if let Some(supplier) = &version.supplier {
        name = name.small(supplier.clone());
    }
    if let Some(href) = namer.href(version, way) {
        name = name.link(href);
    }
    let party = match namer.party(version) {
        own if own.is_empty() => desk.party.name.clone(),
        other => other,
    };
    let state = match share.origin {
        Some(TraceOrigin::Lot) => Cell::state(Tone::Good, t.trace_lot()),
        Some(TraceOrigin::Unvalued) => Cell::state(Tone::Watch, t.trace_unvalued()),
        Some(TraceOrigin::Unaccounted) => Cell::state(Tone::Watch, t.trace_unaccounted()),
        None => Cell::dash(),
    };
    let mut cells = vec![name, Cell::text(party), Cell::time(desk.minute(version.at))];
    cells.extend(amounts(found, share.amounts));
    cells.push(state);
    cells
}

fn amounts(found: &Traced, amounts: TraceAmounts) -> [Cell; 3] {
    let whole = found.whole.grams;
    let share = (whole.abs() > 0.0)
        .then(|| format!("{} %", grams((amounts.grams / whole * 1000.0).round() / 10.0)));
    [
        Cell::text(rounded(amounts.grams, whole)),
        Cell::maybe(share),
        Cell::text(tonnes(amounts.tonnes)),
    ]
}

/// Grams with the places that the whole has.
fn rounded(grams: f64, whole: f64) -> String {
    let places = Decimal::try_from(whole.abs()).map_or(0, format::gram_places);
    Decimal::try_from(grams).map_or_else(|_| "–".to_owned(), |grams| format::rounded(grams, places))
}

/// Every part that went from one version to another: the picture as a list.
pub(super) fn steps(desk: &Desk, family: &Genealogy, namer: &Namer<'_>) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.trace_from()),
        Column::text(t.trace_to()),
        Column::text(t.when()),
        Column::number(t.grams_column()),
        Column::number("t"),
    ];
    let mut table = Table::new(t, t.trace_steps(), columns);
    table.empty = Empty::why(t.trace_no_steps());
    let version = |index: u64| usize::try_from(index).ok().and_then(|i| family.versions.get(i));
    for edge in &family.edges {
        let (Some(from), Some(to)) = (version(edge.from), version(edge.to)) else { continue };
        let end = |version, way| {
            let cell = Cell::text(namer.name(version)).small(namer.party(version));
            match namer.href(version, way) {
                Some(href) => cell.link(href),
                None => cell,
            }
        };
        table.rows.push(vec![
            end(from, "back"),
            end(to, "ahead"),
            Cell::time(desk.minute(to.at)),
            Cell::text(grams(edge.amounts.grams)),
            Cell::text(tonnes(edge.amounts.tonnes)),
        ]);
    }
    table
}
