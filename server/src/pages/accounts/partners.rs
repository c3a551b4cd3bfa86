//! Differences between partners (交接差): per line with what it is made of, and cumulated.

use tl_accounts::handover::{ComparedLine, Difference, NotEvaluable, PartnerAccount};
use tl_domain::ids::PartyId;
use tl_store::{Page, Paged};

use super::super::desk::Desk;
use super::super::list::{Key, List, cut, whole};
use super::super::part::{Cell, Column, Empty, Table, Tone};
use super::super::sheet::{Section, Sheet};
use super::{grams, number, signed};
use crate::app::App;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase::partners;

/// A line with whose it is.
#[derive(Clone)]
pub(crate) struct Row {
    shipper: PartyId,
    receiver: PartyId,
    material: String,
    line: ComparedLine,
}

/// `GET /partners?sort=&page=`
pub(crate) struct Partners {
    sums: Vec<PartnerAccount>,
    rows: Vec<Row>,
}

impl List for Partners {
    type Row = Row;

    const KEYS: &'static [Key<Row>] = &[
        Key { column: 0, name: "at", order: |_, a, b| at(a).cmp(&at(b)) },
        Key {
            column: 5,
            name: "difference",
            order: |_, a, b| difference(a).total_cmp(&difference(b)),
        },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
        let asked = partners::Asked { substance, span: None };
        let sums = partners::differences(app, &desk.permit, &desk.session, &asked)?;
        let mut rows: Vec<Row> = sums.iter().flat_map(|sum| lines(desk, sum)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(at(row)));
        Ok(Self { sums, rows })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<Row>, Failure> {
        Ok(cut(&self.rows, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<Row>, Failure> {
        Ok(whole(&self.rows))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let crumbs = [(t.nav_balance(), "/balance"), (t.accounts_word(), "/accounts")];
        let mut sheet = desk.sheet(t.partner_differences(), &crumbs);
        sheet.lead = t.partner_differences_lead().to_owned();
        sheet.sections.push(Section::new("sums", t.cumulated_by_partner(), self.sums(desk)));
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[Row]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.when()),
            Column::text(t.shipper_receiver()),
            Column::text(t.material()),
            Column::number(t.shipped_grams()),
            Column::number(t.received_grams()),
            Column::number(t.difference_grams()),
            Column::number(t.difference_weight()),
            Column::number(t.difference_moisture()),
            Column::number(t.difference_assay()),
            Column::text(t.state()),
        ];
        let mut table = Table::new(t, t.partner_differences(), columns);
        table.rows = rows.iter().map(|row| cells(desk, row)).collect();
        table.empty = Empty::why(t.no_partner_lines());
        Ok(table)
    }
}

impl Partners {
    fn sums(&self, desk: &Desk) -> Table {
        let t = desk.t;
        let columns = vec![
            Column::text(t.shipper_receiver()),
            Column::text(t.material()),
            Column::number(t.lines_word()),
            Column::number(t.difference_grams()),
            Column::number("z"),
            Column::text(t.state()),
        ];
        let mut table = Table::new(t, t.cumulated_by_partner(), columns);
        table.empty = Empty::why(t.no_partner_lines());
        table.rows = self
            .sums
            .iter()
            .map(|sum| {
                let (difference, z, state) = match &sum.cumulated {
                    Some(found) => {
                        (with_sigma(found), Cell::text(super::figure(found.z)), judged(t, found))
                    }
                    None => (Cell::dash(), Cell::dash(), Cell::text(t.not_evaluable())),
                };
                vec![
                    parties(desk, &sum.shipper, &sum.receiver),
                    Cell::text(material(desk, sum)),
                    Cell::text(sum.lines.len().to_string()),
                    difference,
                    z,
                    state,
                ]
            })
            .collect();
        table
    }
}

fn lines<'a>(desk: &'a Desk, sum: &'a PartnerAccount) -> impl Iterator<Item = Row> + 'a {
    sum.lines.iter().map(move |line| Row {
        shipper: sum.shipper.clone(),
        receiver: sum.receiver.clone(),
        material: material(desk, sum),
        line: line.clone(),
    })
}

fn material(desk: &Desk, sum: &PartnerAccount) -> String {
    sum.material.as_ref().map_or_else(|| "–".to_owned(), |id| desk.names.material(id))
}

fn at(row: &Row) -> Option<i64> {
    row.line.shipped_at.or(row.line.received_at)
}

fn difference(row: &Row) -> f64 {
    row.line.difference.map_or(f64::NEG_INFINITY, |difference| difference.grams)
}

fn parties(desk: &Desk, shipper: &PartyId, receiver: &PartyId) -> Cell {
    Cell::text(format!("{} → {}", desk.names.party(shipper), desk.names.party(receiver)))
}

fn with_sigma(found: &Difference) -> Cell {
    Cell::text(signed(found.grams)).small(format!("± {}", grams(2.0 * found.sigma)))
}

fn judged(t: Words, found: &Difference) -> Cell {
    match found.significant {
        true => Cell::state(Tone::Watch, t.difference_significant()),
        false => Cell::state(Tone::Good, t.difference_in_order()),
    }
}

fn cells(desk: &Desk, row: &Row) -> Vec<Cell> {
    let t = desk.t;
    let line = &row.line;
    let when = at(row).map_or_else(Cell::dash, |at| Cell::time(desk.minute(at)));
    let when = when.link(desk.links.to(format!("/handovers/{}", line.code)));
    let mass = |mass: Option<tl_domain::quantity::SubstanceMass>| {
        Cell::maybe(mass.map(|mass| grams(number(mass.0))))
    };
    let part = |read: fn(&tl_accounts::handover::Split) -> f64| {
        Cell::maybe(line.split.as_ref().map(|split| signed(read(split))))
    };
    let state = match (&line.difference, line.lack) {
        (Some(found), _) => judged(t, found),
        (None, Some(lack)) => Cell::text(lack_words(t, lack)),
        (None, None) => Cell::dash(),
    };
    vec![
        when,
        parties(desk, &row.shipper, &row.receiver),
        Cell::text(&row.material),
        mass(line.shipped),
        mass(line.received),
        line.difference.as_ref().map_or_else(Cell::dash, with_sigma),
        part(|split| split.weight),
        part(|split| split.moisture),
        part(|split| split.assay),
        state,
    ]
}

fn lack_words(t: Words, lack: NotEvaluable) -> &'static str {
    t.not_evaluable_because(lack)
}
