//! The bureau's workbench: two marks per enterprise, the worst first.
//!
//! Marks come from the tests over balance periods and nothing else (`usecase::accounts::marked`);
//! an enterprise whose books can't be judged says so, it is never hidden behind those that fit.
//! Findings stand beside them as last noticed; nodes that alarm explain, they set no mark.
//! All looks of one view are recorded in one write.

use std::cmp::{Ordering, Reverse};

use tl_accounts::marks::{BalanceMark, DataMark, Marks};
use tl_domain::event::Master;
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_store::Page;

use super::super::accounts::{figure, grams, marks, number, signed};
use super::super::desk::{Links, outer_frame, words};
use super::super::format::{self, DEFAULT_OFFSET_MINUTES};
use super::super::ledger;
use super::super::part::{Cell, Column, Empty, Query, Table, Tone};
use super::super::sheet::{Act, Section, Sheet};
use crate::app::App;
use crate::auth::Session;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase::accounts::{self, Marked};
use crate::usecase::findings;

/// One enterprise at a glance.
struct Glance {
    marked: Marked,
    tasks: usize,
    findings: Option<Noticed>,
    last_entry: Option<Micros>,
}

pub(super) fn sheet(app: &App, session: &Session, query: &Query) -> Result<Sheet, Failure> {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.nav_bureau()));
    sheet.acts.push(Act::new(t.policy_title(), "/policies"));
    sheet.acts.push(Act::new(t.thresholds_title(), "/thresholds"));
    sheet.acts.push(Act::new(t.ledger_title(), "/ledger"));
    let marked = accounts::marked(app, session, &app.config.substance)?;
    let parties: Vec<PartyId> = marked.iter().map(|one| one.party.clone()).collect();
    sheet.sections.extend(ledger::alarm_line(app, t, &parties)?);
    let mut glances = Vec::with_capacity(marked.len());
    for marked in marked {
        let newest = app.store.recent(&marked.party, Page { offset: 0, limit: 1 })?;
        glances.push(Glance {
            tasks: app.store.tasks(&marked.party)?.len(),
            findings: noticed(app, &marked.party)?,
            last_entry: newest.rows.first().map(|view| view.received_at),
            marked,
        });
    }
    sort(&mut glances, query.value("sort"));
    sheet.lead = t.marks_lead(glances.len());
    let columns = vec![
        Column::text(t.enterprise()).sorted(query, "name"),
        Column::text(t.balance_mark()).sorted(query, "balance"),
        Column::text(t.data_quality()).sorted(query, "data"),
        Column::number(t.unaccounted_grams()).sorted(query, "gap"),
        Column::number(t.input_grams()).sorted(query, "input"),
        Column::number(t.detectable_share()).sorted(query, "detectable"),
        Column::number(t.findings_title()).sorted(query, "findings"),
        Column::number(t.nav_tasks()).sorted(query, "tasks"),
        Column::text(t.last_report()).sorted(query, "last"),
    ];
    let mut table = Table::new(t, t.nav_bureau(), columns);
    table.rows = glances.iter().map(|glance| cells(t, glance)).collect();
    table.empty = Empty::why(t.no_enterprise_in_area());
    sheet.sections.push(Section::new("enterprises", "", table));
    Ok(sheet)
}

/// The worst first, as `marked` gives them, unless a column was chosen.
fn sort(glances: &mut [Glance], by: Option<&str>) {
    let Some(by) = by else { return hinted_first(glances) };
    let (name, turned) = by.strip_prefix('-').map_or((by, false), |name| (name, true));
    let gap = |glance: &Glance| {
        let last = glance.marked.last.as_ref();
        last.map_or(-1.0, |last| number(last.figures.unaccounted.0).abs())
    };
    let input = |glance: &Glance| {
        glance.marked.last.as_ref().map_or(-1.0, |last| number(last.figures.input.0))
    };
    let detectable = |glance: &Glance| glance.marked.detectable_percent.unwrap_or(f64::INFINITY);
    let open = |glance: &Glance| glance.findings.as_ref().map(|found| found.glance.open);
    let mark = |glance: &Glance| glance.marked.marks.as_ref().map(|marks| marks.balance);
    let data = |glance: &Glance| glance.marked.marks.as_ref().map(|marks| marks.data);
    let order = |a: &Glance, b: &Glance| match name {
        "name" => a.marked.name.cmp(&b.marked.name),
        "balance" => mark(a).cmp(&mark(b)),
        "data" => data(a).cmp(&data(b)),
        "gap" => gap(a).total_cmp(&gap(b)),
        "input" => input(a).total_cmp(&input(b)),
        "detectable" => detectable(a).total_cmp(&detectable(b)),
        "findings" => open(a).cmp(&open(b)),
        "tasks" => a.tasks.cmp(&b.tasks),
        "last" => a.last_entry.cmp(&b.last_entry),
        _ => Ordering::Equal,
    };
    glances.sort_by(|a, b| if turned { order(b, a) } else { order(a, b) });
}

/// Among equal marks those first in which a node alarms, then those with more to explain.
fn hinted_first(glances: &mut [Glance]) {
    let marks = |glance: &Glance| glance.marked.marks.as_ref().map(|m| (m.balance, m.data));
    for alike in glances.chunk_by_mut(|a, b| marks(a) == marks(b)) {
        alike.sort_by_key(|glance| {
            let found = glance.findings.as_ref();
            let nodes = found.is_some_and(|found| !found.nodes.is_empty());
            Reverse((nodes, found.map_or(0, |found| found.glance.open)))
        });
    }
}

fn cells(t: Words, glance: &Glance) -> Vec<Cell> {
    let marked = &glance.marked;
    let links = Links::about(marked.party.clone());
    let (mut balance, data) = chips(t, marked.marks.as_ref());
    if let Some(nodes) = glance.findings.as_ref().map(|found| &found.nodes)
        && !nodes.is_empty()
    {
        balance = balance.chip(Tone::Note, t.finding_nodes(nodes.join(t.list_comma())));
    }
    let name = Cell::text(&marked.name).link(links.to("/accounts")).small(marked.area.clone());
    let difference = marked.last.as_ref().map_or_else(Cell::dash, |last| {
        let gap = signed(number(last.figures.unaccounted.0));
        Cell::text(gap).small(format!("± {}", grams(2.0 * last.sigma)))
    });
    let input = marked.last.as_ref().map(|last| grams(number(last.figures.input.0)));
    let tasks = Cell::text(glance.tasks.to_string());
    vec![
        name,
        balance,
        data,
        difference,
        Cell::maybe(input),
        Cell::maybe(marked.detectable_percent.map(figure)),
        findings_cell(t, &links, glance.findings.as_ref()),
        if glance.tasks > 0 { tasks.link(links.to("/tasks")) } else { tasks },
        match glance.last_entry {
            Some(at) => Cell::time(format::minute(at, DEFAULT_OFFSET_MINUTES)),
            None => Cell::state(Tone::Watch, t.never_reported()),
        },
    ]
}

/// What the rules noticed, with the names of nodes that alarm.
struct Noticed {
    glance: findings::Glance,
    nodes: Vec<String>,
}

fn noticed(app: &App, party: &PartyId) -> Result<Option<Noticed>, Failure> {
    let Some(glance) = findings::glance(app, party)? else { return Ok(None) };
    let mut nodes = Vec::with_capacity(glance.nodes.len());
    for id in &glance.nodes {
        let row = app.store.master(party, "node", id)?;
        nodes.push(match row.map(|row| row.record) {
            Some(Master::Node(node)) => node.name,
            _ => id.clone(),
        });
    }
    Ok(Some(Noticed { glance, nodes }))
}

/// How many findings are open, what of them waits, and the way to them.
fn findings_cell(t: Words, links: &Links, found: Option<&Noticed>) -> Cell {
    let Some(Noticed { glance, .. }) = found else {
        return Cell::dash().small(t.finding_not_yet()).link(links.to("/findings"));
    };
    let parts = [
        (glance.to_judge > 0).then(|| t.finding_to_judge(glance.to_judge)),
        (glance.overdue > 0).then(|| t.finding_overdue_count(glance.overdue)),
        (glance.hints > 0).then(|| t.finding_hint_count(glance.hints)),
    ];
    let small: Vec<String> = parts.into_iter().flatten().collect();
    let count = Cell::text(glance.open.to_string()).link(links.to("/findings"));
    count.small(small.join(" · "))
}

/// Both marks with the gravest reason of each; an enterprise without an account is not judged.
fn chips(t: Words, marks: Option<&Marks>) -> (Cell, Cell) {
    let Some(marks) = marks else {
        let (tone, words) = marks::balance(t, BalanceMark::Undecidable);
        let (poor, none) = marks::data(t, DataMark::Insufficient);
        return (Cell::state(tone, words), Cell::state(poor, none).small(t.accounts_not_yet()));
    };
    let (tone, words) = marks::balance(t, marks.balance);
    let mut balance = Cell::state(tone, words);
    let mut small: Vec<String> =
        marks.reasons.iter().take(1).map(|one| t.mark_reason(*one).to_owned()).collect();
    if let Some(until) = marks.explain_until {
        small.push(t.explain_until(format::minute(until, DEFAULT_OFFSET_MINUTES)));
    }
    if marks.trial {
        small.push(t.on_trial().to_owned());
    }
    balance = balance.small(small.join(" · "));
    let (tone, words) = marks::data(t, marks.data);
    (balance, Cell::state(tone, words))
}
