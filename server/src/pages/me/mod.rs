//! The own account: who one is, password, second factor, sessions. The same for every role, so it
//! shows no enterprise's data.

pub mod password;
pub mod second_factor;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::desk::{outer_frame, words};
use super::format::{DEFAULT_OFFSET_MINUTES, minute};
use super::part::{Cell, Choice, Column, Empty, Facts, Field, FieldKind, Form, Query, Table, Tone};
use super::sheet::{Act, Section, Sheet};
use super::{html_answer, query, render, see_other};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase::{own_account, sign_in};

/// `GET /me`
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
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.me()));
    let account = own_account::account(app, session)?;
    let mut facts = Facts::default();
    facts.add(t.account(), Cell::code(&session.login));
    facts.add(t.user_name(), Cell::text(&session.name));
    facts.add(t.me_roles(), Cell::text(super::frame::role_words(t, &session.roles)));
    let place = session.party.as_ref().map(ToString::to_string).or_else(|| session.area.clone());
    facts.add(t.me_party(), Cell::maybe(place));
    let has_factor = account.totp.is_some();
    facts.add(
        t.second_factor(),
        if has_factor {
            let left = own_account::recovery_codes_left(app, session)?;
            Cell::state(Tone::Good, t.second_factor_on(left))
        } else {
            Cell::state(Tone::Watch, t.second_factor_off())
        },
    );
    sheet.sections.push(Section::new("account", "", facts));
    sheet.acts.push(Act::new(t.password_change(), "/me/password"));
    let act = if has_factor { t.second_factor_anew() } else { t.second_factor_set() };
    sheet.acts.push(Act::new(act, "/me/second-factor"));
    if session.roles.any(&[Role::Admin, Role::Sysadmin]) {
        sheet.acts.push(Act::new(t.users(), "/users"));
    }
    sheet.sections.extend(sessions(app, session)?);
    Ok(sheet)
}

fn sessions(app: &App, session: &Session) -> Result<Vec<Section>, Failure> {
    let t = words(session);
    let shown = |at| minute(at, DEFAULT_OFFSET_MINUTES);
    let columns = vec![
        Column::text(t.session_began()),
        Column::text(t.session_seen()),
        Column::text(t.session_agent()),
    ];
    let mut table = Table::new(t, t.sessions(), columns);
    table.empty = Empty::why(t.no_other_sessions());
    let mut choices = vec![Choice::new("", t.session_end_others())];
    for row in sign_in::sessions(app, session)? {
        let mut began = Cell::time(shown(row.created_at));
        if row.token == session.token {
            began = began.chip(Tone::Good, t.session_this());
        } else {
            let words = format!("{} · {}", shown(row.created_at), short(&row.agent));
            choices.push(Choice::new(row.token.to_string(), words));
        }
        table.rows.push(vec![began, Cell::time(shown(row.last_seen_at)), Cell::text(row.agent)]);
    }
    let mut sections = vec![Section::new("sessions", t.sessions(), table).note(t.sessions_note())];
    if choices.len() > 1 {
        let mut form = Form {
            t,
            action: "/me/sessions/end".to_owned(),
            submit: t.session_end().to_owned(),
            ..Form::default()
        };
        form.line(vec![Field::new("session", t.sessions(), FieldKind::Choose(choices))]);
        sections.push(Section::new("end", t.session_end(), form));
    }
    Ok(sections)
}

/// Enough of a browser's name to know it by.
fn short(agent: &str) -> String {
    agent.chars().take(60).collect()
}

/// Which session to end; none for all but this one.
#[derive(Deserialize)]
pub struct EndForm {
    #[serde(default)]
    session: String,
}

/// `POST /me/sessions/end`
pub async fn end(
    app: web::Data<App>,
    session: Session,
    form: web::Form<EndForm>,
) -> Result<HttpResponse, PageError> {
    let EndForm { session: named } = form.into_inner();
    App::run(&app, move |app| match named.as_str() {
        "" => own_account::end_other_sessions(app, &session),
        named => {
            let token = named.parse().map_err(|_| Failure::not_found())?;
            sign_in::end_session(app, &session, &token)
        }
    })
    .await?;
    Ok(see_other("/me?done=session_ended"))
}

/// A page with one form under the own account.
fn form_sheet(session: &Session, query: &Query, title: &str, lead: &str, form: Form) -> Sheet {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, title));
    sheet.frame.crumbs = vec![(t.me().to_owned(), "/me".to_owned())];
    sheet.lead = lead.to_owned();
    sheet.sections.push(Section::new("form", "", form));
    sheet
}

/// A form that was not taken, as it was typed.
fn refused(html: String) -> HttpResponse {
    HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY)
        .content_type("text/html; charset=utf-8")
        .body(html)
}
