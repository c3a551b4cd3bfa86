//! What bureaus settled for cities: the figures that hold, who settled each, the limits that
//! follow.

pub mod settle;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_store::LogView;

use super::accounts::figure as number;
use super::desk::{outer_frame, words};
use super::part::{Cell, Column, Empty, Query, Table};
use super::sheet::{Act, Section, Sheet};
use super::{html_answer, query, render};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::SettlePolicy;
use crate::error::{Failure, PageError};
use crate::i18n::Words;
use crate::usecase::accounts::{self, CityPolicy, Figure};

/// `GET /policies`
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
    let mut sheet = Sheet::new(outer_frame(session, query, t.policy_title()));
    sheet.frame.crumbs = vec![(t.nav_home().to_owned(), "/".to_owned())];
    sheet.lead = t.policy_lead().to_owned();
    if app.authorise_bureau::<SettlePolicy>(session).is_ok() {
        sheet.primary = Some(Act::new(t.policy_settle(), "/policies/settle"));
    }
    let cities = accounts::policies(app, session)?;
    sheet.sections.push(Section::new("cities", "", table(t, &app.store.logs()?, &cities)));
    Ok(sheet)
}

fn table(t: Words, logs: &[LogView], cities: &[CityPolicy]) -> Table {
    let columns = vec![
        Column::text(t.policy_city()),
        Column::number(t.policy_enterprises()),
        Column::number(t.policy_false_marks()),
        Column::number(t.policy_significant()),
        Column::number(t.policy_detectable()),
        Column::number(t.policy_days()),
        Column::text(t.policy_limits()),
    ];
    let mut table = Table::new(t, t.policy_title(), columns);
    table.empty = Empty::why(t.no_enterprise_in_area());
    table.rows = cities
        .iter()
        .map(|city| {
            let limits = &city.limits;
            let limits = t.limits_of(number(limits.act_sigmas), number(limits.act_page));
            vec![
                Cell::code(&city.city),
                Cell::text(city.enterprises.to_string()),
                cell(t, logs, &city.false_marks_per_quarter),
                cell(t, logs, &city.significant_grams),
                cell(t, logs, &city.detectable_percent_max),
                cell(t, logs, &city.explanation_days),
                Cell::text(limits).small(t.false_marks_rate(number(city.limits.rate * 100.0))),
            ]
        })
        .collect();
    table
}

/// A figure with who settled it.
fn cell(t: Words, logs: &[LogView], figure: &Figure) -> Cell {
    let by = match &figure.source {
        None => t.policy_default().to_owned(),
        Some(source) => {
            let bureau = logs.iter().find(|log| log.party == source.bureau);
            let name = bureau.map_or_else(|| source.bureau.to_string(), |log| log.name.clone());
            t.policy_settled_by(name)
        }
    };
    Cell::text(number(figure.value)).small(by)
}
