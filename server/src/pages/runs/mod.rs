//! Runs: list and card with its own small balance of mass.

pub mod close;
pub mod start;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::{Portion, RunOutput, Take};
use tl_domain::ids::{NodeId, RunId};
use tl_domain::project::{BatchRow, Object, RunRow};
use tl_domain::quantity::WetMass;
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List};
use super::part::{Cell, Choice, Column, Empty, Field, Table, Tile, Tiles, Timeline, Tone};
use super::sheet::{Act, Filter, Section, Sheet};
use super::{batches, format, show, story};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// `GET /runs?node=&sort=&page=`
pub(crate) struct Runs(Option<NodeId>);

impl List for Runs {
    type Row = RunRow;

    const KEYS: &'static [Key<RunRow>] = &[
        Key { column: 0, name: "when", order: |_, a, b| a.started_at.cmp(&b.started_at) },
        Key { column: 1, name: "operation", order: |_, a, b| a.operation.cmp(&b.operation) },
        Key { column: 5, name: "state", order: |_, a, b| a.ended_at.cmp(&b.ended_at) },
    ];

    fn of(_: &App, desk: &Desk) -> Result<Self, Failure> {
        Ok(Self(desk.query.value("node").and_then(|text| text.parse().ok())))
    }

    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<RunRow>, Failure> {
        usecase::runs::list(app, &desk.permit, self.0.as_ref(), page)
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.nav_runs(), &[]);
        if desk.may(&[Role::Gate, Role::Ehs]) {
            sheet.primary = Some(Act::new(t.start_run(), "/runs/new"));
        }
        let nodes = desk.names.nodes.iter().map(|n| Choice::new(n.id.as_str(), &n.name));
        let value = desk.query.value("node").unwrap_or("");
        let mut fields = vec![Filter::choice("node", t.node(), t.all(), nodes.collect(), value)];
        fields.extend(desk.query.value("party").map(|party| Field::hidden("party", party)));
        let clear = if value.is_empty() { String::new() } else { desk.links.to("/runs") };
        sheet.filter = Some(Filter { path: desk.query.path().to_owned(), fields, clear });
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[RunRow]) -> Result<Table, Failure> {
        let mut table = table(desk, rows);
        let why = Empty::why(desk.t.no_runs());
        table.empty = if desk.may(&[Role::Gate, Role::Ehs]) {
            why.act(desk.t.start_run(), "/runs/new")
        } else {
            why.act(desk.t.nav_batches(), desk.links.to("/batches"))
        };
        Ok(table)
    }
}

/// Runs as a table.
pub(crate) fn table(desk: &Desk, rows: &[RunRow]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.started_at()),
        Column::text(t.operation()),
        Column::text(t.node()),
        Column::number(t.inputs()),
        Column::number(t.outputs()),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.nav_runs(), columns);
    table.rows = rows.iter().map(|row| cells(desk, row)).collect();
    table
}

fn cells(desk: &Desk, row: &RunRow) -> Vec<Cell> {
    let t = desk.t;
    let started = row.started_at.map_or_else(|| t.unknown().to_owned(), |at| desk.minute(at));
    let ended = row.ended_at.map(|at| t.until(desk.minute(at))).unwrap_or_default();
    let state = match row.ended_at {
        Some(_) => Cell::state(Tone::Good, t.run_closed()),
        None => Cell::state(Tone::Watch, t.run_open()),
    };
    vec![
        Cell::time(started).link(desk.links.to(format!("/runs/{}", row.id))).small(ended),
        Cell::maybe(row.operation.as_ref()),
        Cell::maybe(row.node.as_ref().map(|node| desk.names.node(node))),
        Cell::text(t.batch_count(row.inputs.len())),
        Cell::text(t.batch_count(row.outputs.len())),
        state,
    ]
}

/// `GET /runs/{id}`
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

/// Batches that a form of a run takes.
const INPUTS: usize = 6;

/// The run of a path.
fn find(app: &App, desk: &Desk, id: &str) -> Result<RunRow, Failure> {
    let id: RunId = id.parse().map_err(|_| Failure::not_found())?;
    usecase::runs::find(app, &desk.permit, id)
}

/// What people call a run.
fn title(row: &RunRow) -> String {
    row.operation.clone().unwrap_or_else(|| batches::short_id(row.id))
}

fn card_sheet(app: &App, desk: &Desk, row: &RunRow) -> Result<Sheet, Failure> {
    let (t, party) = (desk.t, &desk.party.party);
    let mut sheet = desk.sheet(title(row), &[(t.nav_runs(), "/runs")]);
    let node = row.node.as_ref().map(|node| desk.names.node(node)).unwrap_or_default();
    let started = row.started_at.map(|at| desk.minute(at)).unwrap_or_default();
    let ended = row.ended_at.map(|at| t.until(desk.minute(at))).unwrap_or_default();
    sheet.lead = format!("{node} · {started} {ended}");
    match row.ended_at {
        Some(_) => sheet.chip(Tone::Good, t.run_closed()),
        None => {
            sheet.chip(Tone::Watch, t.run_open());
            if desk.may(&[Role::Gate, Role::Ehs]) {
                sheet.primary = Some(Act::new(t.close_run(), format!("/runs/{}/close", row.id)));
            }
        }
    }
    let mut taken = Vec::new();
    for portion in &row.inputs {
        let batch = app.store.batch(party, portion.batch)?;
        taken.push((portion, batch));
    }
    let mut made = Vec::new();
    for output in &row.outputs {
        let batch = app.store.batch(party, output.batch)?;
        made.push((output, batch));
    }
    sheet.sections.push(Section::new("balance", t.run_balance(), tiles(desk, &taken, &made)));
    sheet.sections.push(Section::new("inputs", t.inputs(), inputs_table(desk, &taken)));
    sheet.sections.push(Section::new("outputs", t.outputs(), outputs_table(desk, &made)));
    let history = app.store.history(party, &Object::Run(row.id))?;
    let events = history.iter().rev().map(|view| desk.teller().event(view)).collect();
    sheet.sections.push(Section::new("history", t.history(), Timeline { t, events }));
    Ok(sheet)
}

/// Wet mass that a portion took: the part as written, or the whole batch.
fn taken_mass(portion: &Portion, batch: Option<&BatchRow>) -> Option<WetMass> {
    match &portion.amount {
        Take::Part { mass } => mass.wetted(None),
        Take::All => batch?.wet,
    }
}

/// Wet mass of an output: as closed, else as weighed.
fn made_mass(output: &RunOutput, batch: Option<&BatchRow>) -> Option<WetMass> {
    batch.and_then(|batch| batch.wet).or_else(|| output.mass.as_ref()?.wetted(None))
}

fn tiles(
    desk: &Desk,
    taken: &[(&Portion, Option<BatchRow>)],
    made: &[(&RunOutput, Option<BatchRow>)],
) -> Tiles {
    let t = desk.t;
    let input: Vec<_> = taken.iter().map(|(p, batch)| taken_mass(p, batch.as_ref())).collect();
    let output: Vec<_> = made.iter().map(|(o, batch)| made_mass(o, batch.as_ref())).collect();
    let sum = |masses: &[Option<WetMass>]| masses.iter().flatten().copied().sum::<WetMass>();
    let lacking = |masses: &[Option<WetMass>]| masses.iter().filter(|m| m.is_none()).count();
    let tile = |name: &str, masses: &[Option<WetMass>]| {
        let tile =
            Tile::new(name, format::tonnes(sum(masses)), "t").note(t.batch_count(masses.len()));
        match lacking(masses) {
            0 => tile,
            count => tile.state(Tone::Watch, t.not_weighed_count(count)),
        }
    };
    let difference = sum(&input) - sum(&output);
    let closure = format::percent(sum(&output).0, sum(&input).0);
    let gap = Tile::new(t.wet_difference(), format::tonnes(difference), "t")
        .note(t.closure_of(closure.as_deref().unwrap_or("–")))
        .note(t.wet_difference_note());
    Tiles { tiles: vec![tile(t.inputs(), &input), tile(t.outputs(), &output), gap] }
}

fn named(desk: &Desk, batch: Option<&BatchRow>, id: tl_domain::ids::BatchId) -> [Cell; 2] {
    let href = desk.links.to(format!("/batches/{id}"));
    let title = batch.map_or_else(|| batches::short_id(id), batches::title);
    let material = batch.and_then(|batch| batch.material.as_ref());
    [
        Cell::code(title).link(href),
        Cell::maybe(material.map(|material| desk.names.material(material))),
    ]
}

fn inputs_table(desk: &Desk, taken: &[(&Portion, Option<BatchRow>)]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.code()),
        Column::text(t.material()),
        Column::number(t.mass_tonnes()),
        Column::text(t.as_written()),
    ];
    let mut table = Table::new(t, t.inputs(), columns);
    for (portion, batch) in taken {
        let written = match &portion.amount {
            Take::All => t.take_all().to_owned(),
            Take::Part { mass } => story::mass(t, mass),
        };
        let [code, material] = named(desk, batch.as_ref(), portion.batch);
        let mass = taken_mass(portion, batch.as_ref()).map(format::tonnes);
        table.rows.push(vec![code, material, Cell::maybe(mass), Cell::text(written)]);
    }
    table.empty = Empty::why(t.run_without_inputs());
    table
}

fn outputs_table(desk: &Desk, made: &[(&RunOutput, Option<BatchRow>)]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.code()),
        Column::text(t.material()),
        Column::number(t.mass_tonnes()),
        Column::text(t.location()),
    ];
    let mut table = Table::new(t, t.outputs(), columns);
    for (output, batch) in made {
        let [code, mut material] = named(desk, batch.as_ref(), output.batch);
        if output.returned {
            material = material.chip(Tone::Plain, t.returned_chip());
        }
        let spot = batch.as_ref().map(|b| desk.names.spot(b.node.as_ref(), b.place.as_ref()));
        let mass = made_mass(output, batch.as_ref()).map(format::tonnes);
        table.rows.push(vec![code, material, Cell::maybe(mass), Cell::maybe(spot)]);
    }
    table.empty = Empty::why(t.run_without_outputs());
    table
}
