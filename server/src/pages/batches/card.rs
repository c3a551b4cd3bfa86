//! The card of a batch: what it is, where it is, what is left, what is in it, what happened to it.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::code::{CodeKind, qr_text};
use tl_domain::event::Body;
use tl_domain::ids::BatchId;
use tl_domain::project::{AssayRow, BatchRow, BatchState, Object, SampleRow};
use tl_report::qr;
use tl_store::EntryView;

use super::super::desk::Desk;
use super::super::part::{Cell, Empty, Facts, Timeline, Tone};
use super::super::sheet::{Act, Section, Sheet};
use super::super::{content, flows, format, samples, show as page};
use super::{find, list, title, tone};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};

/// `GET /batches/{id}`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    page(app, session, request, move |app, desk| sheet(app, desk, &find(app, desk, &id)?)).await
}

fn sheet(app: &App, desk: &Desk, row: &BatchRow) -> Result<Sheet, Failure> {
    let (t, party) = (desk.t, &desk.party.party);
    let object = Object::Batch(row.id);
    let history = app.store.history(party, &object)?;
    let samples = app.store.samples_of(party, &object)?;
    let assays = app.store.assays_of(party, &object)?;
    samples::learn(app, desk, samples.iter().map(|row| &row.subject))?;
    desk.learn_batches(app, [row.id])?;
    let mut sheet = desk.sheet(title(row), &[(t.nav_batches(), "/batches")]);
    if let Some(code) = &row.code {
        let text = qr_text(&app.config.qr_host, CodeKind::Batch, code);
        sheet.qr = qr::svg(&text, &code.display()).map_err(|error| Failure::internal(&error))?;
    }
    sheet.lead = lead(desk, row);
    sheet.chip(tone(row.state), t.batch_state(row.state));
    if row.code_taken {
        sheet.chip(Tone::Bad, t.needs_new_label());
    }
    if row.left.is_some_and(|left| left.0.is_sign_negative() && !left.0.is_zero()) {
        sheet.chip(Tone::Watch, t.book_stock_negative());
    }
    acts(desk, row, &samples, &mut sheet);
    let facts = facts(app, desk, row, &assays)?;
    sheet.sections.push(Section::new("facts", t.batch_facts(), facts));
    sheet.sections.push(samples_section(desk, row, &samples, &assays));
    sheet.sections.push(lineage(app, desk, row, &history)?);
    let flows_table = flows::table(desk, &app.store.flows_of(party, row.id.entry())?);
    sheet.sections.push(Section::new("flows", t.flows(), flows_table).note(t.flows_of_batch()));
    let events = history.iter().rev().map(|view| desk.teller().event(view)).collect();
    sheet.sections.push(Section::new("history", t.history(), Timeline { t, events }));
    Ok(sheet)
}

fn lead(desk: &Desk, row: &BatchRow) -> String {
    let material = row.material.as_ref().map(|material| desk.names.material(material));
    let spot = desk.names.spot(row.node.as_ref(), row.place.as_ref());
    format!("{} · {spot}", material.unwrap_or_else(|| desk.t.unknown().to_owned()))
}

/// The one act that brings the batch on, and the others.
fn acts(desk: &Desk, row: &BatchRow, samples: &[SampleRow], sheet: &mut Sheet) {
    let t = desk.t;
    let at = |verb: &str| format!("/batches/{}/{verb}", row.id);
    if row.state == BatchState::Open && desk.may(&[Role::Gate, Role::Ehs]) {
        let weigh = Act::new(t.act_weigh(), at("weigh"));
        let sample = Act::new(t.act_sample(), format!("/samples/new?batch={}", row.id));
        let relocate = Act::new(t.act_move(), at("move"));
        let mut acts = match (row.wet, samples.is_empty()) {
            (None, _) => vec![weigh, sample, relocate],
            (Some(_), true) => vec![sample, weigh, relocate],
            (Some(_), false) => vec![relocate, sample, weigh],
        };
        acts.push(Act::new(t.act_split(), at("split")));
        acts.push(Act::new(t.act_blend(), format!("/batches/blend?batch={}", row.id)));
        acts.push(Act::new(t.start_run(), format!("/runs/new?batch={}", row.id)));
        acts.push(Act::new(t.new_dispatch(), format!("/handovers/new?batch={}", row.id)));
        sheet.primary = Some(acts.remove(0));
        sheet.acts = acts;
    }
    let trace = format!("/trace?batch={}", row.id);
    sheet.acts.push(Act::new(t.trace_title(), desk.links.to(trace)));
    if row.code.is_some() {
        if desk.may(&[Role::Gate, Role::Ehs]) {
            sheet.acts.push(Act::new(t.act_label_pdf(), at("print")));
        }
        sheet.acts.push(Act::new(t.act_label_svg(), desk.links.to(at("label.svg"))));
    }
}

fn facts(app: &App, desk: &Desk, row: &BatchRow, assays: &[AssayRow]) -> Result<Facts, Failure> {
    let (t, names) = (desk.t, &desk.names);
    let mut facts = Facts::default();
    facts.add(t.material(), Cell::maybe(row.material.as_ref().map(|id| names.material(id))));
    facts.add(t.origin_word(), Cell::maybe(row.origin.map(|origin| t.origin(origin))));
    if let Some(supplier) = &row.supplier {
        facts.add(t.supplier(), Cell::text(names.party(supplier)));
    }
    facts.add(t.location(), Cell::text(names.spot(row.node.as_ref(), row.place.as_ref())));
    facts.add(t.mass_tonnes(), weight(t.not_weighed(), row.wet));
    facts.add(t.left_tonnes(), weight(t.not_weighed(), row.left));
    content::add_facts(app, desk, row, assays, &mut facts)?;
    if let Some(ticket) = &row.ticket {
        facts.add(t.ticket(), Cell::code(ticket));
    }
    if let Some(run) = row.run {
        let href = desk.links.to(format!("/runs/{run}"));
        facts.add(t.made_by_run(), Cell::text(t.details()).link(href));
    }
    let at = row.registered_at.map(|at| desk.minute(at));
    facts.add(t.registered_at(), Cell::maybe(at));
    Ok(facts)
}

fn weight(unknown: &str, mass: Option<tl_domain::quantity::WetMass>) -> Cell {
    mass.map_or_else(|| Cell::text(unknown), |mass| Cell::text(format::tonnes(mass)))
}

fn samples_section(
    desk: &Desk,
    row: &BatchRow,
    rows: &[SampleRow],
    assays: &[AssayRow],
) -> Section {
    let t = desk.t;
    let mut table = samples::table(desk, rows, assays);
    table.empty = Empty::why(t.no_samples_of_batch());
    if desk.may(&[Role::Gate, Role::Lab, Role::Ehs]) {
        table.empty = table.empty.act(t.act_sample(), format!("/samples/new?batch={}", row.id));
    }
    Section::new("samples", t.samples_and_assays(), table)
}

/// One step up and one step down, as far as the party's own log knows.
fn lineage(
    app: &App,
    desk: &Desk,
    row: &BatchRow,
    history: &[EntryView],
) -> Result<Section, Failure> {
    let (t, party) = (desk.t, &desk.party.party);
    let mut up: Vec<BatchId> = row.parents.clone();
    let mut runs_down = Vec::new();
    if let Some(run) = row.run {
        let run = app.store.run(party, run)?;
        up.extend(run.iter().flat_map(|run| &run.inputs).map(|portion| portion.batch));
    }
    let mut down: Vec<BatchRow> = app.store.batch_children(party, row.id)?;
    for view in history {
        let run = match &view.entry.body {
            Body::RunStart(_) => view.id.into(),
            Body::RunClose(close) => close.run,
            _ => continue,
        };
        if row.run != Some(run) && !runs_down.contains(&run) {
            runs_down.push(run);
        }
    }
    for run in runs_down {
        for output in app.store.run(party, run)?.iter().flat_map(|run| &run.outputs) {
            if down.iter().all(|known| known.id != output.batch) {
                down.extend(app.store.batch(party, output.batch)?);
            }
        }
    }
    let mut up_rows = Vec::new();
    for id in up {
        up_rows.extend(app.store.batch(party, id)?);
    }
    let listed = |rows: &[BatchRow], why: &str| {
        let mut table = list::table(desk, rows);
        table.empty = Empty::why(why);
        table.to_string()
    };
    let html = format!(
        "<h3>{}</h3>{}<h3>{}</h3>{}",
        t.one_step_up(),
        listed(&up_rows, t.nothing_before()),
        t.one_step_down(),
        listed(&down, t.nothing_after()),
    );
    Ok(Section {
        id: "lineage".to_owned(),
        heading: t.lineage().to_owned(),
        html,
        ..Section::default()
    })
}
