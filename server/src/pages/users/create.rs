//! A new account: who, for what, where; the password is generated.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::ids::PartyId;
use tl_store::StoreError;
use tl_wire::problem::ErrorCode;

use super::super::desk::{outer_frame, words};
use super::super::part::{Choice, FieldKind, Form, Query};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::super::{html_answer, query, render};
use super::{password_sheet, role_fields, ticked};
use crate::app::App;
use crate::auth::role::Function;
use crate::auth::{Level, Role, Roles, Session};
use crate::error::{Failure, PageError};
use crate::usecase::users::{self, Keeper};

const FUNCTIONS: [Function; 3] =
    [Function::Supervision, Function::Enforcement, Function::Monitoring];

/// `GET /users/new`
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let keeper = app.authorise_users(&session)?;
        let typed = Typed::new(words(&session), query.pairs());
        render(&sheet(app, &session, &keeper, &query, &typed)?)
    });
    Ok(html_answer(html.await?))
}

/// `POST /users/new`
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let mut typed = Typed::new(words(&session), pairs.into_inner());
    let _one_of_few = app.hashing.acquire().await.map_err(|error| Failure::internal(&error))?;
    let (html, status) = App::run(&app, move |app| {
        let keeper = app.authorise_users(&session)?;
        if let Some((login, password)) = record(app, &keeper, &mut typed)? {
            let sheet = password_sheet(&session, &query, &login, &password, "/users");
            return Ok((render(&sheet)?, StatusCode::OK));
        }
        let html = render(&sheet(app, &session, &keeper, &query, &typed)?)?;
        Ok((html, StatusCode::UNPROCESSABLE_ENTITY))
    })
    .await?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

fn record(
    app: &App,
    keeper: &Keeper,
    typed: &mut Typed,
) -> Result<Option<(String, String)>, Failure> {
    let t = typed.t;
    let (login, name) = (typed.required("login"), typed.required("name"));
    let chosen = ticked(typed, Role::ALL);
    let party: Option<PartyId> = typed.maybe("party");
    let area = typed.optional("area");
    let (Some(login), Some(name), false) = (login, name, typed.is_wrong()) else { return Ok(None) };
    if app.store.account_by_login(&login)?.is_some() {
        typed.error("login", t.login_taken(&login));
        return Ok(None);
    }
    let roles = if chosen == [Role::Officer] {
        let function = FUNCTIONS.into_iter().find(|of| of.as_str() == typed.text("function"));
        let level = Level::of_area(area.as_deref().unwrap_or_default());
        Roles::officer(level, function.unwrap_or(Function::Supervision))
    } else {
        chosen.into_iter().collect()
    };
    match users::create(app, keeper, login.clone(), name, roles, (party, area)) {
        Ok((_, password)) => Ok(Some((login, password))),
        Err(failure) if failure.code == ErrorCode::Refused => {
            typed.whole = failure.detail;
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

fn sheet(
    app: &App,
    session: &Session,
    keeper: &Keeper,
    query: &Query,
    typed: &Typed,
) -> Result<Sheet, Failure> {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.user_new()));
    sheet.frame.crumbs = vec![(t.users().to_owned(), "/users".to_owned())];
    let mut form = Form {
        t,
        action: "/users/new".to_owned(),
        submit: t.user_new().to_owned(),
        cancel: "/users".to_owned(),
        error: typed.whole.clone(),
        ..Form::default()
    };
    let login = typed.field("login", t.user_login(), FieldKind::Text).required();
    let name = typed.field("name", t.user_name(), FieldKind::Text).required();
    form.line(vec![login.hint(t.user_login_hint()), name]);
    form.line(role_fields(t, keeper, typed, Role::ALL));
    if keeper.party().is_none() {
        let parties: Result<Vec<_>, StoreError> = app.store.logs();
        let parties = parties?.into_iter().map(|log| Choice::new(log.party.as_str(), log.name));
        let choices = [Choice::new("", t.none())].into_iter().chain(parties).collect();
        let party = typed.list_field("party", t.enterprise(), choices);
        let area = typed.field("area", t.user_area(), FieldKind::Text).hint(t.user_area_hint());
        let functions =
            FUNCTIONS.map(|of| Choice::new(of.as_str(), t.officer_function(of))).to_vec();
        let function = typed.list_field("function", t.user_function(), functions);
        form.line(vec![party.hint(t.user_party_hint()), area, function]);
    }
    sheet.sections.push(Section::new("form", "", form));
    Ok(sheet)
}
