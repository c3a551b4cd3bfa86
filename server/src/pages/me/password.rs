//! Changing the own password: the present one, the new one twice.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::desk::words;
use super::super::part::{Field, FieldKind, Form, Query};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::super::{html_answer, query, render, see_other};
use super::{form_sheet, refused};
use crate::app::App;
use crate::auth::Session;
use crate::auth::password::PasswordError;
use crate::error::{Failure, PageError};
use crate::i18n::Words;
use crate::limits::PASSWORD_CHARS_MIN;
use crate::usecase::own_account::{self, OwnAccountError};

/// `GET /me/password`
pub async fn form(session: Session, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let typed = Typed::new(words(&session), Vec::new());
    Ok(html_answer(render(&sheet(&session, &query(&request), &typed))?))
}

/// `POST /me/password`
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let mut typed = Typed::new(words(&session), pairs.into_inner());
    let _one_of_few = app.hashing.acquire().await.map_err(|error| Failure::internal(&error))?;
    let html = App::run(&app, move |app| {
        if change(app, &session, &mut typed)? {
            return Ok(None);
        }
        render(&sheet(&session, &query, &typed)).map(Some)
    })
    .await?;
    Ok(html.map_or_else(|| see_other("/me?done=password_changed"), refused))
}

fn change(app: &App, session: &Session, typed: &mut Typed) -> Result<bool, Failure> {
    let t = words(session);
    let (present, new) = (typed.required("present"), typed.required("new"));
    if typed.text("again") != typed.text("new") {
        typed.error("again", t.password_differs());
    }
    let (Some(present), Some(new), false) = (present, new, typed.is_wrong()) else {
        return Ok(false);
    };
    match own_account::change_password(app, session, &present, &new) {
        Ok(()) => Ok(true),
        Err(OwnAccountError::WrongPassword) => {
            typed.error("present", t.password_wrong());
            Ok(false)
        }
        Err(OwnAccountError::Password(error)) => {
            typed.error("new", why(t, &error));
            Ok(false)
        }
        Err(OwnAccountError::Failure(failure)) => Err(failure),
        Err(error @ OwnAccountError::WrongDigits) => Err(Failure::internal(&error)),
    }
}

/// Why a password can't be taken, in words.
fn why(t: Words, error: &PasswordError) -> String {
    match error {
        PasswordError::Short(read) => t.password_short(read, PASSWORD_CHARS_MIN),
        PasswordError::Long => t.password_long().to_owned(),
        PasswordError::Simple => t.password_simple().to_owned(),
        PasswordError::HoldsLogin => t.password_holds_login().to_owned(),
    }
}

/// A field for a secret; what was typed never comes back.
pub(super) fn secret_field(typed: &Typed, name: &str, label: &str, kept_as: &'static str) -> Field {
    let mut field = typed.field(name, label, FieldKind::Password).value("").required();
    field.autocomplete = kept_as;
    field
}

fn sheet(session: &Session, query: &Query, typed: &Typed) -> Sheet {
    let t = words(session);
    let mut form = Form {
        t,
        action: "/me/password".to_owned(),
        submit: t.password_change().to_owned(),
        cancel: "/me".to_owned(),
        error: typed.whole.clone(),
        ..Form::default()
    };
    form.line(vec![secret_field(typed, "present", t.password_present(), "current-password")]);
    let new = secret_field(typed, "new", t.password_new(), "new-password");
    form.line(vec![new.hint(t.password_rule(PASSWORD_CHARS_MIN))]);
    form.line(vec![secret_field(typed, "again", t.password_again(), "new-password")]);
    form_sheet(session, query, t.password_change(), "", form)
}
