//! Assays: list, review, and the result table that cards share.

pub mod result;
pub mod review;

use tl_domain::project::{AssayRow, Review};
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List};
use super::part::{Cell, Choice, Column, Empty, FieldKind, Form, Table, Tone};
use super::sheet::{Act, Sheet};
use super::typed::Typed;
use super::{samples, story};
use crate::app::App;
use crate::auth::Role;
use crate::error::Failure;
use crate::usecase;

/// `GET /assays?sort=&page=`
pub(crate) struct Assays;

impl List for Assays {
    type Row = AssayRow;

    const KEYS: &'static [Key<AssayRow>] = &[
        Key { column: 4, name: "lab", order: |_, a, b| a.lab.cmp(&b.lab) },
        Key { column: 5, name: "when", order: |_, a, b| a.reported_at.cmp(&b.reported_at) },
        Key { column: 6, name: "state", order: |_, a, b| rank(a).cmp(&rank(b)) },
    ];

    fn of(_: &App, _: &Desk) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<AssayRow>, Failure> {
        usecase::assays::list(app, &desk.permit, page)
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let mut sheet = desk.sheet(desk.t.assays(), &[]);
        sheet.tabs = samples::lab_tabs(desk, "/assays");
        Ok(sheet)
    }

    fn table(&self, app: &App, desk: &Desk, rows: &[AssayRow]) -> Result<Table, Failure> {
        let t = desk.t;
        samples::learn(app, desk, rows.iter().map(|row| &row.subject))?;
        desk.learn_samples(app, rows.iter().map(|row| row.sample))?;
        let mut table = table(desk, rows);
        table.empty = Empty::why(t.no_assays()).act(t.samples(), desk.links.to("/samples"));
        Ok(table)
    }
}

/// What waits for somebody first.
fn rank(row: &AssayRow) -> u8 {
    match row.review {
        Review::Pending => 0,
        Review::Returned => 1,
        Review::Accepted => 2,
    }
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
