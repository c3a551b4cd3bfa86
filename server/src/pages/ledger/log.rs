//! One ledger: alarms with what to do, checkpoint and witness, growth, what is odd or missing.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use tl_domain::time::{DAY_MICROS, Micros};
use tl_store::{Alarm, AlarmState};

use super::super::desk::Desk;
use super::super::format;
use super::super::part::{Cell, Column, DayBars, Empty, Facts, Table, Tone};
use super::super::sheet::{Act, Section, Sheet};
use super::{checkpoint, concern, oddities, witness};
use crate::app::App;
use crate::error::Failure;
use crate::i18n::Words;
use crate::ledger::Waiting;
use crate::usecase::ledgers::{self, LedgerView};

/// Days of growth that are drawn.
const GROWTH_DAYS: u64 = 30;

pub(super) fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let found = ledgers::of(app, vec![desk.party.clone()])?;
    let view = found.into_iter().next().ok_or_else(Failure::not_found)?;
    let home = if desk.is_own() { t.nav_home() } else { t.nav_bureau() };
    let what = if desk.is_own() { t.ledger_own_title() } else { t.ledger_facts() };
    let title = format!("{what} · {}", desk.party.name);
    let mut sheet = desk.sheet(title, &[(home, "/")]);
    sheet.lead = t.as_of(desk.minute(desk.now));
    sheet.acts.push(Act::new(t.log_title(), desk.links.to("/entries")));
    sheet.acts.push(Act::new(t.verify_title(), "/verify"));
    if !desk.is_own() {
        sheet.acts.push(Act::new(t.ledger_title(), "/ledger"));
    }
    for alarm in &view.alarms {
        sheet.sections.push(alarm_section(desk, &view, alarm));
    }
    let facts = facts(app, desk, &view);
    let note = if app.ledger.witnesses.is_empty() { t.ledger_no_witness_why() } else { "" };
    sheet.sections.push(Section::new("ledger", t.ledger_facts(), facts).note(note));
    sheet.sections.push(Section::new("odd", t.ledger_oddities_title(), odd(t, &view)));
    if !view.state.gaps.is_empty() {
        sheet.sections.push(Section::new("gaps", t.ledger_gaps(), gaps(desk, &view)));
    }
    if !view.state.windows.is_empty() {
        sheet.sections.push(Section::new("windows", t.ledger_windows(), windows(desk, &view)));
    }
    sheet.sections.push(Section::new("growth", t.ledger_growth(), growth(app, desk)?));
    if view.trees.len() > 1 {
        sheet.sections.push(Section::new("trees", t.ledger_trees(), trees(t, &view)));
    }
    Ok(sheet)
}

fn alarm_section(desk: &Desk, view: &LedgerView, alarm: &Alarm) -> Section {
    let t = desk.t;
    let mut facts = Facts::default();
    let state = alarm.state(&view.trees);
    let ended = view.newest().is_some_and(|tree| tree.number != alarm.number);
    let tree = Cell::text(t.ledger_alarm_tree(alarm.number));
    let tree = if ended { tree.small(t.ledger_alarm_over()) } else { tree };
    facts.add(t.ledger_alarm_state(), alarm_state(t, view, state));
    facts.add(t.ledger_tree_word(), tree);
    facts.add(t.ledger_alarm_since(), Cell::time(desk.minute(alarm.noticed_at)));
    facts.add(t.ledger_alarm_detail(), Cell::text(noticed(t, alarm)));
    if state == AlarmState::Open {
        facts.add(t.ledger_alarm_what_to_do(), Cell::text(t.alarm_advice(alarm.code)));
    }
    let mark = alarm.mark();
    let evidence = if alarm.evidence.is_empty() {
        Cell::text(t.ledger_no_evidence())
    } else {
        let path = format!("/ledger/evidence?tree={}&code={mark}", alarm.number);
        Cell::text(t.ledger_evidence()).link(desk.links.to(path))
    };
    facts.add(t.proof_files(), evidence);
    let id = format!("alarm-{}-{}", alarm.number, mark.replace('/', "-"));
    Section::new(&id, t.ledger_alarm_title(t.alarm_code(alarm.code)), facts)
}

/// Whether the log has gone on since, and from where.
fn alarm_state(t: Words, view: &LedgerView, state: AlarmState) -> Cell {
    let AlarmState::Answered(number) = state else {
        return Cell::state(Tone::Bad, t.ledger_alarm_open());
    };
    let cell = Cell::state(Tone::Good, t.ledger_alarm_answered(number));
    let at = view.trees.iter().position(|tree| tree.number == number);
    let Some((before, next)) =
        at.and_then(|at| view.trees.get(at.checked_sub(1)?).zip(view.trees.get(at)))
    else {
        return cell;
    };
    let size = next.first_index.saturating_sub(before.first_index);
    cell.small(t.ledger_alarm_taken_up(size, before.number))
}

/// What was noticed; of an alarm of an earlier version as it was written then.
fn noticed(t: Words, alarm: &Alarm) -> String {
    if alarm.facts.is_empty() {
        return alarm.detail.clone();
    }
    let facts: Vec<String> = alarm.facts.iter().map(|fact| t.alarm_fact(fact)).collect();
    facts.join(t.alarm_separator())
}

fn facts(app: &App, desk: &Desk, view: &LedgerView) -> Facts {
    let t = desk.t;
    let mut facts = Facts::default();
    facts.add(t.ledger_state(), oddities(t, view));
    facts.add(t.ledger_size(), Cell::text(format::grouped(&view.log.size.to_string())));
    facts.add(t.ledger_checkpoint(), checkpoint(t, view, desk.now));
    facts.add(t.ledger_waits(), signing(t, view));
    facts.add(t.ledger_witness(), witness(app, t, view, desk.now));
    let newest = view.state.newest_received;
    facts.add(t.ledger_newest(), Cell::maybe(newest.map(|at| desk.minute(at))));
    if let Some(tree) = view.newest() {
        facts.add(t.ledger_origin(), Cell::code(&tree.origin));
        facts.add(t.verify_root(), Cell::code(tree.head.root.to_string()));
        facts.add(t.ledger_key(), tree.vkey.as_ref().map_or_else(Cell::dash, Cell::code));
    }
    facts
}

/// Whether the newest tree is signed, or whom it waits for.
fn signing(t: Words, view: &LedgerView) -> Cell {
    if view.is_stopped() {
        return Cell::state(Tone::Bad, t.ledger_stopped());
    }
    match view.waiting {
        Waiting::Nobody => Cell::text(t.waiting_for(Waiting::Nobody)),
        waiting => Cell::state(Tone::Watch, t.waiting_for(waiting)),
    }
}

fn odd(t: Words, view: &LedgerView) -> Table {
    let columns = vec![Column::text(t.ledger_what()), Column::text(t.ledger_meaning())];
    let mut table = Table::new(t, t.ledger_oddities_title(), columns);
    for (of, count) in &view.concerns {
        let chip = concern(t, *of, *count);
        let what = Cell { chips: vec![chip], ..Cell::default() };
        table.rows.push(vec![what, Cell::text(t.concern_meaning(*of))]);
    }
    table.empty = Empty::why(t.ledger_oddities_none());
    table
}

fn gaps(desk: &Desk, view: &LedgerView) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.device()),
        Column::text(t.ledger_gaps()),
        Column::number(t.ledger_count()),
    ];
    let mut table = Table::new(t, t.ledger_gaps(), columns);
    for gap in &view.state.gaps {
        table.rows.push(vec![
            Cell::code(gap.device.to_string()),
            Cell::text(t.ledger_gap_of(gap.epoch, gap.acked + 1, gap.written)),
            Cell::text((gap.written - gap.acked).to_string()),
        ]);
    }
    table
}

fn windows(desk: &Desk, view: &LedgerView) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.device()),
        Column::text(t.ledger_revoked_at()),
        Column::number(t.ledger_suspect_entries()),
        Column::text(t.ledger_suspect_span()),
    ];
    let mut table = Table::new(t, t.ledger_windows(), columns);
    for window in &view.state.windows {
        let span = window.span.map(|(from, to)| t.span_of(desk.minute(from), desk.minute(to)));
        table.rows.push(vec![
            Cell::code(window.device.to_string()),
            window.revoked_at.map_or_else(Cell::dash, |at| Cell::time(desk.minute(at))),
            Cell::text(window.entries.to_string()),
            Cell::maybe(span),
        ]);
    }
    table
}

fn trees(t: Words, view: &LedgerView) -> Table {
    let columns = vec![
        Column::number(t.ledger_tree()),
        Column::text(t.reason()),
        Column::number(t.ledger_size()),
        Column::text(t.ledger_origin()),
    ];
    let mut table = Table::new(t, t.ledger_trees(), columns);
    for tree in view.trees.iter().rev() {
        let reason = tree.reason.map_or(t.ledger_tree_first(), |reason| t.continue_reason(reason));
        table.rows.push(vec![
            Cell::text(tree.number.to_string()),
            Cell::text(reason),
            Cell::text(format::grouped(&tree.head.size.to_string())),
            Cell::text(&tree.origin),
        ]);
    }
    table
}

/// Records per day of receipt, at the site's clock.
fn growth(app: &App, desk: &Desk) -> Result<DayBars, Failure> {
    let offset = i64::from(desk.offset).saturating_mul(60_000_000);
    let today = day(desk.now.saturating_add(offset).div_euclid(DAY_MICROS));
    let from = today.checked_sub_days(Days::new(GROWTH_DAYS - 1)).unwrap_or(today);
    let since = days_since_epoch(from).saturating_mul(DAY_MICROS) - offset;
    let counts = app.store.growth(&desk.party.party, since, offset)?;
    let days: BTreeMap<NaiveDate, Decimal> =
        counts.into_iter().map(|(number, count)| (day(number), Decimal::from(count))).collect();
    let (t, until) = (desk.t, today);
    Ok(DayBars::counts(t.ledger_growth().to_owned(), t.ledger_growth_unit(), from, until, &days))
}

fn day(since_epoch: Micros) -> NaiveDate {
    let days = u64::try_from(since_epoch).unwrap_or(0);
    NaiveDate::default().checked_add_days(Days::new(days)).unwrap_or_default()
}

fn days_since_epoch(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}
