//! Open tasks: what somebody has to look at, grouped, with words and what to do.
//!
//! A task goes away when its cause does; nothing is ticked off by hand.

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use tl_domain::project::{TaskRow, Verdict};
use tl_domain::quantity::WetMass;

use super::desk::Desk;
use super::part::{Cell, Column, Empty, Table, Tone};
use super::sheet::{Section, Sheet};
use super::{format, show, story};
use crate::app::App;
use crate::auth::Session;
use crate::error::{Failure, PageError};
use crate::i18n::Words;

/// `GET /tasks`
pub async fn list(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    learn(app, desk, &desk.tasks)?;
    let tasks = &desk.tasks;
    let mut sheet = desk.sheet(t.nav_tasks(), &[(t.nav_home(), "/")]);
    sheet.lead = t.tasks_lead().to_owned();
    for verdict in Verdict::ALL {
        let rows: Vec<&TaskRow> = tasks.iter().filter(|task| task.verdict == *verdict).collect();
        if rows.is_empty() {
            continue;
        }
        let heading = format!("{} · {}", story::verdict(t, *verdict).text, rows.len());
        // Each table bears the name of its own section: readers by ear tell them apart by it.
        let named = Table { caption: heading.clone(), ..table(desk, &rows) };
        let section = Section::new(verdict.code(), heading, named);
        sheet.sections.push(section.note(what_to_do(t, *verdict)));
    }
    let waiting = super::home::derived_tasks(app, desk)?;
    if !waiting.rows.is_empty() {
        sheet.sections.push(Section::new("waiting", t.waiting_for_someone(), waiting));
    }
    if sheet.sections.is_empty() {
        let mut nothing = Table::new(t, t.nav_tasks(), Vec::new());
        nothing.empty = Empty::why(t.no_tasks()).act(t.nav_home(), "/");
        sheet.sections.push(Section::new("none", "", nothing));
    }
    Ok(sheet)
}

/// Looks up what the tasks' batches are called.
///
/// # Errors
/// The store's.
pub(crate) fn learn(app: &App, desk: &Desk, rows: &[TaskRow]) -> Result<(), Failure> {
    let batches = rows.iter().filter_map(|task| task.object.strip_prefix("batch:")?.parse().ok());
    desk.learn_batches(app, batches.take(LEARNT_MAX))
}

/// Batches looked up for one page.
const LEARNT_MAX: usize = 200;

/// Tasks as a table.
pub(crate) fn table(desk: &Desk, rows: &[&TaskRow]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.task_about()),
        Column::text(t.task_what()),
        Column::text(t.task_since()),
        Column::number(t.task_entries()),
        Column::text(t.record()),
    ];
    let mut table = Table::new(t, t.nav_tasks(), columns);
    table.rows = rows.iter().map(|task| cells(desk, task)).collect();
    table
}

fn cells(desk: &Desk, task: &TaskRow) -> Vec<Cell> {
    let t = desk.t;
    let (words, href) = object(desk, &task.object);
    let about = match href {
        Some(href) => Cell::text(words).link(href),
        None => Cell::text(words),
    };
    let chip = story::verdict(t, task.verdict);
    let tone = if chip.tone == Tone::Note { Tone::Note } else { Tone::Watch };
    let detail: Vec<String> =
        task.detail.iter().map(|(name, value)| detail(desk, name, value)).collect();
    vec![
        about,
        Cell::state(tone, chip.text).small(detail.join(" · ")),
        Cell::time(desk.minute(task.since)),
        Cell::text(task.count.to_string()),
        Cell::text(t.raw_entry()).link(desk.links.to(format!("/entries/{}", task.entry))),
    ]
}

/// An object of a task in words, and its page when it has one.
pub(crate) fn object(desk: &Desk, text: &str) -> (String, Option<String>) {
    let (t, names) = (desk.t, &desk.names);
    let (noun, id) = text.split_once(':').unwrap_or(("", text));
    let page = |path: String| Some(desk.links.to(path));
    let short = || super::batches::short_id(id);
    match noun {
        "batch" => {
            let name = id.parse().map_or_else(|_| short(), |id| desk.batch_name(id));
            (t.pair(t.batch_word(), name), page(format!("/batches/{id}")))
        }
        "run" => (t.pair(t.run_word(), short()), page(format!("/runs/{id}"))),
        "sample" => (t.pair(t.sample_word(), short()), page(format!("/samples/{id}"))),
        "assay" => (t.pair(t.assay_word(), short()), page(format!("/entries/{id}"))),
        "handover" => (t.pair(t.handover_word(), id), page(format!("/handovers/{id}"))),
        "code" => (t.pair(t.code(), id), page(format!("/scan?q={id}"))),
        "stream" => {
            let name = id.parse().map_or_else(|_| id.to_owned(), |id| names.stream(&id));
            (t.pair(t.stream(), name), page(format!("/flows?stream={id}")))
        }
        "place" => {
            let name = id.parse().map_or_else(|_| id.to_owned(), |id| names.place(&id));
            (t.pair(t.place(), name), page("/stock".to_owned()))
        }
        "device" => (t.pair(t.device(), id), None),
        _ => (text.to_owned(), None),
    }
}

/// A figure of a task in words: what is left in the books, or which check failed.
fn detail(desk: &Desk, name: &str, value: &str) -> String {
    let (t, names) = (desk.t, &desk.names);
    let mut parts = name.split(' ');
    match (parts.next(), value.parse::<Decimal>()) {
        (Some("grams"), Ok(grams)) => {
            let left = format!("{} t", format::tonnes(WetMass(grams)));
            let of: Vec<String> = parts
                .map(|id| {
                    let node = names.master("node", id);
                    if node == id { names.master("material", id) } else { node }
                })
                .collect();
            format!("{} {}", t.pair(t.detail_left(), left), of.join(" · ")).trim_end().to_owned()
        }
        (Some("check"), _) => t.pair(t.quality_word(), check_words(t, value)),
        _ => t.pair(name, value),
    }
}

/// A laboratory's check in words; others as written.
pub(crate) fn check_words(t: Words, check: &str) -> String {
    match check {
        "blank" => t.check_blank().to_owned(),
        "duplicate" => t.check_duplicate().to_owned(),
        "spike" => t.check_spike().to_owned(),
        "reference" => t.check_reference().to_owned(),
        "drift" => t.check_drift().to_owned(),
        other => other.to_owned(),
    }
}

/// What removes the cause of a verdict.
pub(crate) fn what_to_do(t: Words, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Overdraw => t.todo_overdraw(),
        Verdict::MissingParent => t.todo_missing_parent(),
        Verdict::CodeTaken => t.todo_code_taken(),
        Verdict::Late => t.todo_late(),
        Verdict::ClockUnsure | Verdict::FutureTime => t.todo_clock(),
        Verdict::UnknownKind => t.todo_unknown_kind(),
        Verdict::UnknownMaster => t.todo_unknown_master(),
        Verdict::Stale | Verdict::Closed => t.todo_stale(),
        Verdict::Suspect => t.todo_suspect(),
        Verdict::Unusable => t.todo_unusable(),
        Verdict::BlobMissing => t.todo_blob(),
        Verdict::QualityFailed => t.todo_quality(),
    }
}
