//! The trace page: which lots are in this, where did that go, and the way between.
//!
//! Shares come from `usecase::trace`, which also decides what a person may see: an enterprise one
//! step up and one down, a bureau the chain of its area. The picture and the list beside it are the
//! same versions; the list is the way for keyboard and screen reader.

mod label;
mod picture;
mod tables;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::code::{Code, read_scan};
use tl_store::Page;
use tl_wire::problem::ErrorCode;

use super::desk::Desk;
use super::part::{Choice, Empty, Field, FieldKind, Table, Tile, Tiles, Tone};
use super::scan::scan_error;
use super::sheet::{Filter, Section, Sheet};
use super::show;
use crate::app::App;
use crate::auth::Session;
use crate::error::{Failure, PageError};
use crate::usecase::trace::{
    self, About, Direction, Genealogy, Question, TraceProgress, TraceState, Traced,
};
use label::Namer;

/// Rows of the list of shares; the rest is one sum below it.
const ROWS: u32 = 50;
/// Versions in the picture; more can't be read.
const DRAWN_MAX: usize = 120;
/// Steps that the picture goes.
const DEPTH_DEFAULT: u32 = 3;
/// Steps that can be chosen.
const DEPTHS: [u32; 5] = [1, 2, 3, 5, 8];

/// `GET /trace?code=|batch=|place=|stock=|handover=&line=&way=&depth=`
pub async fn page(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

/// What a query asks; `Err` holds words for the person.
struct Asked {
    about: About,
    direction: Direction,
    depth: u32,
}

fn asked(desk: &Desk) -> Result<Option<Asked>, String> {
    let query = &desk.query;
    let code = |text: &str| -> Result<Code, String> {
        read_scan(text).map(|(_, code)| code).map_err(|error| scan_error(desk.t, &error))
    };
    let named = |name: &str| query.value(name).filter(|value| !value.is_empty());
    let about = if let Some(id) = named("batch").and_then(|id| id.parse().ok()) {
        About::Batch(id)
    } else if let Some(place) = named("place").and_then(|id| id.parse().ok()) {
        About::Place(place)
    } else if let Some(node) = named("stock").and_then(|id| id.parse().ok()) {
        About::Stock(node)
    } else if let Some(text) = named("handover") {
        let line = named("line").and_then(|line| line.parse().ok()).unwrap_or(1);
        About::Handover(code(text)?, line)
    } else if let Some(text) = named("code") {
        About::Code(code(text)?)
    } else {
        return Ok(None);
    };
    let direction = match query.value("way") {
        Some("ahead") => Direction::Forward,
        _ => Direction::Backward,
    };
    let depth = named("depth").and_then(|depth| depth.parse().ok()).unwrap_or(DEPTH_DEFAULT);
    Ok(Some(Asked { about, direction, depth }))
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut sheet = desk.sheet(t.trace_title(), &[(t.nav_balance(), "/balance")]);
    sheet.lead = t.trace_lead().to_owned();
    sheet.filter = Some(filter(desk));
    sheet.printable = true;
    let asked = match asked(desk) {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            sheet.sections.push(Section::new("start", "", nothing(desk, t.trace_start())));
            return Ok(sheet);
        }
        Err(words) => {
            sheet.chip(Tone::Bad, words);
            return Ok(sheet);
        }
    };
    let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
    let question = Question { about: asked.about, substance };
    let page = Page { offset: 0, limit: ROWS };
    let way = (asked.direction, page);
    let found = trace::shares(app, &desk.session, &desk.permit, &question, way);
    let found = match found {
        Ok(found) => found,
        Err(failure) if failure.code == ErrorCode::NotFound => {
            sheet.chip(Tone::Watch, t.trace_not_found());
            return Ok(sheet);
        }
        Err(failure) => return Err(failure),
    };
    if found.state == TraceState::Loading {
        sheet.chip(Tone::Note, loading(desk, found.loading));
        return Ok(sheet);
    }
    let walk = (asked.direction, asked.depth, DRAWN_MAX);
    let family = trace::genealogy(app, &desk.session, &desk.permit, &question, walk)?;
    let namer = Namer::of(app, desk, &found, &family)?;
    fill(desk, &mut sheet, (&found, &family), &namer, asked.direction)?;
    Ok(sheet)
}

fn fill(
    desk: &Desk,
    sheet: &mut Sheet,
    (found, family): (&Traced, &Genealogy),
    namer: &Namer<'_>,
    direction: Direction,
) -> Result<(), Failure> {
    let t = desk.t;
    let names: Vec<String> = found.subjects.iter().map(|subject| namer.name(subject)).collect();
    sheet.lead = names.join(" · ");
    sheet.sections.push(Section::new("figures", t.main_figures(), tiles(desk, found)));
    let (heading, note) = match direction {
        Direction::Backward => (t.trace_origins(), t.trace_origins_note()),
        Direction::Forward => (t.trace_whereabouts(), t.trace_whereabouts_note()),
    };
    let shares = tables::shares(desk, found, namer, direction);
    sheet.sections.push(Section::new("shares", heading, shares).note(note));
    let figure = picture::figure(desk, family, namer)?;
    let mut note = t.trace_picture_note().to_owned();
    if family.is_cut {
        note = format!("{note} {}", t.trace_cut());
    }
    if family.hidden > 0 {
        note = format!("{note} {}", t.trace_hidden(family.hidden));
    }
    sheet.sections.push(Section::new("picture", t.trace_picture(), figure).note(note));
    let steps = tables::steps(desk, family, namer);
    sheet.sections.push(Section::new("steps", t.trace_steps(), steps));
    Ok(())
}

fn tiles(desk: &Desk, found: &Traced) -> Tiles {
    let t = desk.t;
    let tile = |name: &str, grams: f64, tonnes: f64| {
        Tile::new(name, label::grams(grams), "g").note(format!("{} t", label::tonnes(tonnes)))
    };
    let whole = tile(t.trace_whole(), found.whole.grams, found.whole.tonnes);
    let sum =
        tile(t.trace_sum(), found.sum.grams, found.sum.tonnes).note(t.trace_parts(found.total));
    let mut tiles = vec![whole, sum];
    if found.outside.count > 0 {
        let outside = &found.outside;
        let outside = tile(t.trace_outside(), outside.amounts.grams, outside.amounts.tonnes)
            .note(t.trace_parts(outside.count));
        tiles.push(outside);
    }
    Tiles { tiles }
}

fn loading(desk: &Desk, progress: Option<TraceProgress>) -> String {
    let (done, total) = progress.map_or((0, 0), |progress| (progress.done, progress.total));
    desk.t.trace_loading(done, total)
}

fn nothing(desk: &Desk, why: &str) -> Table {
    let mut table = Table::new(desk.t, desk.t.trace_title(), Vec::new());
    table.empty = Empty::why(why).act(desk.t.all_batches(), desk.links.to("/batches"));
    table
}

fn filter(desk: &Desk) -> Filter {
    let t = desk.t;
    let value = |name: &str| desk.query.value(name).unwrap_or_default().to_owned();
    let places = desk.names.places.iter().map(|place| {
        let node = desk.names.node(&place.node);
        Choice::new(place.id.as_str(), format!("{node} · {}", place.name))
    });
    let ways =
        vec![Choice::new("back", t.trace_backward()), Choice::new("ahead", t.trace_forward())];
    let depths = DEPTHS.map(|depth| Choice::new(depth.to_string(), t.trace_depth_of(depth)));
    let depth = match value("depth") {
        empty if empty.is_empty() => DEPTH_DEFAULT.to_string(),
        depth => depth,
    };
    let mut fields = vec![
        Field::new("code", t.batch_code(), FieldKind::Scan).value(value("code")),
        Filter::choice("place", t.place(), t.none(), places.collect(), &value("place")),
        Field::new("way", t.trace_way(), FieldKind::Choose(ways)).value(value("way")),
        Field::new("depth", t.trace_depth(), FieldKind::Choose(depths.to_vec())).value(depth),
    ];
    for name in ["batch", "stock", "handover", "line", "party"] {
        fields.extend(desk.query.value(name).map(|value| Field::hidden(name, value)));
    }
    Filter { path: desk.query.path().to_owned(), fields, clear: desk.links.to("/trace") }
}
