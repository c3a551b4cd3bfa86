//! How every form is shown and sent: open the desk, ask for leave, read, record, go on.
//!
//! A form that is refused comes back with what was typed and why, status 422; one that is recorded
//! ends in a redirect. The id of the entry is drawn with the form, so a second tap records nothing
//! twice.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use tl_domain::event::{Portion, Take};
use tl_domain::project::BatchRow;
use tl_wire::problem::ErrorCode;

use super::desk::{Desk, words};
use super::part::{Choice, FieldKind, Form};
use super::scan::scan_error;
use super::sheet::{Section, Sheet};
use super::typed::Typed;
use super::{format, html_answer, query, render, see_other};
use crate::app::App;
use crate::auth::{Action, Session};
use crate::error::{Failure, PageError};
use crate::random;

/// A form by noun and verb, read from the parameters of its path.
pub(crate) trait Capture: DeserializeOwned + Send + 'static {
    /// Leave that it needs.
    type Needs: Action;

    /// The page with the form.
    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure>;

    /// Fills in what is usual, when the form is opened.
    fn usual(&self, _: &App, _: &Desk, _: &mut Typed) -> Result<(), Failure> {
        Ok(())
    }

    /// Reads and records; gives the page to go on with, or `None` when something is wrong.
    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &crate::auth::Permit<Self::Needs>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure>;
}

/// Shows an empty form; names in the query fill its fields.
pub(crate) async fn form<C: Capture>(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    capture: web::Path<C>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        app.authorise::<C::Needs>(&session, &desk.party.party)?;
        let mut typed = Typed::new(desk.t, query.pairs());
        typed.usual("entry", random::entry_id(&app.clock).to_string());
        typed.usual("observed_at", format::input_minute(desk.now, desk.offset));
        capture.usual(app, &desk, &mut typed)?;
        render(&capture.sheet(app, &desk, &typed)?)
    })
    .await?;
    Ok(html_answer(html))
}

/// Takes a form.
pub(crate) async fn submit<C: Capture>(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    capture: web::Path<C>,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let pairs = pairs.into_inner();
    let answer = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let permit = app.authorise::<C::Needs>(&session, &desk.party.party)?;
        let mut typed = Typed::new(words(&session), pairs);
        match capture.record(app, &desk, &permit, &mut typed) {
            Ok(Some(target)) => return Ok(Ok(target)),
            Ok(None) => {}
            Err(failure) if is_about_input(failure.code) => {
                let title = if session.english { failure.code.en() } else { failure.code.zh() };
                let detail = failure.detail;
                typed.whole = if detail.is_empty() { title.to_owned() } else { detail };
            }
            Err(failure) => return Err(failure),
        }
        Ok(Err(render(&capture.sheet(app, &desk, &typed)?)?))
    })
    .await?;
    Ok(match answer {
        Ok(target) => see_other(&target),
        Err(html) => HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY)
            .content_type("text/html; charset=utf-8")
            .body(html),
    })
}

/// Whether a failure is the person's to put right in the form.
pub(crate) fn is_about_input(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Refused
            | ErrorCode::Conflict
            | ErrorCode::BadRequest
            | ErrorCode::UnknownUnit
            | ErrorCode::EntryForm
            | ErrorCode::TooLarge
    )
}

/// A page that holds one form.
pub(crate) fn form_sheet(
    desk: &Desk,
    title: &str,
    crumbs: &[(&str, &str)],
    note: &str,
    form: Form,
) -> Sheet {
    let mut sheet = desk.sheet(title, crumbs);
    sheet.lead = note.to_owned();
    sheet.sections.push(Section::new("form", "", form));
    sheet
}

/// An empty form of this page.
pub(crate) fn new_form(desk: &Desk, typed: &Typed, submit: &str, cancel: &str) -> Form {
    Form {
        t: desk.t,
        action: desk.query.path().to_owned(),
        submit: submit.to_owned(),
        cancel: desk.links.to(cancel),
        error: typed.whole.clone(),
        lines: Vec::new(),
    }
}

/// Nodes, and places within them as `node/place`, for choosing.
pub(crate) fn location_choices(desk: &Desk) -> Vec<Choice> {
    let mut choices = choosing(desk, []);
    for node in &desk.names.nodes {
        choices.push(Choice::new(node.id.as_str(), &node.name));
        for place in desk.names.places.iter().filter(|place| place.node == node.id) {
            let value = format!("{}/{}", node.id, place.id);
            choices.push(Choice::new(value, format!("{} · {}", node.name, place.name)));
        }
    }
    choices
}

/// "Please choose" in front of choices.
pub(crate) fn choosing(desk: &Desk, choices: impl IntoIterator<Item = Choice>) -> Vec<Choice> {
    [Choice::new("", desk.t.please_choose())].into_iter().chain(choices).collect()
}

/// Nodes for choosing.
pub(crate) fn node_choices(desk: &Desk) -> Vec<Choice> {
    choosing(desk, desk.names.nodes.iter().map(|node| Choice::new(node.id.as_str(), &node.name)))
}

/// Materials for choosing.
pub(crate) fn material_choices(desk: &Desk) -> Vec<Choice> {
    choosing(desk, desk.names.materials.iter().map(|m| Choice::new(m.id.as_str(), &m.name)))
}

/// Meters for choosing.
pub(crate) fn meter_choices(desk: &Desk) -> Vec<Choice> {
    choosing(desk, desk.names.meters.iter().map(|m| Choice::new(m.id.as_str(), &m.name)))
}

/// The variants of a list with their words, for choosing.
pub(crate) fn offered<T: Copy>(
    table: &[(&str, T)],
    words: impl Fn(T) -> &'static str,
) -> Vec<Choice> {
    table.iter().map(|(value, of)| Choice::new(*value, words(*of))).collect()
}

/// The variant that a value of a list stands for.
pub(crate) fn chosen<T: Copy>(table: &[(&str, T)], value: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == value).map(|(_, of)| *of)
}

/// Other enterprises for choosing, with "none of ours" in front.
pub(crate) fn partner_choices(desk: &Desk) -> Vec<Choice> {
    let parties = desk.names.partners(&desk.party.party);
    let parties = parties.into_iter().map(|(id, name)| Choice::new(id.as_str(), name));
    [Choice::new("", desk.t.not_in_system())].into_iter().chain(parties).collect()
}

/// The batch that a code, or an id, names; an error at the field when there is none.
pub(crate) fn batch_named(
    app: &App,
    desk: &Desk,
    typed: &mut Typed,
    name: &str,
    text: &str,
) -> Result<Option<BatchRow>, Failure> {
    let party = &desk.party.party;
    let found = match text.parse() {
        Ok(id) => app.store.batch(party, id)?,
        Err(_) => match tl_domain::code::read_scan(text) {
            Ok((_, code)) => app.store.batch_by_code(party, &code)?,
            Err(error) => {
                typed.error(name, scan_error(desk.t, &error));
                return Ok(None);
            }
        },
    };
    if found.is_none() {
        typed.error(name, desk.t.no_such_batch(format::shortened(text, 40)));
    }
    Ok(found)
}

/// Reads `node` or `node/place`.
pub(crate) fn location(typed: &mut Typed, name: &str) -> Option<tl_domain::event::Location> {
    let text = typed.required(name)?;
    let (node, place) = match text.split_once('/') {
        Some((node, place)) => (node, Some(place)),
        None => (text.as_str(), None),
    };
    let read = node.parse().ok().and_then(|node| {
        let place = place.map(str::parse).transpose().ok()?;
        Some(tl_domain::event::Location { node, place })
    });
    if read.is_none() {
        let words = typed.t.not_in_list(&text);
        typed.error(name, words);
    }
    read
}

/// A line of a form that takes a batch, or a part of it.
pub(crate) fn portion_fields(desk: &Desk, typed: &Typed, form: &mut Form, i: usize) {
    let t = desk.t;
    let named = |name: &str| format!("{name}-{i}");
    form.repeated(
        i,
        t.portion_number(i + 1),
        vec![
            typed.field(&named("batch"), t.batch_code(), FieldKind::Scan),
            typed.number_field(&named("amount"), t.net(), "").hint(t.whole_batch_hint()),
            typed.unit_field(&named("unit")),
        ],
    );
}

/// The batch of such a line with what is taken of it; nothing for a line that was left empty or
/// holds an error.
pub(crate) fn portion(
    app: &App,
    desk: &Desk,
    typed: &mut Typed,
    i: usize,
) -> Result<Option<(BatchRow, Portion)>, Failure> {
    let named = |name: &str| format!("{name}-{i}");
    let Some(text) = typed.optional(&named("batch")) else {
        if !typed.text(&named("amount")).is_empty() {
            drop(typed.required(&named("batch")));
        }
        return Ok(None);
    };
    let Some(row) = batch_named(app, desk, typed, &named("batch"), &text)? else { return Ok(None) };
    let part = typed.mass(&named("amount"), &named("unit"));
    let amount = part.map_or(Take::All, |mass| Take::Part { mass });
    Ok(Some((row.clone(), Portion { batch: row.id, amount })))
}
