//! Setting up the second factor: scan, type the digits, keep the recovery codes.
//!
//! The secret travels in the form and is stored only with digits that fit it, so a form that was
//! left leaves nothing behind.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_report::qr;

use super::super::desk::{outer_frame, words};
use super::super::part::{Cell, Facts, Field, FieldKind, Form, Query};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::super::{html_answer, query, render, see_other};
use super::password::secret_field;
use super::{form_sheet, refused};
use crate::app::App;
use crate::auth::{Session, second_factor};
use crate::error::{Failure, PageError};
use crate::usecase::own_account::{self, OwnAccountError};

/// `GET /me/second-factor`
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let mut typed = Typed::new(words(&session), Vec::new());
        typed.usual("secret", second_factor::new_secret());
        render(&sheet(app, &session, &query, &typed)?)
    });
    Ok(html_answer(html.await?))
}

/// `POST /me/second-factor`: answers with the recovery codes, which are nowhere else.
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let mut typed = Typed::new(words(&session), pairs.into_inner());
    let _one_of_few = app.hashing.acquire().await.map_err(|error| Failure::internal(&error))?;
    let (html, taken) = App::run(&app, move |app| match set(app, &session, &mut typed)? {
        Some(codes) => Ok((render(&shown(&session, &query, &codes))?, true)),
        None => Ok((render(&sheet(app, &session, &query, &typed)?)?, false)),
    })
    .await?;
    Ok(if taken { html_answer(html) } else { refused(html) })
}

/// `POST /me/second-factor/drop`
pub async fn drop_it(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let mut typed = Typed::new(words(&session), pairs.into_inner());
    let _one_of_few = app.hashing.acquire().await.map_err(|error| Failure::internal(&error))?;
    let html = App::run(&app, move |app| {
        let t = words(&session);
        let present = typed.required("drop_present").unwrap_or_default();
        match own_account::drop_second_factor(app, &session, &present) {
            Ok(()) => return Ok(None),
            Err(OwnAccountError::Failure(failure)) => return Err(failure),
            Err(_) => typed.error("drop_present", t.password_wrong()),
        }
        typed.usual("secret", second_factor::new_secret());
        render(&sheet(app, &session, &query, &typed)?).map(Some)
    })
    .await?;
    Ok(html.map_or_else(|| see_other("/me?done=factor_dropped"), refused))
}

fn set(app: &App, session: &Session, typed: &mut Typed) -> Result<Option<Vec<String>>, Failure> {
    let t = words(session);
    let secret = typed.text("secret").to_owned();
    let (present, digits) = (typed.required("present"), typed.required("digits"));
    let (Some(present), Some(digits), false) = (present, digits, typed.is_wrong()) else {
        return Ok(None);
    };
    match own_account::set_second_factor(app, session, &present, &secret, &digits) {
        Ok(codes) => return Ok(Some(codes)),
        Err(OwnAccountError::WrongPassword) => typed.error("present", t.password_wrong()),
        Err(OwnAccountError::WrongDigits) => typed.error("digits", t.second_factor_wrong()),
        Err(OwnAccountError::Failure(failure)) => return Err(failure),
        Err(error @ OwnAccountError::Password(_)) => return Err(Failure::internal(&error)),
    }
    Ok(None)
}

fn sheet(app: &App, session: &Session, query: &Query, typed: &Typed) -> Result<Sheet, Failure> {
    let t = words(session);
    let secret = typed.text("secret").to_owned();
    let mut form = Form {
        t,
        action: "/me/second-factor".to_owned(),
        submit: t.second_factor_set().to_owned(),
        cancel: "/me".to_owned(),
        error: typed.whole.clone(),
        ..Form::default()
    };
    let mut digits = typed.field("digits", t.second_factor_digits(), FieldKind::Number).required();
    digits.autocomplete = "one-time-code";
    form.line(vec![Field::hidden("secret", &secret), digits]);
    form.line(vec![secret_field(typed, "present", t.password_present(), "current-password")]);
    let mut sheet = form_sheet(session, query, t.second_factor(), t.second_factor_lead(), form);
    let uri = second_factor::key_uri(&secret, &session.login);
    let drawn = qr::svg(&uri, t.second_factor_qr()).map_err(|error| Failure::internal(&error))?;
    let code = format!("<div class=\"qr large\">{drawn}</div>");
    sheet.sections.insert(0, Section::new("scan", "", code));
    let mut facts = Facts::default();
    facts.add(t.second_factor_secret(), Cell::code(grouped(&secret)));
    sheet.sections.push(Section::new("secret", "", facts));
    if own_account::account(app, session)?.totp.is_some() {
        let mut form = Form {
            t,
            action: "/me/second-factor/drop".to_owned(),
            submit: t.second_factor_drop().to_owned(),
            ..Form::default()
        };
        let present = t.password_present();
        form.line(vec![secret_field(typed, "drop_present", present, "current-password")]);
        sheet.sections.push(Section::new("drop", t.second_factor_drop(), form));
    }
    Ok(sheet)
}

/// The recovery codes, once.
fn shown(session: &Session, query: &Query, codes: &[String]) -> Sheet {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.recovery_codes()));
    sheet.frame.crumbs = vec![(t.me().to_owned(), "/me".to_owned())];
    sheet.lead = t.recovery_codes_note().to_owned();
    sheet.printable = true;
    let mut facts = Facts::default();
    for (number, code) in (1..).zip(codes) {
        facts.add(number.to_string(), Cell::code(code));
    }
    sheet.sections.push(Section::new("codes", "", facts));
    sheet
}

fn grouped(secret: &str) -> String {
    let symbols: Vec<char> = secret.chars().collect();
    symbols.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}
