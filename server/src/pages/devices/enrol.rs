//! Enrolling a box: a form, and the code that the box scans, shown once.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::KeyRole;
use tl_domain::ids::DeviceId;
use tl_report::qr;
use tl_wire::offer::EnrolmentOffer;

use super::super::capture::is_about_input;
use super::super::desk::{Desk, words};
use super::super::part::{Cell, Choice, Facts, FieldKind, Form};
use super::super::sheet::{Act, Section, Sheet};
use super::super::typed::Typed;
use super::super::{html_answer, query, render};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{ManageDevices, SeeDevices};
use crate::error::{Failure, PageError};
use crate::usecase::{self, devices};

/// Characters between two blanks of a token, so that it can be read aloud.
const TOKEN_GROUP: usize = 7;
/// Roles of devices, by the word that is sent.
const ROLES: [(&str, KeyRole); 4] = [
    ("plant", KeyRole::Plant),
    ("gate", KeyRole::Gate),
    ("lab", KeyRole::Lab),
    ("water", KeyRole::Water),
];

/// `GET /devices/new?device=`: a known device fills the form in.
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        app.authorise::<ManageDevices>(&session, &desk.party.party)?;
        let mut typed = Typed::new(desk.t, query.pairs());
        if let Some(id) = query.value("device").and_then(|id| id.parse::<DeviceId>().ok()) {
            let permit = app.authorise::<SeeDevices>(&session, &desk.party.party)?;
            let known = devices::standing(app, &permit, &id)?.device;
            let role = ROLES.iter().find(|(_, role)| *role == known.role);
            typed.usual("name", known.name);
            typed.usual("site", known.site.to_string());
            typed.usual("role", role.map_or("", |(word, _)| word));
        }
        render(&sheet(app, &desk, &typed)?)
    })
    .await?;
    Ok(html_answer(html))
}

/// `POST /devices/new`: the answer holds the code; nothing keeps it.
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let pairs = pairs.into_inner();
    let (status, html) = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let mut typed = Typed::new(words(&session), pairs);
        match announced(app, &desk, &mut typed) {
            Ok(Some((name, offer))) => {
                return Ok((StatusCode::OK, render(&shown(&desk, &name, &offer)?)?));
            }
            Ok(None) => {}
            Err(failure) if is_about_input(failure.code) => typed.whole = failure.detail,
            Err(failure) => return Err(failure),
        }
        Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&sheet(app, &desk, &typed)?)?))
    })
    .await?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html))
}

fn announced(
    app: &App,
    desk: &Desk,
    typed: &mut Typed,
) -> Result<Option<(String, EnrolmentOffer)>, Failure> {
    let permit = app.authorise::<ManageDevices>(&desk.session, &desk.party.party)?;
    let device = typed.pick::<DeviceId>("device");
    let site = typed.pick("site");
    let name = typed.required("name");
    let word = typed.text("role").to_owned();
    let role = ROLES.iter().find(|(known, _)| *known == word).map(|(_, role)| *role);
    if role.is_none() {
        typed.error("role", desk.t.not_in_list(&word));
    }
    let (Some(device), Some(site), Some(name), Some(role)) = (device, site, name, role) else {
        return Ok(None);
    };
    let new = devices::Announced { device, site, name: name.clone(), role };
    Ok(Some((name, devices::announce(app, &permit, new)?)))
}

fn sheet(app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut sheet = desk.sheet(t.device_enrol(), &[(t.devices(), "/devices")]);
    sheet.lead = t.device_enrol_lead().to_owned();
    let sites = usecase::masters::list(app, &desk.permit, Some("site"))?;
    let sites = sites.iter().filter(|row| row.active).map(|row| {
        let id = row.record.id();
        Choice::new(id, desk.names.master("site", id))
    });
    let roles = ROLES.iter().map(|(word, role)| Choice::new(*word, t.key_role(*role)));
    let mut form = Form {
        t,
        action: "/devices/new".to_owned(),
        submit: t.device_make_code().to_owned(),
        cancel: "/devices".to_owned(),
        error: typed.whole.clone(),
        ..Form::default()
    };
    let id = typed.field("device", t.device_id(), FieldKind::Text).hint(t.device_id_hint());
    let name = typed.field("name", t.device_name(), FieldKind::Text).hint(t.device_name_hint());
    form.line(vec![id.required(), name.required()]);
    let role = typed.list_field("role", t.device_role(), roles.collect());
    form.line(vec![
        typed.list_field("site", t.device_site(), sites.collect()).required(),
        role.hint(t.device_role_hint()).required(),
    ]);
    sheet.sections.push(Section::new("form", "", form));
    Ok(sheet)
}

/// The code of an enrolment, and its parts for who has no scanner.
fn shown(desk: &Desk, name: &str, offer: &EnrolmentOffer) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut sheet = desk.sheet(t.device_code_title(name), &[(t.devices(), "/devices")]);
    sheet.lead = t.device_code_lead().to_owned();
    sheet.acts.push(Act::new(t.devices(), "/devices"));
    let line = offer.to_string();
    let drawn = qr::svg(&line, &t.device_code_qr(name));
    let drawn = drawn.map_err(|error| Failure::internal(&error))?;
    // Larger than on other pages: it holds much, and is scanned from a screen.
    let code = format!("<div class=\"qr large\">{drawn}</div>");
    sheet.sections.push(Section::new("code", "", code));
    let mut facts = Facts::default();
    facts.add(t.device_code_server(), Cell::code(&offer.server));
    facts.add(t.device_code_token(), Cell::code(grouped(&offer.token)));
    facts.add(t.device_code_ca(), Cell::code(offer.ca_sha256.to_string()));
    facts.add(t.device_code_line(), Cell::code(&line));
    let section = Section::new("parts", t.device_code_parts(), facts);
    sheet.sections.push(section.note(t.device_code_note()));
    Ok(sheet)
}

fn grouped(token: &str) -> String {
    let symbols: Vec<char> = token.chars().collect();
    let groups = symbols.chunks(TOKEN_GROUP).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}
