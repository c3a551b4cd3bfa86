//! Samples: list, card, and the tables that other cards share.

pub mod take;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::code::{CodeKind, qr_text};
use tl_domain::event::SampleSubject;
use tl_domain::ids::SampleId;
use tl_domain::project::{AssayRow, Object, Review, SampleRow};
use tl_report::qr;
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List};
use super::part::{Cell, Chip, Column, Empty, Facts, Table, Timeline, Tone};
use super::sheet::{Act, Section, Sheet, Tab};
use super::{assays, batches, show, story};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// `GET /samples?sort=&page=`
pub(crate) struct Samples;

impl List for Samples {
    type Row = SampleRow;

    const KEYS: &'static [Key<SampleRow>] = &[
        Key { column: 0, name: "sample", order: |_, a, b| title(a).cmp(&title(b)) },
        Key { column: 2, name: "when", order: |_, a, b| a.taken_at.cmp(&b.taken_at) },
        Key { column: 3, name: "results", order: |_, a, b| a.assays.cmp(&b.assays) },
    ];

    fn of(_: &App, _: &Desk) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<SampleRow>, Failure> {
        usecase::samples::list(app, &desk.permit, page)
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.samples(), &[]);
        sheet.tabs = lab_tabs(desk, "/samples");
        if desk.may(&[Role::Gate, Role::Lab, Role::Ehs]) {
            sheet.primary = Some(Act::new(t.act_sample(), "/samples/new"));
        }
        Ok(sheet)
    }

    fn table(&self, app: &App, desk: &Desk, rows: &[SampleRow]) -> Result<Table, Failure> {
        let t = desk.t;
        let mut results = Vec::new();
        for row in rows.iter().filter(|row| row.assays > 0) {
            results.extend(app.store.assays_of(&desk.party.party, &Object::Sample(row.id))?);
        }
        learn(app, desk, rows.iter().map(|row| &row.subject))?;
        let mut table = table(desk, rows, &results);
        table.empty = Empty::why(t.no_samples());
        if desk.may(&[Role::Gate, Role::Lab, Role::Ehs]) {
            table.empty = table.empty.act(t.act_sample(), "/samples/new");
        }
        Ok(table)
    }
}

/// The views of the laboratory's work.
pub(crate) fn lab_tabs(desk: &Desk, current: &str) -> Vec<Tab> {
    let t = desk.t;
    [
        (t.samples(), "/samples"),
        (t.assays(), "/assays"),
        (t.assay_plan(), "/assay-plan"),
        (t.submissions(), "/submissions"),
        (t.lab_mappings(), "/lab-mappings"),
    ]
    .into_iter()
    .map(|(words, path)| Tab {
        words: words.to_owned(),
        href: desk.links.to(path),
        current: path == current,
    })
    .collect()
}

/// Samples with their results as a table.
pub(crate) fn table(desk: &Desk, rows: &[SampleRow], assays: &[AssayRow]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.sample_word()),
        Column::text(t.stands_for()),
        Column::text(t.taken_at()),
        Column::text(t.results()),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.samples(), columns);
    table.rows = rows.iter().map(|row| cells(desk, row, assays)).collect();
    table
}

fn cells(desk: &Desk, row: &SampleRow, assays: &[AssayRow]) -> Vec<Cell> {
    let t = desk.t;
    let own: Vec<&AssayRow> = assays.iter().filter(|assay| assay.sample == row.id).collect();
    let results: Vec<String> = own
        .iter()
        .filter(|assay| assay.review != Review::Returned)
        .flat_map(|assay| &assay.determinations)
        .map(|d| story::determination(t, d))
        .collect();
    let results = if results.is_empty() { Cell::dash() } else { Cell::text(results.join(" · ")) };
    let chip = state(desk, row, &own);
    let mut name = Cell::code(title(row)).link(desk.links.to(format!("/samples/{}", row.id)));
    if let Some(lab_name) = &row.lab_name {
        name = name.small(t.pair(t.lab_name(), lab_name));
    }
    vec![
        name,
        subject(desk, row.subject.as_ref()),
        row.taken_at.map_or_else(Cell::dash, |at| Cell::time(desk.minute(at))),
        results,
        Cell::state(chip.tone, chip.text),
    ]
}

/// Where a sample stands on its way to a reviewed result.
fn state(desk: &Desk, row: &SampleRow, assays: &[&AssayRow]) -> Chip {
    let t = desk.t;
    if row.subject.is_none() {
        return Chip::new(Tone::Watch, t.sample_missing());
    }
    if row.code_taken {
        return Chip::new(Tone::Bad, t.needs_new_label());
    }
    let latest = assays.iter().max_by_key(|assay| assay.reported_at);
    match latest.map(|assay| assay.review) {
        None => Chip::new(Tone::Watch, t.sample_waiting()),
        Some(review) => Chip::new(assays::tone(review), t.review(review)),
    }
}

/// What people call a sample.
pub(crate) fn title(row: &SampleRow) -> String {
    match &row.code {
        Some(code) => code.display(),
        None => batches::short_id(row.id),
    }
}

/// Batches of a composite that a cell names.
const SHARES_SHOWN: usize = 3;

/// Looks up what the batches are called that these samples stand for.
///
/// # Errors
/// The store's.
pub(crate) fn learn<'a>(
    app: &App,
    desk: &Desk,
    subjects: impl IntoIterator<Item = &'a Option<SampleSubject>>,
) -> Result<(), Failure> {
    for subject in subjects.into_iter().flatten() {
        if let SampleSubject::Batches(shares) = subject {
            desk.learn_batches(app, shares.iter().take(SHARES_SHOWN).map(|share| share.batch))?;
        }
    }
    Ok(())
}

/// What a sample stands for, in words with links.
pub(crate) fn subject(desk: &Desk, subject: Option<&SampleSubject>) -> Cell {
    let (t, names) = (desk.t, &desk.names);
    match subject {
        None => Cell::text(t.unknown()),
        Some(SampleSubject::Batches(shares)) => {
            let mut cell = match shares.len() {
                1 => Cell::default(),
                count => Cell::text(t.composite_of(count)),
            };
            for share in shares.iter().take(SHARES_SHOWN) {
                let href = desk.links.to(format!("/batches/{}", share.batch));
                cell = cell.also(desk.batch_name(share.batch), href);
            }
            cell
        }
        Some(SampleSubject::Stream { stream, span }) => {
            let days = t.span_of(desk.minute(span.from.micros()), desk.minute(span.to.micros()));
            let href = desk.links.to(format!("/flows?stream={stream}"));
            Cell::text(names.stream(stream)).link(href).small(days)
        }
        Some(SampleSubject::Stock { location, material, at }) => {
            let words = format!("{} · {}", names.material(material), names.location(location));
            Cell::text(words).small(desk.minute(at.micros()))
        }
    }
}

/// `GET /samples/{id}`
pub async fn card(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, move |app, desk| {
        let row = find(app, desk, &id)?;
        card_sheet(app, desk, &row)
    })
    .await
}

/// The sample of a path.
///
/// # Errors
/// `NotFound` for text that is no id and for samples of other parties.
pub(crate) fn find(app: &App, desk: &Desk, id: &str) -> Result<SampleRow, Failure> {
    let id: SampleId = id.parse().map_err(|_| Failure::not_found())?;
    app.store.sample(&desk.party.party, id)?.ok_or_else(Failure::not_found)
}

fn card_sheet(app: &App, desk: &Desk, row: &SampleRow) -> Result<Sheet, Failure> {
    let (t, party) = (desk.t, &desk.party.party);
    let object = Object::Sample(row.id);
    let results = app.store.assays_of(party, &object)?;
    let mut sheet = desk.sheet(title(row), &[(t.samples(), "/samples")]);
    if let Some(code) = &row.code {
        let text = qr_text(&app.config.qr_host, CodeKind::Sample, code);
        sheet.qr = qr::svg(&text, &code.display()).map_err(|error| Failure::internal(&error))?;
    }
    sheet.chips.push(state(desk, row, &results.iter().collect::<Vec<_>>()));
    if desk.may(&[Role::Lab]) {
        sheet.primary = Some(Act::new(t.act_result(), format!("/samples/{}/result", row.id)));
    }
    learn(app, desk, [&row.subject])?;
    let mut facts = Facts::default();
    facts.add(t.stands_for(), subject(desk, row.subject.as_ref()));
    facts.add(t.taken_at(), row.taken_at.map_or_else(Cell::dash, |at| Cell::time(desk.minute(at))));
    facts.add(t.lab_name(), Cell::maybe(row.lab_name.as_ref()));
    sheet.sections.push(Section::new("facts", t.sample_facts(), facts));
    desk.learn_samples(app, [row.id])?;
    let mut table = assays::table(desk, &results);
    table.empty = Empty::why(t.no_assays_of_sample());
    sheet.sections.push(Section::new("assays", t.assays(), table));
    if let Some(act) = results.iter().find_map(|assay| assays::review_act(desk, assay)) {
        sheet.primary = Some(act);
    }
    let history = app.store.history(party, &object)?;
    let events = history.iter().rev().map(|view| desk.teller().event(view)).collect();
    sheet.sections.push(Section::new("history", t.history(), Timeline { t, events }));
    Ok(sheet)
}
