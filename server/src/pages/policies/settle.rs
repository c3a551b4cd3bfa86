//! Settling a policy: a form of the bureau's own log.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::PolicyRecord;
use tl_domain::quantity::DecimalText;

use super::super::capture::is_about_input;
use super::super::desk::{outer_frame, words};
use super::super::format;
use super::super::part::{Field, FieldKind, Form};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::super::{html_answer, query, render, see_other};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::SettlePolicy;
use crate::error::{Failure, PageError};
use crate::random;
use crate::usecase::accounts;

/// `GET /policies/settle`
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        app.authorise_bureau::<SettlePolicy>(&session)?;
        let mut typed = Typed::new(words(&session), query.pairs());
        let now = app.clock.micros();
        typed.usual("entry", random::entry_id(&app.clock).to_string());
        typed.usual("observed_at", format::input_minute(now, format::DEFAULT_OFFSET_MINUTES));
        typed.usual("id", tl_accounts::ruling::city(session.area.as_deref().unwrap_or_default()));
        render(&sheet(&session, &query, &typed))
    })
    .await?;
    Ok(html_answer(html))
}

/// `POST /policies/settle`
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let pairs = pairs.into_inner();
    let answer = App::run(&app, move |app| {
        let mut typed = Typed::new(words(&session), pairs);
        match record(app, &session, &mut typed) {
            Ok(true) => return Ok(None),
            Ok(false) => {}
            Err(failure) if is_about_input(failure.code) => typed.whole = failure.detail,
            Err(failure) => return Err(failure),
        }
        Ok(Some(render(&sheet(&session, &query, &typed))?))
    })
    .await?;
    Ok(match answer {
        None => see_other("/policies?done=settled"),
        Some(html) => HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY)
            .content_type("text/html; charset=utf-8")
            .body(html),
    })
}

fn record(app: &App, session: &Session, typed: &mut Typed) -> Result<bool, Failure> {
    let permit = app.authorise_bureau::<SettlePolicy>(session)?;
    let id = typed.pick("id");
    typed.required("id");
    let mut number = |name: &str| -> Option<DecimalText> { typed.decimal(name) };
    let false_marks_per_quarter = number("false_marks_per_quarter");
    let significant_grams = number("significant_grams");
    let detectable_percent_max = number("detectable_percent_max");
    let explanation_days = typed.maybe("explanation_days");
    let reason = typed.required("reason");
    let sent = typed.sent(format::DEFAULT_OFFSET_MINUTES);
    let (Some(id), Some(reason), false) = (id, reason, typed.is_wrong()) else { return Ok(false) };
    let record = PolicyRecord {
        id,
        false_marks_per_quarter,
        significant_grams,
        detectable_percent_max,
        explanation_days,
        reason,
    };
    accounts::settle(app, &permit, sent, record)?;
    Ok(true)
}

fn sheet(session: &Session, query: &super::super::part::Query, typed: &Typed) -> Sheet {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.policy_settle()));
    sheet.frame.crumbs = vec![(t.policy_title().to_owned(), "/policies".to_owned())];
    sheet.lead = t.policy_form_note().to_owned();
    let mut form = Form {
        t,
        action: "/policies/settle".to_owned(),
        submit: t.policy_settle().to_owned(),
        cancel: "/policies".to_owned(),
        error: typed.whole.clone(),
        ..Form::default()
    };
    form.line(vec![
        Field::hidden("entry", typed.text("entry")),
        Field::hidden("observed_at", typed.text("observed_at")),
    ]);
    let area = typed.field("id", t.policy_area(), FieldKind::Text).hint(t.policy_area_hint());
    form.line(vec![area.required()]);
    form.line(vec![
        typed.number_field("false_marks_per_quarter", t.policy_false_marks(), ""),
        typed.number_field("significant_grams", t.policy_significant(), "g"),
        typed.number_field("detectable_percent_max", t.policy_detectable(), "%"),
        typed.number_field("explanation_days", t.policy_days(), ""),
    ]);
    let reason = typed.field("reason", t.reason(), FieldKind::Text).hint(t.policy_reason_hint());
    form.line(vec![reason.required()]);
    sheet.sections.push(Section::new("form", "", form));
    sheet
}
