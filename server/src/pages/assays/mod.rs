//! Assays: list, review, and the result table that cards share.

pub mod result;
pub mod review;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::project::{AssayRow, Review};
use tl_store::Page;

use super::desk::Desk;
use super::part::{Cell, Choice, Column, Empty, FieldKind, Form, PAGE_ROWS, Paging, Table, Tone};
use super::sheet::{Act, Section, Sheet};
use super::typed::Typed;
use super::{samples, show, story};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};

/// `GET /assays?page=`
pub async fn list(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, list_sheet).await
}

fn list_sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let (t, party) = (desk.t, &desk.party.party);
    let rows = |offset| {
        let limit = u32::try_from(PAGE_ROWS).unwrap_or(u32::MAX);
        app.store.assays(party, Page { offset, limit })
    };
    let mut found = rows((desk.query.page() - 1).saturating_mul(PAGE_ROWS))?;
    if found.rows.is_empty() && found.total > 0 {
        found = rows(Paging::offset(&desk.query, found.total))?;
    }
    let mut sheet = desk.sheet(t.assays(), &[]);
    sheet.tabs = samples::lab_tabs(desk, "/assays");
    samples::learn(app, desk, found.rows.iter().map(|row| &row.subject))?;
    desk.learn_samples(app, found.rows.iter().map(|row| row.sample))?;
    let mut table = table(desk, &found.rows);
    table.empty = Empty::why(t.no_assays()).act(t.samples(), desk.links.to("/samples"));
    table.paging = Some(Paging::new(t, &desk.query, found.total));
    sheet.sections.push(Section::new("list", "", table));
    Ok(sheet)
}

/// What a review means.
pub(crate) fn tone(review: Review) -> Tone {
    match review {
        Review::Pending => Tone::Watch,
        Review::Accepted => Tone::Good,
        Review::Returned => Tone::Bad,
    }
}

/// Assays with their results as a table.
pub(crate) fn table(desk: &Desk, rows: &[AssayRow]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.sample_word()),
        Column::text(t.stands_for()),
        Column::text(t.results()),
        Column::text(t.purpose_standing()),
        Column::text(t.laboratory()),
        Column::text(t.reported_at()),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.assays(), columns);
    table.rows = rows.iter().map(|row| cells(desk, row)).collect();
    table
}

fn cells(desk: &Desk, row: &AssayRow) -> Vec<Cell> {
    let (t, names) = (desk.t, &desk.names);
    let results: Vec<String> =
        row.determinations.iter().map(|d| story::determination(t, d)).collect();
    let lab = row.lab.as_ref().map_or_else(|| t.own_laboratory().to_owned(), |id| names.party(id));
    let analyst = row.analyst.as_ref().map(|id| names.operator(id)).unwrap_or_default();
    let mut state = Cell::state(tone(row.review), t.review(row.review));
    if let Some(act) = review_act(desk, row) {
        state = state.also(act.words, act.href);
    }
    if row.quality_failed {
        state = state.chip(Tone::Bad, t.quality_failed_chip());
    }
    let mut result = Cell::text(results.join(" · "));
    if row.review == Review::Returned {
        result.struck = true;
    }
    let number = row.report_number.clone().unwrap_or_default();
    vec![
        Cell::code(desk.sample_name(row.sample))
            .link(desk.links.to(format!("/samples/{}#assays", row.sample))),
        samples::subject(desk, row.subject.as_ref()),
        result,
        Cell::text(t.purpose(row.purpose)).small(format!(
            "{} · {}",
            t.standing(row.standing),
            t.side(row.side)
        )),
        Cell::text(lab).small(analyst),
        Cell::time(desk.minute(row.reported_at)).small(number),
        state,
    ]
}

/// The way to the review of a result; nobody reviews one's own.
pub(crate) fn review_act(desk: &Desk, row: &AssayRow) -> Option<Act> {
    let own = row.analyst.as_ref() == Some(&desk.session.account);
    let open = row.review == Review::Pending && !own && desk.may(&[Role::Reviewer]);
    open.then(|| Act::new(desk.t.review_heading(), format!("/assays/{}/review", row.id)))
}

/// The review form with what was typed and what is wrong with it.
fn review_form(desk: &Desk, row: &AssayRow, typed: &Typed) -> Form {
    let t = desk.t;
    let mut form = Form {
        t,
        action: format!("/assays/{}/review", row.id),
        submit: t.review_submit().to_owned(),
        cancel: format!("/samples/{}", row.sample),
        error: typed.whole.clone(),
        ..Form::default()
    };
    let choices =
        vec![Choice::new("accept", t.review_accept()), Choice::new("return", t.review_return())];
    form.line(vec![
        typed.list_field("decision", t.review_decision(), choices),
        typed.field("reason", t.reason(), FieldKind::Text).hint(t.review_reason_hint()),
    ]);
    form
}
