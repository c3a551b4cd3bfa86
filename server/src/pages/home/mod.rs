//! The home page: what this person has to do next, by role.
//!
//! Gate and laboratory see the day's work, EHS the month's balance and open tasks, an officer the
//! enterprises of the area with the worst first, a system administrator devices and no data.

mod officer;
mod system;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::balance::{Question, Scope};
use tl_domain::ids::Analyte;
use tl_domain::project::{Review, RunRow};
use tl_domain::time::DAY_MICROS;
use tl_store::{BatchFilter, Page};

use super::desk::Desk;
use super::part::{Cell, Column, Empty, Table, Tone};
use super::sheet::{Act, Section, Sheet};
use super::span::Calendar;
use super::{
    assays, balance, batches, handovers, html_answer, ledger, newest, part::Query, query, render,
    samples, scanned_note, tasks,
};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// Rows of each list on a home page; the full lists are one click away.
const ROWS: u32 = 10;

/// `GET /`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| render(&sheet(app, &session, &query)?)).await?;
    Ok(html_answer(html))
}

fn sheet(app: &App, session: &Session, query: &Query) -> Result<Sheet, Failure> {
    if session.roles.has(Role::Officer) {
        return officer::sheet(app, session, query);
    }
    if session.roles.has(Role::Sysadmin) || session.party.is_none() {
        return system::sheet(app, session, query);
    }
    enterprise(app, &Desk::open(app, session, query)?)
}

fn enterprise(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut sheet = desk.sheet(t.nav_home(), &[]);
    sheet.lead = t.as_of(desk.minute(desk.now));
    let own = std::slice::from_ref(&desk.party.party);
    sheet.sections.extend(ledger::alarm_line(app, t, own)?);
    let roles = &desk.session.roles;
    if roles.has(Role::Gate) {
        sheet.primary = Some(Act::new(t.register_batch(), "/batches/new"));
        gate(app, desk, &mut sheet)?;
    }
    if roles.any(&[Role::Lab, Role::Reviewer]) {
        if sheet.primary.is_none() && roles.has(Role::Lab) {
            sheet.primary = Some(Act::new(t.act_sample(), "/samples/new"));
        }
        laboratory(app, desk, &mut sheet)?;
    }
    sheet.acts.push(Act::new(t.log_title(), desk.links.to("/entries")));
    sheet.acts.push(Act::new(t.ledger_own_title(), "/ledger"));
    if roles.any(&[Role::Ehs, Role::Admin]) {
        sheet.acts.push(Act::new(t.masters(), "/masters"));
        sheet.acts.push(Act::new(t.devices(), "/devices"));
        sheet.acts.push(Act::new(t.looks(), "/looks"));
        management(app, desk, &mut sheet)?;
    }
    Ok(sheet)
}

/// Expected arrivals, the day's batches, open runs.
fn gate(app: &App, desk: &Desk, sheet: &mut Sheet) -> Result<(), Failure> {
    let t = desk.t;
    let expected = usecase::handovers::expected(app, &desk.permit)?;
    let mut table = handovers::table(desk, &expected);
    table.empty = Empty::why(t.nothing_expected());
    sheet.sections.push(Section::new("expected", t.expected_arrivals(), table));
    let since = desk.now - DAY_MICROS;
    let filter = BatchFilter::default();
    let newest = Page { offset: 0, limit: ROWS };
    let mut today = usecase::batches::list(app, &desk.permit, &filter, newest)?.rows;
    today.retain(|row| row.registered_at.is_some_and(|at| at >= since));
    let mut table = batches::list::table(desk, &today);
    table.empty = Empty::why(t.no_batches_today()).act(t.register_batch(), "/batches/new");
    let all = Act::new(t.all_batches(), "/batches");
    sheet.sections.push(Section::new("today", t.batches_today(), table).act(Some(all)));
    let runs = super::newest(|page| usecase::runs::list(app, &desk.permit, None, page))?.rows;
    let open: Vec<RunRow> = runs.into_iter().filter(|run| run.ended_at.is_none()).collect();
    if !open.is_empty() {
        let table = super::runs::table(desk, &open);
        let all = Act::new(t.all_runs(), "/runs");
        sheet.sections.push(Section::new("runs", t.open_runs(), table).act(Some(all)));
    }
    Ok(())
}

/// Samples that wait for a result, results that wait for a review.
fn laboratory(app: &App, desk: &Desk, sheet: &mut Sheet) -> Result<(), Failure> {
    let t = desk.t;
    let found = newest(|page| usecase::samples::list(app, &desk.permit, page))?;
    let note = scanned_note(t, &found);
    let mut waiting = found.rows;
    waiting.retain(|row| row.assays == 0 && row.subject.is_some());
    let count = waiting.len();
    waiting.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    samples::learn(app, desk, waiting.iter().map(|row| &row.subject))?;
    let mut table = samples::table(desk, &waiting, &[]);
    table.empty = Empty::why(t.no_samples_waiting());
    let heading = format!("{} · {count}", t.samples_waiting());
    let all = Act::new(t.all_samples(), "/samples");
    sheet.sections.push(Section::new("waiting", heading, table).act(Some(all)).note(note));
    let found = newest(|page| usecase::assays::list(app, &desk.permit, page))?;
    let reports_note = scanned_note(t, &found);
    let mut pending = found.rows;
    pending.retain(|row| row.review == Review::Pending);
    let count = pending.len();
    pending.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    samples::learn(app, desk, pending.iter().map(|row| &row.subject))?;
    desk.learn_samples(app, pending.iter().map(|row| row.sample))?;
    let mut table = assays::table(desk, &pending);
    table.empty = Empty::why(t.no_reviews_waiting());
    let heading = format!("{} · {count}", t.reviews_waiting());
    let all = Act::new(t.all_assays(), "/assays");
    let section = Section::new("reviews", heading, table).act(Some(all));
    sheet.sections.push(section.note(reports_note));
    Ok(())
}

/// The last full month's balance (the running one has no closing stock yet), open tasks, handovers
/// with one half.
fn management(app: &App, desk: &Desk, sheet: &mut Sheet) -> Result<(), Failure> {
    let t = desk.t;
    let calendar = Calendar::of(desk.names.sites.first());
    let chosen = calendar.chosen(&Query::new("/balance", ""), desk.now, false);
    let question = Question {
        scope: Scope::Enterprise,
        span: chosen.span,
        substance: desk.substance.parse::<Analyte>().map_err(|error| Failure::internal(&error))?,
    };
    let found = usecase::balances::compute(app, &desk.permit, &question)?;
    let month = chosen.month.unwrap_or_default();
    let open = Act::new(t.open_balance(), desk.links.to(format!("/balance?month={month}")));
    let section = Section::new("balance", t.balance_of_month(&month), balance::tiles(t, &found));
    sheet.sections.push(section.act(Some(open)));
    tasks::learn(app, desk, &desk.tasks)?;
    let rows = &desk.tasks;
    let shown: Vec<_> = rows.iter().take(usize::try_from(ROWS).unwrap_or(usize::MAX)).collect();
    let mut table = tasks::table(desk, &shown);
    table.empty = Empty::why(t.no_tasks());
    let heading = format!("{} · {}", t.nav_tasks(), rows.len());
    let all = Act::new(t.all_tasks(), desk.links.to("/tasks"));
    sheet.sections.push(Section::new("tasks", heading, table).act(Some(all)));
    let open = handovers::one_sided(app, desk)?;
    let mut table = handovers::table(desk, &open);
    table.empty = Empty::why(t.no_one_sided());
    let heading = format!("{} · {}", t.one_sided(), open.len());
    sheet.sections.push(Section::new("handovers", heading, table).note(t.one_sided_note()));
    Ok(())
}

/// Work that no verdict marks but that somebody has to do: reviews, results, missing halves.
///
/// # Errors
/// The store's.
pub(crate) fn derived_tasks(app: &App, desk: &Desk) -> Result<Table, Failure> {
    let t = desk.t;
    let columns = vec![Column::text(t.task_what()), Column::number(t.count())];
    let mut table = Table::new(t, t.waiting_for_someone(), columns);
    let samples = newest(|page| usecase::samples::list(app, &desk.permit, page))?.rows;
    let without = samples.iter().filter(|row| row.assays == 0 && row.subject.is_some()).count();
    let reports = newest(|page| usecase::assays::list(app, &desk.permit, page))?.rows;
    let pending = reports.iter().filter(|row| row.review == Review::Pending).count();
    let halves = handovers::one_sided(app, desk)?.len();
    for (words, count, path) in [
        (t.samples_waiting(), without, "/samples"),
        (t.reviews_waiting(), pending, "/assays"),
        (t.one_sided(), halves, "/handovers"),
    ] {
        if count > 0 {
            let count = Cell::state(Tone::Watch, count.to_string());
            table.rows.push(vec![Cell::text(words).link(desk.links.to(path)), count]);
        }
    }
    Ok(table)
}
