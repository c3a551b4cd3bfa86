//! 检测计划: what is due by it, its lines with their approval; and submission sheets.
//!
//! What waits within its term is no delay and is shown as such; a rate stands only where something
//! is settled.

pub mod approve;
pub mod import;
pub mod mapping;
pub mod method;
pub mod plan;
pub mod send;
pub mod submission;

use tl_domain::event::SampledBy;
use tl_domain::ids::AssayId;
use tl_domain::lab::due::{DueState, Occasion, Of};
use tl_domain::lab::plan::{Frequency, Point};
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Choice, Column, Empty, Table, Tile, Tiles, Tone};
use super::samples;
use super::sheet::{Act, Section, Sheet};
use crate::app::App;
use crate::auth::Role;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase::lab::{self, Due, PlanLine};

/// Entries of an occasion that a row links to.
const LINKS: usize = 4;

/// `GET /assay-plan?sort=&page=`
pub(crate) struct Plan {
    due: Due,
    lines: Vec<PlanLine>,
}

impl List for Plan {
    type Row = Occasion;

    const KEYS: &'static [Key<Occasion>] = &[
        Key { column: 0, name: "item", order: |_, a, b| a.item.cmp(&b.item) },
        Key { column: 2, name: "since", order: |_, a, b| a.since.cmp(&b.since) },
        Key { column: 3, name: "deadline", order: |_, a, b| a.deadline.cmp(&b.deadline) },
        Key { column: 4, name: "state", order: |_, a, b| a.state.cmp(&b.state) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let span = lab::due_span(app, None)?;
        let mut due = lab::due(app, &desk.permit, span)?;
        // What needs somebody first; the newest first among equals.
        due.rows.sort_by(|a, b| a.state.cmp(&b.state).then(b.since.cmp(&a.since)));
        Ok(Self { due, lines: lab::plan_lines(app, &desk.permit)? })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<Occasion>, Failure> {
        Ok(cut(&self.due.rows, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<Occasion>, Failure> {
        Ok(whole(&self.due.rows))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.assay_plan(), &[]);
        sheet.lead = t.due_lead().to_owned();
        sheet.tabs = samples::lab_tabs(desk, "/assay-plan");
        if desk.may(&[Role::Ehs, Role::Admin]) {
            sheet.primary = Some(Act::new(t.new_plan(), "/assay-plan/new"));
        }
        sheet.sections.push(Section::new("counts", t.completion_rate(), tiles(t, &self.due)));
        let lines = plan_table(desk, &self.lines);
        sheet.sections.push(Section::new("plan", t.plan_items(), lines));
        Ok(sheet)
    }

    fn table(&self, app: &App, desk: &Desk, rows: &[Occasion]) -> Result<Table, Failure> {
        let t = desk.t;
        desk.learn_batches(
            app,
            rows.iter().filter_map(|row| match row.of {
                Of::Batch(batch) => Some(batch),
                Of::Period(_) => None,
            }),
        )?;
        let columns = vec![
            Column::text(t.plan_item()),
            Column::text(t.stands_for()),
            Column::text(t.due_since()),
            Column::text(t.due_until()),
            Column::text(t.state()),
            Column::text(t.satisfied_by()),
        ];
        let mut table = Table::new(t, t.due_heading(), columns);
        table.rows = rows.iter().map(|row| self.cells(desk, row)).collect();
        table.empty = Empty::why(t.no_due());
        Ok(table)
    }

    fn heading(&self, desk: &Desk) -> String {
        desk.t.due_heading().to_owned()
    }
}

impl Plan {
    fn cells(&self, desk: &Desk, row: &Occasion) -> Vec<Cell> {
        let t = desk.t;
        let line = self.lines.iter().find(|l| l.plan == row.plan && l.item.item == row.item);
        let item = line.map_or_else(
            || Cell::code(row.item.as_str()),
            |line| {
                let what = desk.names.material(&line.item.material);
                Cell::text(what).small(frequency(t, line.item.frequency))
            },
        );
        let of = match row.of {
            Of::Batch(id) => {
                Cell::code(desk.batch_name(id)).link(desk.links.to(format!("/batches/{id}")))
            }
            Of::Period(span) => Cell::text(t.span_of(desk.minute(span.from), desk.minute(span.to))),
        };
        let of = match row.covered {
            Some((all, with)) => of.small(t.covered_of(with, all)),
            None => of,
        };
        let mut state = Cell::state(tone(row.state), t.due_state(row.state));
        if row.late {
            state = state.chip(Tone::Note, t.due_late());
        }
        if let Some(sent) = row.at_lab_since {
            state = state.small(t.at_lab_since(desk.minute(sent)));
        }
        let links = row.entries.iter().take(LINKS).enumerate();
        let evidence = links.fold(Cell::default(), |cell, (number, entry)| {
            let href = desk.links.to(format!("/entries/{}", AssayId::from(*entry)));
            cell.also(format!("#{}", number + 1), href)
        });
        vec![
            item,
            of,
            Cell::time(desk.minute(row.since)),
            Cell::time(desk.minute(row.deadline)),
            state,
            evidence,
        ]
    }
}

fn tone(state: DueState) -> Tone {
    match state {
        DueState::Done => Tone::Good,
        DueState::Waiting => Tone::Plain,
        DueState::Overdue => Tone::Bad,
        DueState::Excused => Tone::Note,
    }
}

fn tiles(t: Words, due: &Due) -> Tiles {
    let tile = |name: &str, count: u64| Tile::new(name, count.to_string(), "");
    let rate = due.completion_percent.map_or("–".to_owned(), |percent| percent.to_string());
    let counts = due.counts;
    Tiles {
        tiles: vec![
            Tile::new(t.completion_rate(), rate, "%").note(t.completion_note()),
            tile(t.due_count(), counts.due),
            tile(t.due_state(DueState::Done), counts.done),
            tile(t.due_state(DueState::Waiting), counts.waiting),
            tile(t.due_state(DueState::Overdue), counts.overdue),
        ],
    }
}

fn plan_table(desk: &Desk, lines: &[PlanLine]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.plan_item()),
        Column::text(t.plan_point()),
        Column::text(t.plan_frequency()),
        Column::text(t.laboratory()),
        Column::text(t.plan_basis()),
        Column::text(t.validity()),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.plan_items(), columns);
    table.empty = Empty::why(t.no_plan());
    table.rows = lines.iter().map(|line| plan_cells(desk, line)).collect();
    table
}

fn plan_cells(desk: &Desk, line: &PlanLine) -> Vec<Cell> {
    let (t, names, item) = (desk.t, &desk.names, &line.item);
    let point = match &item.point {
        None => t.anywhere().to_owned(),
        Some(Point::Node(id)) => names.node(id),
        Some(Point::Stream(id)) => names.stream(id),
        Some(Point::Place(id)) => names.place(id),
    };
    let lab = item.lab.as_ref().map_or_else(|| t.any_laboratory().to_owned(), |id| names.party(id));
    let basis = Cell::text(&item.basis.standard);
    let basis = match &item.basis.clause {
        Some(clause) => basis.small(clause),
        None => basis,
    };
    let state = match (&line.approved_by, line.active) {
        (_, false) => Cell::state(Tone::Note, t.out_of_use()),
        (Some(by), true) => Cell::state(Tone::Good, t.plan_approved()).small(names.operator(by)),
        (None, true) => Cell::state(Tone::Watch, t.plan_waits()),
    };
    let state = state.link(desk.links.to(format!("/entries/{}", line.entry)));
    let state = match line.approved_by.is_none() && line.active && desk.may(&[Role::Ehs]) {
        true => state.also(t.plan_approve(), format!("/assay-plan/{}/approve", line.plan)),
        false => state,
    };
    let mut plan = Cell::text(&line.name);
    if desk.may(&[Role::Ehs, Role::Admin]) {
        plan = plan.link(format!("/assay-plan/{}", line.plan));
    }
    let until = t.span_of(line.valid_from.at().date_naive(), line.valid_to.at().date_naive());
    vec![
        Cell::text(names.material(&item.material)).small(item.analyte.as_str()),
        Cell::text(point),
        Cell::text(frequency(t, item.frequency)).small(t.term_of(item.term_days)),
        Cell::text(lab),
        basis,
        plan.small(until),
        state,
    ]
}

/// Laboratories for choosing, with other words for "none" in front.
fn lab_choices(desk: &Desk, none: &str) -> Vec<Choice> {
    let parties = desk.names.laboratories(&desk.party.party).into_iter();
    let parties = parties.map(|(id, name)| Choice::new(id.as_str(), name));
    [Choice::new("", none)].into_iter().chain(parties).collect()
}

/// What an outside laboratory answers for, in words.
fn sampled_by_words(t: Words, of: SampledBy) -> &'static str {
    match of {
        SampledBy::Received => t.received_only(),
        SampledBy::OnSite => t.sampled_on_site(),
    }
}

fn frequency(t: Words, of: Frequency) -> &'static str {
    match of {
        Frequency::EachBatch => t.each_batch(),
        Frequency::EachShift => t.each_shift(),
        Frequency::WeeklyComposite => t.weekly_composite(),
        Frequency::Monthly => t.monthly(),
        Frequency::Quarterly => t.quarterly(),
    }
}
