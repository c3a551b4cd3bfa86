//! All ledgers of an officer's area, the worst first.

use super::super::desk::{outer_frame, words};
use super::super::format::{self, DEFAULT_OFFSET_MINUTES};
use super::super::part::{Cell, Column, Empty, Query, Table};
use super::super::sheet::{Act, Section, Sheet};
use super::{about, checkpoint, oddities, witness};
use crate::app::App;
use crate::auth::Session;
use crate::error::Failure;
use crate::usecase::ledgers;

pub(super) fn sheet(app: &App, session: &Session, query: &Query) -> Result<Sheet, Failure> {
    let t = words(session);
    let now = app.clock.micros();
    let mut sheet = Sheet::new(outer_frame(session, query, t.ledger_title()));
    sheet.frame.crumbs = vec![(t.nav_bureau().to_owned(), "/".to_owned())];
    sheet.lead = t.ledger_lead().to_owned();
    sheet.acts.push(Act::new(t.verify_title(), "/verify"));
    let columns = vec![
        Column::text(t.enterprise()),
        Column::text(t.ledger_oddities()),
        Column::number(t.ledger_size()),
        Column::text(t.ledger_checkpoint()),
        Column::text(t.ledger_witness()),
        Column::text(t.ledger_newest()),
    ];
    let mut table = Table::new(t, t.ledger_title(), columns);
    for view in ledgers::list(app, session, None)? {
        let href = about(session, &view.log.party).to("/ledger");
        let newest = view.state.newest_received;
        table.rows.push(vec![
            Cell::text(&view.log.name).link(href).small(&view.log.area),
            oddities(t, &view),
            Cell::text(format::grouped(&view.log.size.to_string())),
            checkpoint(t, &view, now),
            witness(app, t, &view, now),
            newest.map_or_else(Cell::dash, |at| {
                Cell::time(format::minute(at, DEFAULT_OFFSET_MINUTES))
            }),
        ]);
    }
    table.empty = Empty::why(t.ledger_none());
    let note = if app.ledger.witnesses.is_empty() { t.ledger_no_witness_why() } else { "" };
    sheet.sections.push(Section::new("ledgers", "", table).note(note));
    Ok(sheet)
}
