//! 送样单: the list with days waiting, and the sheet to print and send along.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_store::{Page, Paged};

use super::super::desk::Desk;
use super::super::list::{Key, List};
use super::super::part::{Cell, Column, Empty, Facts, Table, Tone};
use super::super::sheet::{Act, Section, Sheet};
use super::super::{samples, show};
use super::sampled_by_words;
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase::lab::{self, Submission};

/// `GET /submissions?sort=&page=`
pub(crate) struct Submissions;

impl List for Submissions {
    type Row = Submission;

    const KEYS: &'static [Key<Submission>] = &[
        Key { column: 1, name: "lab", order: |_, a, b| a.lab_name.cmp(&b.lab_name) },
        Key { column: 2, name: "sent", order: |_, a, b| a.sent_at.cmp(&b.sent_at) },
        Key { column: 5, name: "days", order: |_, a, b| a.days_waiting.cmp(&b.days_waiting) },
    ];

    fn of(_: &App, _: &Desk) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<Submission>, Failure> {
        lab::submissions(app, &desk.permit, page)
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let mut sheet = desk.sheet(desk.t.submissions(), &[]);
        sheet.tabs = samples::lab_tabs(desk, "/submissions");
        if desk.may(&[Role::Gate, Role::Lab, Role::Ehs]) {
            sheet.primary = Some(Act::new(desk.t.act_send(), "/submissions/new"));
        }
        if desk.may(&[Role::Lab]) {
            sheet.acts.push(Act::new(desk.t.import_report(), "/submissions/import"));
        }
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[Submission]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.submission_number()),
            Column::text(t.laboratory()),
            Column::text(t.sent_at()),
            Column::text(t.report_promised()),
            Column::text(t.samples()),
            Column::number(t.days_waiting()),
            Column::text(t.state()),
        ];
        let mut table = Table::new(t, t.submissions(), columns);
        table.empty = Empty::why(t.no_submissions());
        table.rows = rows.iter().map(|row| cells(desk, row)).collect();
        Ok(table)
    }
}

fn cells(desk: &Desk, row: &Submission) -> Vec<Cell> {
    let t = desk.t;
    let state = match row.open {
        0 => Cell::state(Tone::Good, t.reports_came()),
        open if desk.now >= row.due => Cell::state(Tone::Watch, t.reports_late(open)),
        open => Cell::state(Tone::Plain, t.reports_open(open)),
    };
    vec![
        Cell::code(&row.number).link(desk.links.to(format!("/submissions/{}", row.entry))),
        Cell::text(&row.lab_name).small(row.commission.clone().unwrap_or_default()),
        Cell::time(desk.minute(row.sent_at)),
        Cell::time(desk.minute(row.due)),
        Cell::text(row.samples.len().to_string()),
        Cell::text(row.days_waiting.to_string()),
        state,
    ]
}

/// `GET /submissions/{id}`: the sheet as it is printed.
pub async fn card(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, move |app, desk| {
        let id = id.parse().map_err(|_| Failure::not_found())?;
        let row = lab::submission(app, &desk.permit, id)?;
        print(app, desk, &row)
    })
    .await
}

fn print(app: &App, desk: &Desk, row: &Submission) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut sheet = desk.sheet(
        format!("{} {}", t.submission_sheet(), row.number),
        &[(t.submissions(), "/submissions")],
    );
    sheet.printable = true;
    if desk.may(&[Role::Lab]) && row.open > 0 {
        sheet.primary = Some(Act::new(t.import_report(), "/submissions/import"));
    }
    let mut facts = Facts::default();
    facts.add(t.sent_by(), Cell::text(&desk.party.name));
    facts.add(t.laboratory(), Cell::text(&row.lab_name));
    facts.add(t.commission_number(), Cell::maybe(row.commission.as_ref()));
    let analytes: Vec<&str> = row.analytes.iter().map(|analyte| analyte.as_str()).collect();
    facts.add(t.to_determine(), Cell::text(analytes.join(", ")));
    facts.add(t.sent_at(), Cell::time(desk.minute(row.sent_at)));
    facts.add(t.report_promised(), Cell::time(desk.minute(row.due)));
    facts.add(t.answers_for(), Cell::text(sampled_by_words(t, row.sampled_by)));
    sheet.sections.push(Section::new("facts", "", facts));
    let columns = vec![
        Column::number(t.line_number()),
        Column::text(t.sample_pot()),
        Column::text(t.seal_number()),
        Column::text(t.stands_for()),
        Column::text(t.reports_word()),
    ];
    let mut table = Table::new(t, t.samples(), columns);
    desk.learn_samples(app, row.samples.iter().map(|line| line.sample))?;
    for (number, line) in (1_u32..).zip(&row.samples) {
        let sample = app.store.sample(&desk.party.party, line.sample)?;
        let subject = sample.and_then(|sample| sample.subject);
        samples::learn(app, desk, [&subject])?;
        let reports = line.reports.iter().enumerate().fold(Cell::default(), |cell, (at, id)| {
            cell.also(format!("#{}", at + 1), desk.links.to(format!("/entries/{id}")))
        });
        table.rows.push(vec![
            Cell::text(number.to_string()),
            Cell::code(desk.sample_name(line.sample))
                .link(desk.links.to(format!("/samples/{}", line.sample))),
            Cell::maybe(line.seal.as_ref()),
            samples::subject(desk, subject.as_ref()),
            reports,
        ]);
    }
    sheet.sections.push(Section::new("samples", t.samples(), table));
    let mut signatures = Facts::default();
    for name in [t.hands_over(), t.takes_over()] {
        signatures.add(name, Cell::text("________________"));
    }
    sheet.sections.push(Section::new("signatures", "", signatures));
    Ok(sheet)
}
