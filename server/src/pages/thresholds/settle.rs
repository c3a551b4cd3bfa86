//! Settling thresholds: a form of the bureau's own log, filled with what it settled before.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::{Master, ThresholdRecord};
use tl_findings::Thresholds;

use super::super::capture::is_about_input;
use super::super::desk::{outer_frame, words};
use super::super::format;
use super::super::part::{Field, FieldKind, Form, Query};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::super::{html_answer, query, render, see_other};
use super::named;
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::SettlePolicy;
use crate::error::{Failure, PageError};
use crate::random;
use crate::usecase::thresholds;

/// `GET /thresholds/settle?id=`
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let permit = app.authorise_bureau::<SettlePolicy>(&session)?;
        let mut typed = Typed::new(words(&session), query.pairs());
        let now = app.clock.micros();
        typed.usual("entry", random::entry_id(&app.clock).to_string());
        typed.usual("observed_at", format::input_minute(now, format::DEFAULT_OFFSET_MINUTES));
        typed.usual("id", session.area.clone().unwrap_or_default());
        let area = typed.text("id").to_owned();
        let standing = app.store.master(permit.party(), "thresholds", &area)?;
        if let Some(Master::Thresholds(record)) =
            standing.filter(|row| row.active).map(|row| row.record)
        {
            for (name, value) in record.figures {
                typed.usual(&name, value.to_string());
            }
        }
        render(&sheet(&session, &query, &typed))
    })
    .await?;
    Ok(html_answer(html))
}

/// `POST /thresholds/settle`
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
            Ok(true) => return Ok(Ok(typed.text("id").to_owned())),
            Ok(false) => {}
            Err(failure) if is_about_input(failure.code) => typed.whole = failure.detail,
            Err(failure) => return Err(failure),
        }
        Ok(Err(render(&sheet(&session, &query, &typed))?))
    })
    .await?;
    Ok(match answer {
        Ok(area) => see_other(&format!("/thresholds?area={area}&done=settled")),
        Err(html) => HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY)
            .content_type("text/html; charset=utf-8")
            .body(html),
    })
}

fn record(app: &App, session: &Session, typed: &mut Typed) -> Result<bool, Failure> {
    let permit = app.authorise_bureau::<SettlePolicy>(session)?;
    let id = typed.pick("id");
    let mut figures = BTreeMap::new();
    for figure in Thresholds::FIGURES {
        if let Some(value) = typed.decimal(figure.name) {
            figures.insert(figure.name.to_owned(), value);
        }
    }
    let reason = typed.required("reason");
    let sent = typed.sent(format::DEFAULT_OFFSET_MINUTES);
    let (Some(id), Some(reason), false) = (id, reason, typed.is_wrong()) else { return Ok(false) };
    thresholds::settle(app, &permit, sent, ThresholdRecord { id, figures, reason })?;
    Ok(true)
}

fn sheet(session: &Session, query: &Query, typed: &Typed) -> Sheet {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.threshold_settle()));
    sheet.frame.crumbs = vec![(t.thresholds_title().to_owned(), "/thresholds".to_owned())];
    sheet.lead = t.threshold_form_note().to_owned();
    let mut form = Form {
        t,
        action: "/thresholds/settle".to_owned(),
        submit: t.threshold_settle().to_owned(),
        cancel: "/thresholds".to_owned(),
        error: typed.whole.clone(),
        ..Form::default()
    };
    form.line(vec![
        Field::hidden("entry", typed.text("entry")),
        Field::hidden("observed_at", typed.text("observed_at")),
    ]);
    let area = typed.field("id", t.policy_area(), FieldKind::Text);
    form.line(vec![area.hint(t.threshold_area_hint()).required()]);
    let default = Thresholds::default();
    for figure in Thresholds::FIGURES {
        let usual = default.value(figure.name);
        let hint = usual.map_or_else(
            || t.threshold_unset().to_owned(),
            |value| t.pair(t.threshold_default(), super::number(value)),
        );
        let field = typed.number_field(figure.name, named(t, figure), figure.unit);
        form.line(vec![field.hint(hint)]);
    }
    let reason = typed.field("reason", t.reason(), FieldKind::Text).hint(t.policy_reason_hint());
    form.line(vec![reason.required()]);
    sheet.sections.push(Section::new("form", "", form));
    sheet
}
