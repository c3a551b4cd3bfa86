//! Signing in and out.
//!
//! A wrong account and a wrong password look the same; who asked for a page comes back to it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use tl_wire::problem::ErrorCode;

use super::frame::Frame;
use super::language::own_path;
use super::part::{Field, FieldKind, Form};
use super::{html_answer, query, render, see_other};
use crate::app::App;
use crate::auth::cookie::SessionToken;
use crate::auth::{Session, cookie, language};
use crate::error::{Failure, PageError};
use crate::i18n::{Lang, Words};
use crate::usecase::sign_in::{Attempt, Entered, sign_in, sign_out, with_second_factor};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    form: Form,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    back: String,
}

fn words(request: &HttpRequest) -> Words {
    Words(if language(request) { Lang::En } else { Lang::Zh })
}

fn page(t: Words, login: &str, back: &str, error: &str) -> Result<String, Failure> {
    let mut form = Form {
        t,
        action: "/login".to_owned(),
        submit: t.sign_in().to_owned(),
        error: error.to_owned(),
        ..Form::default()
    };
    let mut account = Field::new("login", t.account(), FieldKind::Text).value(login).required();
    account.autocomplete = "username";
    let mut password = Field::new("password", t.password(), FieldKind::Password).required();
    password.autocomplete = "current-password";
    form.line(vec![account]);
    form.line(vec![password]);
    form.line(vec![Field::hidden("back", back)]);
    let mut frame = Frame::outside(t, t.sign_in_title());
    frame.here = "/login".to_owned();
    render(&SignInPage { frame, form })
}

/// `GET /login?back=`
pub async fn form(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = page(words(&request), "", query.value("back").unwrap_or(""), "")?;
    Ok(html_answer(html))
}

/// `POST /login`
pub async fn submit(
    app: web::Data<App>,
    request: HttpRequest,
    form: web::Form<SignInForm>,
) -> Result<HttpResponse, PageError> {
    let t = words(&request);
    let SignInForm { login, password, back } = form.into_inner();
    let again = |error: &str, status: StatusCode| {
        let html = page(t, &login, &back, error)?;
        Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
    };
    if login.trim().is_empty() || password.is_empty() {
        return again(t.sign_in_empty(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let attempt = attempt(&request, login.trim(), password);
    match sign_in(&app, attempt).await {
        Ok(Entered::In(token, _)) => signed_in(&token, &back),
        Ok(Entered::SecondFactor(ticket)) => {
            Ok(html_answer(code_page(t, &ticket, &back).map_err(PageError::from)?))
        }
        Err(failure) if failure.code == ErrorCode::NotSignedIn => {
            again(t.sign_in_failed(), StatusCode::UNAUTHORIZED)
        }
        Err(failure) if failure.code == ErrorCode::RateLimited => {
            again(t.error_advice_later(), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What the form of the second factor sends.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    back: String,
}

/// `POST /login/code`: the second factor after a right password.
pub async fn code(
    app: web::Data<App>,
    request: HttpRequest,
    form: web::Form<CodeForm>,
) -> Result<HttpResponse, PageError> {
    let t = words(&request);
    let CodeForm { ticket, code, back } = form.into_inner();
    match with_second_factor(&app, ticket, code, attempt(&request, "", String::new())).await {
        Ok((token, _)) => signed_in(&token, &back),
        Err(failure) => {
            let (error, status) = match failure.code {
                ErrorCode::NotSignedIn => (t.second_factor_failed(), StatusCode::UNAUTHORIZED),
                ErrorCode::RateLimited => (t.error_advice_later(), StatusCode::TOO_MANY_REQUESTS),
                _ => return Err(failure.into()),
            };
            let html = page(t, "", &back, error)?;
            Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
        }
    }
}

/// Asks for the digits; the ticket stands for the password.
fn code_page(t: Words, ticket: &str, back: &str) -> Result<String, Failure> {
    let mut form = Form {
        t,
        action: "/login/code".to_owned(),
        submit: t.sign_in().to_owned(),
        cancel: "/login".to_owned(),
        ..Form::default()
    };
    let mut code = Field::new("code", t.second_factor_code(), FieldKind::Text).required();
    code.autocomplete = "one-time-code";
    form.line(vec![code.hint(t.second_factor_ask())]);
    form.line(vec![Field::hidden("ticket", ticket), Field::hidden("back", back)]);
    let mut frame = Frame::outside(t, t.sign_in_title());
    frame.here = "/login".to_owned();
    render(&SignInPage { frame, form })
}

fn attempt(request: &HttpRequest, login: &str, password: String) -> Attempt {
    let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
    Attempt {
        login: login.to_owned(),
        password,
        address: request.peer_addr().map(|peer| peer.ip()),
        agent: agent.unwrap_or("").to_owned(),
    }
}

fn signed_in(token: &SessionToken, back: &str) -> Result<HttpResponse, PageError> {
    let mut answer = see_other(own_path(if back.is_empty() { "/" } else { back }));
    answer.add_cookie(&token.cookie()).map_err(|error| Failure::internal(&error))?;
    Ok(answer)
}

/// `POST /logout`
pub async fn leave(app: web::Data<App>, session: Session) -> Result<HttpResponse, PageError> {
    App::run(&app, move |app| sign_out(app, &session)).await?;
    let mut answer = see_other("/login");
    answer.add_cookie(&cookie::forget()).map_err(|error| Failure::internal(&error))?;
    Ok(answer)
}
