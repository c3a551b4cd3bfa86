//! One finding: what the rule says, the entries that show it, what was done about it, the next act.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::Body;
use tl_findings::{Act as Step, CaseStep, Grade};

use super::super::desk::Desk;
use super::super::part::{Cell, Chip, Column, Empty, Facts, Table, Timeline, Tone, encoded};
use super::super::sheet::{Act, Section, Sheet};
use super::super::{format, show};
use super::{sentence, tone, until};
use crate::app::App;
use crate::auth::permit::JudgeFinding;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase::findings::{self, Listed};

/// `GET /findings/case?key=`
pub async fn page(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

/// The finding that a query or form names.
pub(super) fn named(app: &App, desk: &Desk, key: &str) -> Result<Listed, Failure> {
    let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
    findings::find(app, &desk.permit, &desk.session, &substance, key)
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let one = named(app, desk, desk.query.value("key").unwrap_or_default())?;
    let crumbs = [(t.accounts_word(), "/accounts"), (t.findings_title(), "/findings")];
    let mut sheet = desk.sheet(t.rule(one.finding.rule), &crumbs);
    sheet.lead = sentence(t, &one);
    sheet.printable = true;
    sheet.chip(tone(one.case.state), t.case_state(one.case.state));
    if one.finding.grade == Grade::Hint {
        sheet.chip(Tone::Note, t.grade(Grade::Hint));
    }
    if one.case.is_overdue(desk.now) {
        sheet.chip(Tone::Bad, t.finding_overdue());
    }
    if !one.fires {
        sheet.chip(Tone::Note, t.finding_silent());
    }
    acts(app, desk, &one, &mut sheet);
    sheet.sections.push(Section::new("facts", t.main_figures(), facts(desk, &one)));
    let evidence = Section::new("evidence", t.finding_shown_by(), evidence(app, desk, &one)?);
    sheet.sections.push(evidence.note(t.finding_evidence_note()));
    if one.case.steps.is_empty() {
        let mut table = Table::new(t, t.finding_way(), Vec::new());
        table.empty = Empty::why(t.finding_nothing_done());
        sheet.sections.push(Section::new("way", t.finding_way(), table));
    } else {
        let way = Section::new("way", t.finding_way(), way(app, desk, &one)?);
        sheet.sections.push(way.note(t.finding_way_note()));
    }
    Ok(sheet)
}

/// What the viewer can do next: the first one is the next act.
fn acts(app: &App, desk: &Desk, one: &Listed, sheet: &mut Sheet) {
    let t = desk.t;
    let to =
        |act: &str| desk.links.to(format!("/findings/{act}?key={}", encoded(&one.finding.key)));
    let mut found = Vec::new();
    let state = one.case.state;
    if desk.may(&[Role::Ehs]) && state.takes(Step::Explain) {
        found.push(Act::new(t.finding_explain(), to("explain")));
    }
    if app.authorise_bureau::<JudgeFinding>(&desk.session).is_ok() {
        for (step, words, act) in [
            (Step::Open, t.finding_ask(), "open"),
            (Step::Close, t.finding_close(), "close"),
            (Step::Return, t.finding_return(), "return"),
        ] {
            if state.takes(step) && (step != Step::Open || one.fires) {
                found.push(Act::new(words, to(act)));
            }
        }
    }
    let mut found = found.into_iter();
    sheet.primary = found.next();
    sheet.acts.extend(found);
    if !one.finding.path.is_empty() {
        sheet.acts.push(Act::new(t.finding_figures(), desk.links.to(&one.finding.path)));
    }
}

fn facts(desk: &Desk, one: &Listed) -> Facts {
    let t = desk.t;
    let finding = &one.finding;
    let mut facts = Facts::default();
    facts.add(t.rule_word(), Cell::text(t.rule(finding.rule)));
    facts.add(t.finding_object(), Cell::code(&finding.object));
    facts.add(t.finding_period(), Cell::text(&finding.period));
    facts.add(t.finding_since(), Cell::time(desk.minute(finding.since)));
    if finding.latest > finding.since {
        facts.add(t.finding_until(), Cell::time(desk.minute(finding.latest)));
    }
    facts.add(t.finding_term(), until(desk, one));
    if let Some(outcome) = one.case.outcome {
        facts.add(t.finding_outcome(), Cell::text(t.finding_ended(outcome)));
    }
    facts
}

/// The entries that show it, each with what it says and the way to its bytes.
fn evidence(app: &App, desk: &Desk, one: &Listed) -> Result<Table, Failure> {
    let t = desk.t;
    let columns =
        vec![Column::text(t.when()), Column::text(t.task_what()), Column::text(t.record_word())];
    let mut table = Table::new(t, t.finding_shown_by(), columns);
    let teller = desk.teller();
    for (place, id) in one.finding.evidence.iter().enumerate() {
        let Some(stored) = app.store.entry(&desk.party.party, *id)? else { continue };
        let event = teller.event(&stored.view);
        table.rows.push(vec![
            Cell::time(event.when),
            Cell::text(event.what).small(event.lines.join(" · ")),
            Cell::text(t.finding_entry(place + 1)).link(event.href),
        ]);
    }
    table.empty = Empty::why(t.finding_no_evidence());
    if !one.finding.path.is_empty() {
        table.empty = table.empty.act(t.finding_figures(), desk.links.to(&one.finding.path));
    }
    Ok(table)
}

/// The records of both sides, the newest first. Who may not read the other side's log sees what the
/// record says and its hash.
fn way(app: &App, desk: &Desk, one: &Listed) -> Result<Timeline, Failure> {
    let t = desk.t;
    let mut events = Vec::with_capacity(one.case.steps.len());
    for step in one.case.steps.iter().rev() {
        events.extend(event(app, desk, step)?);
    }
    Ok(Timeline { t, events })
}

fn event(
    app: &App,
    desk: &Desk,
    step: &CaseStep,
) -> Result<Option<super::super::part::Event>, Failure> {
    let t = desk.t;
    let Some(stored) = app.store.entry(&step.party, step.row.entry)? else { return Ok(None) };
    let mut event = desk.teller().event(&stored.view);
    event.who = desk.names.party(&step.party);
    let own = desk.session.party.as_ref() == Some(&step.party);
    let about = desk.party.party == step.party;
    event.href = match (own, about) {
        (_, true) => desk.links.to(format!("/entries/{}", step.row.entry)),
        (true, false) => format!("/entries/{}?party={}", step.row.entry, step.party),
        (false, false) => String::new(),
    };
    if let Body::FindingExplain(body) = &stored.view.entry.body {
        event.lines.extend(body.evidence.iter().map(|one| t.pair(t.record_word(), one.id)));
    }
    let leaf = format::shortened(&step.row.hash.to_string(), 16);
    event.lines.push(t.pair(t.entry_leaf(), leaf));
    if !step.counts {
        event.chips.push(Chip::new(Tone::Watch, t.finding_stale()));
    }
    Ok(Some(event))
}
