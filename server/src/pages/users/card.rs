//! One account and what an administrator can do with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use tl_store::Account;
use tl_wire::problem::ErrorCode;

use super::super::desk::{outer_frame, words};
use super::super::frame::role_words;
use super::super::part::{Cell, Facts, FieldKind, Query};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::super::{html_answer, query, render, see_other};
use super::{box_of, button, password_sheet, role_fields, state, ticked};
use crate::app::App;
use crate::auth::{Role, Roles, Session};
use crate::error::{Failure, PageError};
use crate::usecase::users::{self, Change, Keeper};

/// `GET /users/{id}`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let keeper = app.authorise_users(&session)?;
        let account = users::find(app, &keeper, &id)?;
        let typed = as_it_is(&session, &account);
        render(&sheet(app, &session, &keeper, &query, &account, &typed))
    });
    Ok(html_answer(html.await?))
}

/// What the path of an act names.
#[derive(Deserialize)]
pub struct Named {
    id: String,
    what: String,
}

/// `POST /users/{id}/{what}`
pub async fn act(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    named: web::Path<Named>,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let Named { id, what } = named.into_inner();
    let mut typed = Typed::new(words(&session), pairs.into_inner());
    let back = format!("/users/{id}");
    let _one_of_few = app.hashing.acquire().await.map_err(|error| Failure::internal(&error))?;
    let after = back.clone();
    let answer = App::run(&app, move |app| {
        let keeper = app.authorise_users(&session)?;
        let account = users::find(app, &keeper, &id)?;
        match change(app, &keeper, &account, &what, &mut typed)? {
            Done::Changed => Ok(None),
            Done::Password(password) => {
                let sheet = password_sheet(&session, &query, &account.login, &password, &after);
                Ok(Some((render(&sheet)?, StatusCode::OK)))
            }
            Done::Wrong => {
                let html = render(&sheet(app, &session, &keeper, &query, &account, &typed))?;
                Ok(Some((html, StatusCode::UNPROCESSABLE_ENTITY)))
            }
        }
    })
    .await?;
    Ok(match answer {
        None => see_other(&format!("{back}?done=user_changed")),
        Some((html, status)) => {
            HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html)
        }
    })
}

enum Done {
    Changed,
    Password(String),
    Wrong,
}

fn change(
    app: &App,
    keeper: &Keeper,
    account: &Account,
    what: &str,
    typed: &mut Typed,
) -> Result<Done, Failure> {
    let change = match what {
        "roles" => {
            let before = Roles::from_texts(&account.roles);
            let (name, chosen) = (typed.required("name"), ticked(typed, offered(&before)));
            let (Some(name), false) = (name, typed.is_wrong()) else { return Ok(Done::Wrong) };
            Change::Roles(name, chosen.into_iter().collect())
        }
        "password" => Change::Password,
        "unlock" => Change::Unlock,
        "open" => Change::Open,
        "close" => Change::Close,
        "drop-second-factor" => Change::DropSecondFactor,
        _ => return Err(Failure::not_found()),
    };
    match users::change(app, keeper, account.id.as_str(), change) {
        Ok(None) => Ok(Done::Changed),
        Ok(Some(password)) => Ok(Done::Password(password)),
        Err(failure) if failure.code == ErrorCode::Refused => {
            typed.whole = failure.detail;
            Ok(Done::Wrong)
        }
        Err(failure) => Err(failure),
    }
}

/// Roles that can be changed: an officer's stay with the area, a system administrator has one.
fn offered(roles: &Roles) -> &'static [Role] {
    if roles.iter().any(Role::of_enterprise) {
        &[Role::Gate, Role::Lab, Role::Reviewer, Role::Ehs, Role::Admin]
    } else {
        &[]
    }
}

fn as_it_is(session: &Session, account: &Account) -> Typed {
    let mut typed = Typed::new(words(session), Vec::new());
    typed.usual("name", &account.name);
    for role in Roles::from_texts(&account.roles).iter() {
        typed.usual(&box_of(role), "on");
    }
    typed
}

fn sheet(
    app: &App,
    session: &Session,
    keeper: &Keeper,
    query: &Query,
    account: &Account,
    typed: &Typed,
) -> Sheet {
    let t = words(session);
    let now = app.clock.micros();
    let mut sheet = Sheet::new(outer_frame(session, query, account.name.clone()));
    sheet.frame.crumbs = vec![(t.users().to_owned(), "/users".to_owned())];
    let roles = Roles::from_texts(&account.roles);
    let mut facts = Facts::default();
    facts.add(t.account(), Cell::code(&account.login));
    facts.add(t.me_roles(), Cell::text(role_words(t, &roles)));
    let place = account.party.as_ref().map(ToString::to_string);
    facts.add(t.me_party(), Cell::maybe(place.or_else(|| account.area.clone())));
    facts.add(t.state(), state(t, account, now));
    sheet.sections.push(Section::new("account", "", facts));
    if keeper.is(account) {
        sheet.lead = t.user_own().to_owned();
        return sheet;
    }
    let path = |what: &str| format!("/users/{}/{what}", account.id);
    if !offered(&roles).is_empty() {
        let mut form = button(t, path("roles"), t.user_save());
        form.error.clone_from(&typed.whole);
        form.line(vec![typed.field("name", t.user_name(), FieldKind::Text).required()]);
        form.line(role_fields(t, keeper, typed, offered(&roles)));
        sheet.sections.push(Section::new("roles", t.me_roles(), form).note(t.user_roles_note()));
    }
    let form = button(t, path("password"), t.user_password());
    let section = Section::new("password", t.user_password(), form);
    sheet.sections.push(section.note(t.user_password_note()));
    if account.locked_until.is_some_and(|until| now < until) {
        let form = button(t, path("unlock"), t.user_unlock());
        sheet.sections.push(Section::new("unlock", t.user_unlock(), form));
    }
    if account.totp.is_some() {
        let form = button(t, path("drop-second-factor"), t.user_drop_factor());
        let section = Section::new("factor", t.user_drop_factor(), form);
        sheet.sections.push(section.note(t.user_drop_factor_note()));
    }
    let (what, title) =
        if account.active { ("close", t.user_close()) } else { ("open", t.user_open()) };
    sheet.sections.push(Section::new(what, title, button(t, path(what), title)));
    sheet
}
