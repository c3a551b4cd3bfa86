//! Who from outside looked at the party's data, and at what (DESIGN §12).

use actix_web::{HttpRequest, HttpResponse, web};
use tl_store::{AccessRecord, Page};

use super::desk::Desk;
use super::part::{Cell, Column, Empty, PAGE_ROWS, Paging, Table};
use super::sheet::{Section, Sheet};
use super::show;
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::ReadAccess;
use crate::error::{Failure, PageError};
use crate::usecase;

/// `GET /looks?page=`
pub async fn list(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let permit = app.authorise::<ReadAccess>(&desk.session, &desk.party.party)?;
    let rows = |offset| {
        let limit = u32::try_from(PAGE_ROWS).unwrap_or(u32::MAX);
        usecase::access::list(app, &permit, Page { offset, limit })
    };
    let mut found = rows((desk.query.page() - 1).saturating_mul(PAGE_ROWS))?;
    if found.rows.is_empty() && found.total > 0 {
        found = rows(Paging::offset(&desk.query, found.total))?;
    }
    let mut sheet = desk.sheet(t.looks(), &[(t.nav_home(), "/")]);
    sheet.lead = t.looks_lead().to_owned();
    let columns = vec![
        Column::text(t.when()),
        Column::text(t.looked_from()),
        Column::text(t.account()),
        Column::text(t.looked_at()),
    ];
    let mut table = Table::new(t, t.looks(), columns);
    table.rows = found.rows.iter().map(|record| cells(desk, record)).collect();
    table.empty = Empty::why(t.no_looks());
    table.paging = Some(Paging::new(t, &desk.query, found.total));
    sheet.sections.push(Section::new("list", "", table));
    Ok(sheet)
}

fn cells(desk: &Desk, record: &AccessRecord) -> Vec<Cell> {
    vec![
        Cell::time(desk.minute(record.at)),
        Cell::maybe(record.from.as_ref().map(|party| desk.names.party(party))),
        Cell::code(record.account.to_string()),
        Cell::code(&record.what),
    ]
}
