//! The table of every term: role, name, mass, grams, what they rest on, and the entries.

use rust_decimal::Decimal;
use tl_domain::balance::{Balance, Quality, Role, Rung, Term};
use tl_domain::event::MaterialClass;
use tl_domain::quantity::DryMass;

use super::super::desk::Desk;
use super::super::format;
use super::super::part::{Cell, Column, Empty, Table, Tone};
use super::{band, places, says_nothing, unmeasured};

/// Entries linked per term; all of them are on the flow list.
const LINKS: usize = 3;

/// Every term and the sums.
pub(super) fn table(desk: &Desk, balance: &Balance) -> Table {
    let t = desk.t;
    let mut table = Table::new(t, t.balance_terms(), columns(desk, balance));
    table.empty = Empty::why(t.no_terms()).act(t.nav_batches(), desk.links.to("/batches"));
    for role in ROLES {
        let terms: Vec<&Term> = balance.terms.iter().filter(|term| term.role == role).collect();
        table.rows.extend(terms.iter().map(|term| cells(desk, balance, term)));
        if !balance.terms.is_empty() {
            table.rows.push(sum(desk, balance, role));
        }
    }
    if !balance.terms.is_empty() {
        table.foot = foot(desk, balance);
    }
    table
}

/// What moved between nodes inside the boundary; in no sum.
pub(super) fn internal(desk: &Desk, balance: &Balance) -> Option<Table> {
    let mut table = Table::new(desk.t, desk.t.internal_terms(), columns(desk, balance));
    let inner = balance.terms.iter().filter(|term| term.role == Role::Internal);
    table.rows = inner.map(|term| cells(desk, balance, term)).collect();
    (!table.rows.is_empty()).then_some(table)
}

fn columns(desk: &Desk, balance: &Balance) -> Vec<Column> {
    let t = desk.t;
    vec![
        Column::text(t.term()),
        Column::text(t.name()),
        Column::number(t.dry_tonnes()),
        Column::number(t.grams_of(&balance.substance)),
        Column::number(t.standard_uncertainty()),
        Column::number(t.mean_content()),
        Column::text(t.rests_on()),
        Column::text(t.evidence()),
    ]
}

const ROLES: [Role; 5] = [Role::Opening, Role::Input, Role::Output, Role::Discharge, Role::Closing];

fn cells(desk: &Desk, balance: &Balance, term: &Term) -> Vec<Cell> {
    let t = desk.t;
    let places = places(balance);
    // Nothing but parts without a figure: that is no zero.
    let blank = term.missing > 0 && term.missing >= term.count;
    let figure = |value: Decimal| {
        if blank { Cell::dash() } else { Cell::text(format::rounded(value, places)) }
    };
    let mut grams = figure(term.substance.0);
    if term.missing > 0 {
        grams = grams.chip(Tone::Watch, t.parts_missing(term.missing));
    }
    let sigma = Decimal::try_from(term.sigma_grams).unwrap_or_default();
    vec![
        Cell::text(t.balance_role(term.role)),
        name(desk, term),
        mass(term),
        grams,
        figure(sigma),
        content(desk, term),
        quality(desk, term),
        evidence(desk, term),
    ]
}

fn name(desk: &Desk, term: &Term) -> Cell {
    let (t, names) = (desk.t, &desk.names);
    let material = term.material.as_ref().map(|id| names.material(id));
    let stream = term.stream.as_ref().map(|id| names.stream(id));
    let text = stream.clone().or_else(|| material.clone());
    let mut cell = Cell::text(text.unwrap_or_else(|| t.unknown().to_owned()));
    if term.returned {
        cell = cell.chip(Tone::Plain, t.returned_chip());
    }
    if term.transit {
        cell = cell.chip(Tone::Plain, t.in_transit());
    }
    let way: Vec<String> = [
        term.partner.as_ref().map(|party| names.party(party)),
        stream.and(material),
        term.from.as_ref().map(|node| names.node(node)),
        term.to.as_ref().map(|node| names.node(node)),
    ]
    .into_iter()
    .flatten()
    .collect();
    cell.small(way.join(" · "))
}

fn mass(term: &Term) -> Cell {
    if !term.dry.0.is_zero() {
        return tonnes(term.dry);
    }
    if !term.volume.is_zero() {
        return Cell::text(format!("{} m³", format::rounded(term.volume, 0)));
    }
    Cell::dash()
}

/// Mean content over the term: mg/kg of the dry mass, or per litre of water, or per cubic metre of
/// gas; traces in the next smaller unit, as laboratories print them.
fn content(desk: &Desk, term: &Term) -> Cell {
    let by_mass = !term.dry.0.is_zero();
    let whole = if by_mass { term.dry.tonnes() } else { term.volume };
    let value = term.substance.0.checked_div(whole).filter(|_| term.missing == 0);
    let Some(value) = value else { return Cell::dash() };
    let trace = value < Decimal::new(1, 3);
    let class = term.material.as_ref().and_then(|id| desk.names.class(id));
    let (factor, unit) = match class {
        _ if by_mass => (Decimal::ONE, "mg/kg"),
        Some(MaterialClass::Gas) if trace => (Decimal::from(1_000_000), "µg/m³"),
        Some(MaterialClass::Gas) => (Decimal::ONE_THOUSAND, "mg/m³"),
        _ if trace => (Decimal::ONE_THOUSAND, "µg/L"),
        _ => (Decimal::ONE, "mg/L"),
    };
    value.checked_mul(factor).map_or_else(Cell::dash, |value| {
        Cell::text(format!("{} {unit}", format::significant(value)))
    })
}

fn quality(desk: &Desk, term: &Term) -> Cell {
    let t = desk.t;
    let mut cell = Cell::default();
    for (quality, grams) in &term.by_quality {
        let share = format::percent(grams.0, term.substance.0);
        let words = match share {
            Some(share) if term.by_quality.len() > 1 => {
                format!("{} {share} %", t.quality(*quality))
            }
            _ => t.quality(*quality).to_owned(),
        };
        let tone = match quality {
            Quality::Assayed => Tone::Good,
            Quality::Missing => Tone::Watch,
            _ => Tone::Plain,
        };
        cell = cell.chip(tone, words);
    }
    // What stands on the provisional ladder says which rung, and how well it is known.
    let provisional = term.by_rung.iter().filter(|share| share.rung >= Rung::Estimate);
    let rungs: Vec<String> = provisional
        .map(|share| format!("{} ±{:.0} %", t.rung(share.rung), share.sd_percent))
        .collect();
    if rungs.is_empty() { cell } else { cell.small(rungs.join(" · ")) }
}

fn evidence(desk: &Desk, term: &Term) -> Cell {
    let links = term.evidence.iter().take(LINKS).enumerate();
    let cell = links.fold(Cell::default(), |cell, (i, entry)| {
        cell.also(format!("#{}", i + 1), desk.links.to(format!("/entries/{entry}")))
    });
    match term.evidence.len().checked_sub(LINKS).filter(|more| *more > 0) {
        Some(more) => cell.small(desk.t.more_entries(more)),
        None => cell,
    }
}

fn sum(desk: &Desk, balance: &Balance, role: Role) -> Vec<Cell> {
    let t = desk.t;
    let (grams, dry) = (&balance.grams, &balance.dry);
    let (grams, dry) = match role {
        Role::Opening => (grams.opening, dry.opening),
        Role::Input => (grams.input, dry.input),
        Role::Output => (grams.output, dry.output),
        Role::Discharge => (grams.discharge, dry.discharge),
        Role::Closing => (grams.closing, dry.closing),
        Role::Internal => return Vec::new(),
    };
    let mass = if dry.0.is_zero() { Cell::dash() } else { tonnes(dry) };
    let mut cells = vec![
        Cell::text(t.sum_of(t.balance_role(role))).strong(),
        Cell::default(),
        mass.strong(),
        match unmeasured(balance, role) {
            true => Cell::dash().small(t.not_counted()),
            false => Cell::text(format::rounded(grams.0, places(balance))).strong(),
        },
    ];
    cells.resize_with(COLUMNS, Cell::default);
    cells
}

fn tonnes(dry: DryMass) -> Cell {
    Cell::text(format::rounded(dry.tonnes(), 3))
}

/// opening + in − out − discharge − closing.
fn foot(desk: &Desk, balance: &Balance) -> Vec<Cell> {
    let t = desk.t;
    let places = places(balance);
    let figure = |text: String| {
        if says_nothing(balance) { Cell::dash() } else { Cell::text(text) }
    };
    let mut cells = vec![
        Cell::text(t.unaccounted()),
        Cell::text(t.unaccounted_is()).small(t.closure_of(super::closure(balance))),
        tonnes(balance.dry.unaccounted),
        figure(format::signed(balance.grams.unaccounted.0, places)),
        figure(format::rounded(band(balance) / Decimal::TWO, places)),
    ];
    cells.resize_with(COLUMNS, Cell::default);
    cells
}

const COLUMNS: usize = 8;
