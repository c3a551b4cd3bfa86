//! Stock takes: the list, newest first, each with its lines.

pub mod take;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::StockLine;
use tl_domain::project::StockTakeRow;

use super::desk::Desk;
use super::part::{Cell, Column, Empty, PAGE_ROWS, Paging, Table};
use super::sheet::{Act, Section, Sheet};
use super::{show, stock, story};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};

/// `GET /stock-takes?page=`
pub async fn list(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut takes = app.store.stock_takes(&desk.party.party, None, None)?;
    takes.reverse();
    let mut sheet = desk.sheet(t.stock_takes(), &[]);
    sheet.tabs = stock::tabs(desk, "/stock-takes");
    if desk.may(&[Role::Ehs]) {
        sheet.primary = Some(Act::new(t.take_stock(), "/stock-takes/new"));
    }
    let total = u64::try_from(takes.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(Paging::offset(&desk.query, total)).unwrap_or(usize::MAX);
    let limit = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let columns = vec![
        Column::text(t.reference_moment()),
        Column::text(t.node()),
        Column::text(t.stock_found()),
        Column::text(t.stock_witness()),
        Column::text(t.record()),
    ];
    let mut table = Table::new(t, t.stock_takes(), columns);
    table.rows = takes.iter().skip(skip).take(limit).map(|take| cells(desk, take)).collect();
    table.empty = Empty::why(t.no_stock_takes());
    if desk.may(&[Role::Ehs]) {
        table.empty = table.empty.act(t.take_stock(), "/stock-takes/new");
    }
    table.paging = Some(Paging::new(t, &desk.query, total));
    sheet.sections.push(Section::new("list", "", table));
    Ok(sheet)
}

fn cells(desk: &Desk, take: &StockTakeRow) -> Vec<Cell> {
    let (t, names) = (desk.t, &desk.names);
    let lines: Vec<String> = take.lines.iter().map(|line| line_words(desk, line)).collect();
    let found = if lines.is_empty() { t.nothing_there().to_owned() } else { lines.join("; ") };
    vec![
        Cell::time(desk.minute(take.at)),
        Cell::text(names.node(&take.node)),
        Cell::text(found),
        Cell::maybe(take.witness.as_ref().map(|id| names.operator(id))),
        Cell::text(t.raw_entry()).link(desk.links.to(format!("/entries/{}", take.entry))),
    ]
}

fn line_words(desk: &Desk, line: &StockLine) -> String {
    let (t, names) = (desk.t, &desk.names);
    let amount = match (&line.mass, &line.volume) {
        (Some(mass), _) => story::mass(t, mass),
        (None, Some(volume)) => story::amount(t, &tl_domain::event::Amount::Volume(volume.clone())),
        (None, None) => t.not_measured().to_owned(),
    };
    let place = line.place.as_ref().map(|id| format!(" · {}", names.place(id)));
    format!(
        "{}{} {amount} ({})",
        names.material(&line.material),
        place.unwrap_or_default(),
        t.stock_method(line.method)
    )
}
