//! The bureau's workbench: one row per enterprise of the area, the worst first.
//!
//! What an enterprise may not hide behind: figures that nothing can be said about stand above those
//! that fit, and an enterprise without any report stands above both.

use std::cmp::Reverse;

use rust_decimal::Decimal;
use tl_domain::balance::{Balance, Quality, Question, Scope};
use tl_domain::event::PartyKind;
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::time::Micros;
use tl_store::{LogView, Page};
use tl_wire::problem::ErrorCode;

use super::super::desk::{Desk, outer_frame, words};
use super::super::part::{Cell, Column, Empty, Query, Table, Tone};
use super::super::sheet::{Act, Section, Sheet};
use super::super::span::Calendar;
use super::super::{balance, format, handovers, ledger};
use crate::app::App;
use crate::auth::Session;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase;

/// One enterprise at a glance.
struct Glance {
    rank: u8,
    gap: Decimal,
    input: Decimal,
    tasks: usize,
    halves: usize,
    last: Option<Micros>,
    closure: Option<Decimal>,
    name: String,
    cells: Vec<Cell>,
}

pub(super) fn sheet(app: &App, session: &Session, query: &Query) -> Result<Sheet, Failure> {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.nav_bureau()));
    sheet.acts.push(Act::new(t.ledger_title(), "/ledger"));
    let visible = app.visible_parties(session)?;
    let parties: Vec<PartyId> = visible.iter().map(|log| log.party.clone()).collect();
    sheet.sections.extend(ledger::alarm_line(app, t, &parties)?);
    let mut glances = Vec::new();
    let mut month = String::new();
    for log in visible {
        if log.kind != PartyKind::Enterprise {
            continue;
        }
        let own = query.with("party", log.party.as_str());
        let found = Desk::open(app, session, &own).and_then(|desk| glance(app, &desk, &mut month));
        glances.push(match found {
            Ok(glance) => glance,
            // One enterprise's broken books must not hide all others; a lost database hides them.
            Err(failure) if failure.code == ErrorCode::Internal => {
                let detail = &failure.detail;
                tracing::error!(party = %log.party, %detail, "an enterprise can't be shown");
                broken(t, &log)
            }
            Err(failure) => return Err(failure),
        });
    }
    sort(&mut glances, query.value("sort"));
    sheet.lead = t.officer_lead(&month);
    let columns = vec![
        Column::text(t.enterprise()).sorted(query, "name"),
        Column::text(t.balance_state()),
        Column::number(t.input_grams()).sorted(query, "input"),
        Column::number(t.unaccounted_grams()).sorted(query, "gap"),
        Column::number(t.closure_percent()).sorted(query, "closure"),
        Column::number(t.assayed_percent()),
        Column::number(t.nav_tasks()).sorted(query, "tasks"),
        Column::number(t.one_sided()).sorted(query, "halves"),
        Column::text(t.last_report()).sorted(query, "last"),
    ];
    let mut table = Table::new(t, t.nav_bureau(), columns);
    table.rows = glances.into_iter().map(|glance| glance.cells).collect();
    table.empty = Empty::why(t.no_enterprise_in_area());
    sheet.sections.push(Section::new("enterprises", "", table));
    Ok(sheet)
}

/// The worst first, unless a column was chosen.
fn sort(glances: &mut [Glance], by: Option<&str>) {
    glances.sort_by(|a, b| b.rank.cmp(&a.rank).then(b.gap.cmp(&a.gap)));
    match by {
        Some("input") => glances.sort_by_key(|glance| glance.input),
        Some("-input") => glances.sort_by_key(|glance| Reverse(glance.input)),
        Some("gap") => glances.sort_by_key(|glance| glance.gap),
        Some("-gap") => glances.sort_by_key(|glance| Reverse(glance.gap)),
        Some("tasks") => glances.sort_by_key(|glance| glance.tasks),
        Some("-tasks") => glances.sort_by_key(|glance| Reverse(glance.tasks)),
        Some("halves") => glances.sort_by_key(|glance| glance.halves),
        Some("-halves") => glances.sort_by_key(|glance| Reverse(glance.halves)),
        Some("name") => glances.sort_by(|a, b| a.name.cmp(&b.name)),
        Some("-name") => glances.sort_by(|a, b| b.name.cmp(&a.name)),
        Some("closure") => glances.sort_by_key(|glance| glance.closure),
        Some("-closure") => glances.sort_by_key(|glance| Reverse(glance.closure)),
        Some("last") => glances.sort_by_key(|glance| glance.last),
        Some("-last") => glances.sort_by_key(|glance| Reverse(glance.last)),
        _ => {}
    }
}

fn glance(app: &App, desk: &Desk, month: &mut String) -> Result<Glance, Failure> {
    let t = desk.t;
    let calendar = Calendar::of(desk.names.sites.first());
    let chosen = calendar.chosen(&Query::new("/balance", ""), desk.now, false);
    if month.is_empty() {
        *month = chosen.month.clone().unwrap_or_default();
    }
    let question = Question {
        scope: Scope::Enterprise,
        span: chosen.span,
        substance: desk.substance.parse::<Analyte>().map_err(|error| Failure::internal(&error))?,
    };
    let found = usecase::balances::compute(app, &desk.permit, &question)?;
    let tasks = desk.tasks.len();
    let open = handovers::one_sided(app, desk)?.len();
    let newest = app.store.recent(&desk.party.party, Page { offset: 0, limit: 1 })?;
    let last = newest.rows.first().map(|view| view.received_at);
    let (rank, chip) = standing(t, &found);
    let places = balance::places(&found);
    let assayed = found.coverage.percent.get(&Quality::Assayed).copied();
    let balance_href = match &chosen.month {
        Some(month) => desk.links.to(format!("/balance?month={month}")),
        None => desk.links.to("/balance"),
    };
    let difference = if balance::says_nothing(&found) {
        Cell::dash()
    } else {
        let band = format::rounded(balance::band(&found), places);
        Cell::text(format::signed(found.grams.unaccounted.0, places)).small(format!("± {band}"))
    };
    Ok(Glance {
        rank,
        gap: found.grams.unaccounted.0.abs(),
        input: found.grams.input.0,
        tasks,
        halves: open,
        last,
        closure: found.closure_percent,
        name: desk.party.name.clone(),
        cells: vec![
            Cell::text(&desk.party.name).link(balance_href).small(desk.party.area.clone()),
            Cell::state(chip.0, chip.1),
            Cell::text(format::rounded(found.grams.input.0, places)),
            difference,
            Cell::text(balance::closure(&found)),
            Cell::maybe(assayed.map(|percent| format::rounded(percent, 1))),
            counted(tasks, desk.links.to("/tasks")),
            counted(open, desk.links.to("/handovers")),
            last_report(desk, last),
        ],
    })
}

/// The row of an enterprise whose books can't be read: first of all, and named.
fn broken(t: Words, log: &LogView) -> Glance {
    let mut cells = vec![
        Cell::text(&log.name).small(log.area.clone()),
        Cell::state(Tone::Bad, t.books_unreadable()),
    ];
    cells.resize_with(COLUMNS, || Cell::text("–"));
    Glance {
        rank: u8::MAX,
        gap: Decimal::ZERO,
        input: Decimal::ZERO,
        tasks: 0,
        halves: 0,
        last: None,
        closure: None,
        name: log.name.clone(),
        cells,
    }
}

/// Columns of the workbench.
const COLUMNS: usize = 9;

/// Rank and words of a balance: nothing reported, then a gap, then what can't be judged.
fn standing(t: Words, found: &Balance) -> (u8, (Tone, &'static str)) {
    let words = balance::gap_words(t, found);
    match balance::gap_tone(found) {
        _ if found.terms.is_empty() => (3, (Tone::Watch, words)),
        Tone::Watch | Tone::Bad => (2, (Tone::Watch, words)),
        Tone::Plain | Tone::Note => (1, (Tone::Plain, words)),
        Tone::Good => (0, (Tone::Good, words)),
    }
}

fn counted(count: usize, href: String) -> Cell {
    let cell = Cell::text(count.to_string());
    if count > 0 { cell.link(href) } else { cell }
}

fn last_report(desk: &Desk, last: Option<Micros>) -> Cell {
    match last {
        Some(at) => Cell::time(desk.minute(at)),
        None => Cell::state(Tone::Watch, desk.t.never_reported()),
    }
}
