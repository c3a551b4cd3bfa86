//! From what on audit rules speak: what holds in an area, the default and its source, who changed
//! what.

pub mod settle;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_findings::{Figure, Thresholds};
use tl_store::LogView;

use super::accounts::figure as number;
use super::desk::{outer_frame, words};
use super::format::{self, DEFAULT_OFFSET_MINUTES};
use super::part::{Cell, Choice, Column, Empty, Field, FieldKind, Query, Table, Tone};
use super::sheet::{Act, Filter, Section, Sheet};
use super::{html_answer, query, render};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::SettlePolicy;
use crate::error::{Failure, PageError};
use crate::i18n::{Lang, Words};
use crate::usecase::thresholds::{self, AreaThresholds, Change, Held};

/// `GET /thresholds?area=`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| render(&sheet(app, &session, &query)?)).await?;
    Ok(html_answer(html))
}

fn sheet(app: &App, session: &Session, query: &Query) -> Result<Sheet, Failure> {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.thresholds_title()));
    sheet.frame.crumbs = vec![(t.nav_home().to_owned(), "/".to_owned())];
    let areas = thresholds::areas(app, session)?;
    let asked = query.value("area").filter(|area| areas.iter().any(|known| known == area));
    let Some(area) = asked.or_else(|| areas.first().map(String::as_str)) else {
        let mut table = Table::new(t, t.thresholds_title(), Vec::new());
        table.empty = Empty::why(t.no_enterprise_in_area());
        sheet.sections.push(Section::new("none", "", table));
        return Ok(sheet);
    };
    sheet.lead = t.thresholds_lead(area);
    if app.authorise_bureau::<SettlePolicy>(session).is_ok() {
        let to = format!("/thresholds/settle?id={area}");
        sheet.primary = Some(Act::new(t.threshold_settle(), to));
    }
    let choices = areas.iter().map(|area| Choice::new(area, area)).collect();
    sheet.filter = Some(Filter {
        path: "/thresholds".to_owned(),
        fields: vec![Field::new("area", t.area(), FieldKind::Choose(choices)).value(area)],
        clear: String::new(),
    });
    let logs = app.store.logs()?;
    let found = thresholds::of_area(app, session, area)?;
    sheet.sections.push(Section::new("figures", "", figures(t, &logs, &found)));
    let history = history(t, &logs, &found.history);
    sheet.sections.push(Section::new("history", t.threshold_history(), history));
    Ok(sheet)
}

/// The name of a threshold for people.
pub(super) fn named(t: Words, figure: &Figure) -> &'static str {
    match t.0 {
        Lang::Zh => figure.zh,
        Lang::En => figure.en,
    }
}

fn of_name(name: &str) -> Option<&'static Figure> {
    Thresholds::FIGURES.iter().find(|figure| figure.name == name)
}

fn figures(t: Words, logs: &[LogView], found: &AreaThresholds) -> Table {
    let columns = vec![
        Column::text(t.threshold_word()),
        Column::number(t.threshold_value()),
        Column::number(t.threshold_default()),
        Column::text(t.threshold_source()),
        Column::number(t.threshold_bounds()),
    ];
    let mut table = Table::new(t, t.thresholds_title(), columns);
    table.rows = found.figures.iter().filter_map(|held| row(t, logs, held)).collect();
    table
}

fn row(t: Words, logs: &[LogView], held: &Held) -> Option<Vec<Cell>> {
    let figure = of_name(held.name)?;
    let shown = |value: f64| format!("{} {}", number(value), figure.unit).trim().to_owned();
    let value = match held.value {
        Some(value) => Cell::text(shown(value)).strong(),
        None => Cell::state(Tone::Note, t.threshold_unset()),
    };
    let source = match &held.source {
        Some(source) => {
            let name = bureau(logs, &source.bureau);
            Cell::text(t.policy_settled_by(name)).small(source.area.clone())
        }
        None => Cell::text(match t.0 {
            Lang::Zh => figure.source_zh,
            Lang::En => figure.source_en,
        }),
    };
    let (least, most) = figure.bounds;
    Some(vec![
        Cell::text(named(t, figure)),
        value,
        Cell::maybe(held.default.map(shown)),
        source,
        Cell::text(format!("{least} – {most}")),
    ])
}

fn bureau(logs: &[LogView], id: &tl_domain::ids::PartyId) -> String {
    let log = logs.iter().find(|log| log.party == *id);
    log.map_or_else(|| id.to_string(), |log| log.name.clone())
}

fn history(t: Words, logs: &[LogView], changes: &[Change]) -> Table {
    let columns = vec![
        Column::text(t.when()),
        Column::text(t.looked_from()),
        Column::text(t.area()),
        Column::text(t.threshold_changed()),
        Column::text(t.reason()),
    ];
    let mut table = Table::new(t, t.threshold_history(), columns);
    table.empty = Empty::why(t.threshold_none_changed());
    table.rows = changes.iter().map(|change| change_row(t, logs, change)).collect();
    table
}

fn change_row(t: Words, logs: &[LogView], change: &Change) -> Vec<Cell> {
    let shown = |value: &Option<tl_domain::quantity::DecimalText>| {
        value.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string)
    };
    let lines = change.changed.iter().map(|(name, (before, now))| {
        let words = of_name(name).map_or(name.as_str(), |figure| named(t, figure));
        format!("{words} {} → {}", shown(before), shown(now))
    });
    let what = Cell::text(lines.collect::<Vec<_>>().join(t.list_comma()));
    let who = bureau(logs, &change.bureau);
    vec![
        Cell::time(format::minute(change.at, DEFAULT_OFFSET_MINUTES)),
        Cell::text(who).small(change.operator.clone().unwrap_or_default()),
        Cell::code(&change.area),
        if change.withdrawn { what.chip(Tone::Note, t.threshold_withdrawn()) } else { what },
        Cell::text(&change.reason),
    ]
}
