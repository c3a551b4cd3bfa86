//! Stock takes: the list, newest first, each with its lines.

pub mod take;

use tl_domain::event::StockLine;
use tl_domain::project::StockTakeRow;
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Column, Empty, Table};
use super::sheet::{Act, Sheet};
use super::{stock, story};
use crate::app::App;
use crate::auth::Role;
use crate::error::Failure;

/// `GET /stock-takes?sort=&page=`
pub(crate) struct StockTakes(Vec<StockTakeRow>);

impl List for StockTakes {
    type Row = StockTakeRow;

    const KEYS: &'static [Key<StockTakeRow>] = &[
        Key { column: 0, name: "when", order: |_, a, b| a.at.cmp(&b.at) },
        Key { column: 1, name: "node", order: |desk, a, b| node(desk, a).cmp(&node(desk, b)) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let mut takes = app.store.stock_takes(&desk.party.party, None, None)?;
        takes.reverse();
        Ok(Self(takes))
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<StockTakeRow>, Failure> {
        Ok(cut(&self.0, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<StockTakeRow>, Failure> {
        Ok(whole(&self.0))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.stock_takes(), &[]);
        sheet.tabs = stock::tabs(desk, "/stock-takes");
        if desk.may(&[Role::Ehs]) {
            sheet.primary = Some(Act::new(t.take_stock(), "/stock-takes/new"));
        }
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[StockTakeRow]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.reference_moment()),
            Column::text(t.node()),
            Column::text(t.stock_found()),
            Column::text(t.stock_witness()),
            Column::text(t.record()),
        ];
        let mut table = Table::new(t, t.stock_takes(), columns);
        table.rows = rows.iter().map(|take| cells(desk, take)).collect();
        table.empty = Empty::why(t.no_stock_takes());
        if desk.may(&[Role::Ehs]) {
            table.empty = table.empty.act(t.take_stock(), "/stock-takes/new");
        }
        Ok(table)
    }
}

fn node(desk: &Desk, take: &StockTakeRow) -> String {
    desk.names.node(&take.node)
}

fn cells(desk: &Desk, take: &StockTakeRow) -> Vec<Cell> {
    let (t, names) = (desk.t, &desk.names);
    let lines: Vec<String> = take.lines.iter().map(|line| line_words(desk, line)).collect();
    let found = if lines.is_empty() { t.nothing_there().to_owned() } else { lines.join("; ") };
    vec![
        Cell::time(desk.minute(take.at)),
        Cell::text(node(desk, take)),
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
