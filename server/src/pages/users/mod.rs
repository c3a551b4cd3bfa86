//! Accounts as an administrator sees them: the list, one account, a new one.
//!
//! Generated passwords stand in one answer and nowhere else.

pub mod card;
pub mod create;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::time::Micros;
use tl_store::Account;

use super::desk::{outer_frame, words};
use super::format::{DEFAULT_OFFSET_MINUTES, minute};
use super::frame::role_words;
use super::part::{Cell, Column, Field, FieldKind, Form, Query, Table, Tone};
use super::sheet::{Act, Section, Sheet};
use super::typed::Typed;
use super::{html_answer, query, render};
use crate::app::App;
use crate::auth::{Role, Roles, Session};
use crate::error::{Failure, PageError};
use crate::i18n::Words;
use crate::usecase::users::{self, Keeper};

/// `GET /users`
pub async fn list(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| render(&sheet(app, &session, &query)?)).await?;
    Ok(html_answer(html))
}

fn sheet(app: &App, session: &Session, query: &Query) -> Result<Sheet, Failure> {
    let t = words(session);
    let keeper = app.authorise_users(session)?;
    let now = app.clock.micros();
    let mut sheet = Sheet::new(outer_frame(session, query, t.users()));
    sheet.lead = t.users_lead().to_owned();
    sheet.primary = Some(Act::new(t.user_new(), "/users/new"));
    let columns = vec![
        Column::text(t.user_name()),
        Column::text(t.account()),
        Column::text(t.me_roles()),
        Column::text(t.me_party()),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.users(), columns);
    for account in users::list(app, &keeper)? {
        let roles = Roles::from_texts(&account.roles);
        let place = account.party.as_ref().map(ToString::to_string);
        let href = format!("/users/{}", account.id);
        table.rows.push(vec![
            Cell::text(&account.name).link(href),
            Cell::code(&account.login),
            Cell::text(role_words(t, &roles)),
            Cell::maybe(place.or_else(|| account.area.clone())),
            state(t, &account, now),
        ]);
    }
    sheet.sections.push(Section::new("users", "", table));
    Ok(sheet)
}

/// Whether the person can sign in, and how.
fn state(t: Words, account: &Account, now: Micros) -> Cell {
    let cell = match account.locked_until.filter(|until| now < *until) {
        _ if !account.active => Cell::state(Tone::Plain, t.user_closed()),
        Some(until) => {
            let until = minute(until, DEFAULT_OFFSET_MINUTES);
            Cell::state(Tone::Watch, t.user_locked_until(until))
        }
        None => Cell::state(Tone::Good, t.user_active()),
    };
    if account.totp.is_some() { cell.chip(Tone::Good, t.user_protected()) } else { cell }
}

/// A box to tick for each role that may be given.
fn role_fields(t: Words, keeper: &Keeper, typed: &Typed, offered: &[Role]) -> Vec<Field> {
    let offered = offered.iter().filter(|role| keeper.may_give(**role));
    offered.map(|role| typed.field(&box_of(*role), t.role(*role), FieldKind::Check)).collect()
}

/// The roles that were ticked; an error at the first box when none was.
fn ticked(typed: &mut Typed, offered: &[Role]) -> Vec<Role> {
    let is_ticked = |role: &Role| !typed.text(&box_of(*role)).is_empty();
    let roles: Vec<Role> = offered.iter().copied().filter(is_ticked).collect();
    if let (true, Some(first)) = (roles.is_empty(), offered.first()) {
        typed.error(&box_of(*first), typed.t.user_roles_none());
    }
    roles
}

fn box_of(role: Role) -> String {
    format!("role-{role}")
}

/// A page that shows a generated password once.
fn password_sheet(
    session: &Session,
    query: &Query,
    login: &str,
    password: &str,
    back: &str,
) -> Sheet {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.user_password_shown()));
    sheet.frame.crumbs = vec![(t.users().to_owned(), "/users".to_owned())];
    sheet.lead = t.user_password_hand().to_owned();
    sheet.printable = true;
    let mut facts = super::part::Facts::default();
    facts.add(t.account(), Cell::code(login));
    facts.add(t.password(), Cell::code(password));
    sheet.sections.push(Section::new("password", "", facts).act(Some(Act::new(t.back(), back))));
    sheet
}

fn button(t: Words, action: String, words: &str) -> Form {
    Form { t, action, submit: words.to_owned(), ..Form::default() }
}
