//! Assays: list, review, and the result table that cards share.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::project::{AssayRow, Review};
use tl_store::Page;

use super::desk::Desk;
use super::part::{
    Cell, Choice, Column, Empty, Field, FieldKind, Form, PAGE_ROWS, Paging, Table, Tone,
};
use super::sheet::{Section, Sheet};
use super::{batches, samples, show, story};
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
    let results: Vec<String> = row
        .determinations
        .iter()
        .map(|d| t.pair(&d.analyte, story::result(t, &d.result, d.unit.sign(), d.basis)))
        .collect();
    let lab = row.lab.as_ref().map_or_else(|| t.own_laboratory().to_owned(), |id| names.party(id));
    let analyst = row.analyst.as_ref().map(|id| names.operator(id)).unwrap_or_default();
    let mut state = Cell::state(tone(row.review), t.review(row.review));
    if row.quality_failed {
        state = state.chip(Tone::Bad, t.quality_failed_chip());
    }
    let mut result = Cell::text(results.join(" · "));
    if row.review == Review::Returned {
        result.struck = true;
    }
    let number = row.report_number.clone().unwrap_or_default();
    vec![
        Cell::code(batches::short_id(row.sample))
            .link(desk.links.to(format!("/samples/{}#assays", row.sample))),
        samples::subject(desk, row.subject.as_ref()),
        result,
        Cell::text(t.purpose(row.purpose)).small(format!(
            "{} · {}",
            t.standing(row.standing),
            t.side(row.side)
        )),
        Cell::text(lab).small(analyst),
        Cell::text(desk.minute(row.reported_at)).small(number),
        state,
    ]
}

/// The form in which a second person reviews a result; nobody reviews one's own.
pub(crate) fn review_section(desk: &Desk, row: &AssayRow) -> Option<Section> {
    let t = desk.t;
    if row.review != Review::Pending || !desk.may(&[Role::Reviewer]) {
        return None;
    }
    if row.analyst.as_ref() == Some(&desk.session.account) {
        return None;
    }
    let form = review_form(desk, row, "", "");
    Some(Section::new("review", t.review_heading(), form).note(t.review_note()))
}

/// The review form with what was typed and what is wrong with it.
pub(crate) fn review_form(desk: &Desk, row: &AssayRow, reason: &str, error: &str) -> Form {
    let t = desk.t;
    let mut form = Form {
        t,
        action: format!("/assays/{}/review", row.id),
        submit: t.review_submit().to_owned(),
        ..Form::default()
    };
    let choices =
        vec![Choice::new("accept", t.review_accept()), Choice::new("return", t.review_return())];
    form.line(vec![
        Field::new("decision", t.review_decision(), FieldKind::Choose(choices)).value("accept"),
        Field::new("reason", t.reason(), FieldKind::Text)
            .value(reason)
            .hint(t.review_reason_hint())
            .error(error),
    ]);
    form
}
