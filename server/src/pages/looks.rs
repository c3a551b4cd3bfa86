//! Who from outside looked at the party's data, and at what (DESIGN §12).

use tl_store::{AccessRecord, Page, Paged};

use super::desk::Desk;
use super::list::{Key, List};
use super::part::{Cell, Column, Empty, Table};
use super::sheet::Sheet;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::ReadAccess;
use crate::error::Failure;
use crate::usecase;

/// `GET /looks?page=`; only the latest first.
pub(crate) struct Looks(Permit<ReadAccess>);

impl List for Looks {
    type Row = AccessRecord;

    const KEYS: &'static [Key<AccessRecord>] = &[];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        Ok(Self(app.authorise(&desk.session, &desk.party.party)?))
    }

    fn read(&self, app: &App, _: &Desk, page: Page) -> Result<Paged<AccessRecord>, Failure> {
        usecase::access::list(app, &self.0, page)
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.looks(), &[(t.nav_home(), "/")]);
        sheet.lead = t.looks_lead().to_owned();
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[AccessRecord]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.when()),
            Column::text(t.looked_from()),
            Column::text(t.account()),
            Column::text(t.looked_at()),
        ];
        let mut table = Table::new(t, t.looks(), columns);
        table.rows = rows.iter().map(|record| cells(desk, record)).collect();
        table.empty = Empty::why(t.no_looks());
        Ok(table)
    }
}

fn cells(desk: &Desk, record: &AccessRecord) -> Vec<Cell> {
    vec![
        Cell::time(desk.minute(record.at)),
        Cell::maybe(record.from.as_ref().map(|party| desk.names.party(party))),
        Cell::code(record.account.to_string()),
        Cell::code(&record.what),
    ]
}
