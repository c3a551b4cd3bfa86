//! The page of one entry: what was signed, by whom, how it hangs together, its raw bytes.
//!
//! Nothing is interpreted away: the payload stands as it was signed, only indented.

pub mod correct;
mod proof;
mod values;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tl_domain::ids::EntryId;
use tl_ledger::envelope::Envelope;
use tl_store::{EntryView, Page, Paged, StoredEntry};

use super::desk::Desk;
use super::format;
use super::list::{Key, List};
use super::part::{Cell, Column, Empty, Event, Facts, Table, Timeline, Tone};
use super::sheet::{Act, Section, Sheet};
use super::show;
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// Raw bytes shown on the page; the rest is said to exist.
const SHOWN_BYTES: usize = 4096;

/// A block of text in digits of one width.
#[derive(Template)]
#[template(path = "part/block.html")]
struct Block {
    text: String,
    name: String,
}

/// `GET /entries?page=`; only in the log's own order.
pub(crate) struct Entries;

impl List for Entries {
    type Row = EntryView;

    const KEYS: &'static [Key<EntryView>] = &[];

    fn of(_: &App, _: &Desk) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<EntryView>, Failure> {
        usecase::entries::recent(app, &desk.permit, page)
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.log_title(), &[(t.nav_home(), "/")]);
        sheet.lead = t.entry_what_it_shows().to_owned();
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[EntryView]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::number(t.entry_index()),
            Column::text(t.when()),
            Column::text(t.kind_of_entry()),
            Column::text(t.entry_operator()),
            Column::text(t.entry_received()),
        ];
        let mut table = Table::new(t, t.log_title(), columns);
        table.rows = rows.iter().map(|view| cells(desk, view)).collect();
        table.empty = Empty::why(t.log_empty());
        Ok(table)
    }
}

fn cells(desk: &Desk, view: &EntryView) -> Vec<Cell> {
    let event = desk.teller().event(view);
    let mut what = Cell::text(event.what).small(event.lines.join(" · "));
    what.chips = event.chips;
    what.struck = event.struck;
    vec![
        Cell::code(view.index.to_string()).link(event.href),
        Cell::time(event.when),
        what,
        Cell::text(event.who),
        Cell::time(desk.minute(view.received_at)),
    ]
}

/// `GET /entries/{id}`
pub async fn show_entry(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, move |app, desk| {
        let id: EntryId = id.parse().map_err(|_| Failure::not_found())?;
        let stored = app.store.entry(&desk.party.party, id)?.ok_or_else(Failure::not_found)?;
        sheet(app, desk, &stored)
    })
    .await
}

fn sheet(app: &App, desk: &Desk, stored: &StoredEntry) -> Result<Sheet, Failure> {
    let (t, view) = (desk.t, &stored.view);
    let title =
        format!("{} · {}", t.entry_title(view.index), desk.teller().title(&view.entry.body));
    let mut sheet = desk.sheet(title, &[(t.log_title(), "/entries")]);
    sheet.lead = t.entry_what_it_shows().to_owned();
    if desk.may(&[Role::Ehs]) && correct::correctable(view.entry.body.kind()) {
        sheet.acts.push(Act::new(t.act_correct(), format!("/entries/{}/correct", view.id)));
    }
    // The page itself is the record: no link to it.
    let event = Event { href: String::new(), ..desk.teller().event(view) };
    let timeline = Timeline { t, events: vec![event] };
    sheet.sections.push(Section::new("event", t.kind_of_entry(), timeline));
    sheet.sections.push(proof::section(app, desk, stored)?);
    let envelope = Envelope::parse(&stored.bytes).map_err(|error| Failure::internal(&error))?;
    let payload: Value =
        serde_json::from_slice(&envelope.payload).map_err(|error| Failure::internal(&error))?;
    let pretty = serde_json::to_string_pretty(&payload).map_err(|e| Failure::internal(&e))?;
    let block = Block { text: pretty, name: t.entry_payload().to_owned() };
    sheet.sections.push(Section::new("payload", t.entry_payload(), block));
    sheet.sections.push(Section::new("chain", t.entry_envelope(), chain(desk, stored, &envelope)));
    if let Some((bytes, decoder)) = device_bytes(&payload) {
        let block = Block { text: format::hex_dump(&bytes), name: t.entry_device_raw().to_owned() };
        let section = Section::new("device", t.entry_device_raw(), block);
        sheet.sections.push(section.note(t.pair(t.entry_decoder(), decoder)));
    }
    let shown = &stored.bytes[..stored.bytes.len().min(SHOWN_BYTES)];
    let block = Block { text: format::hex_dump(shown), name: t.entry_bytes().to_owned() };
    let note = t.entry_bytes_shown(shown.len(), stored.bytes.len());
    sheet.sections.push(Section::new("bytes", t.entry_bytes(), block).note(note));
    Ok(sheet)
}

fn chain(desk: &Desk, stored: &StoredEntry, envelope: &Envelope) -> Facts {
    let (t, view) = (desk.t, &stored.view);
    let head = &view.entry.head;
    let offset = head.observed_at.at().offset().local_minus_utc() / 60;
    let mut facts = Facts::default();
    facts.add(t.entry_id(), Cell::code(view.id.to_string()));
    facts.add(t.entry_index(), Cell::code(view.index.to_string()));
    facts.add(t.entry_leaf(), Cell::code(view.leaf.to_string()));
    facts.add(t.device(), Cell::code(view.device.to_string()));
    facts.add(t.entry_stream(), Cell::text(t.entry_stream_of(view.dseq, view.epoch)));
    facts.add(t.entry_prev(), Cell::code(head.prev.to_string()));
    for line in &envelope.signatures {
        facts.add(t.entry_key_id(), Cell::code(&line.keyid));
        facts.add(t.entry_signature(), Cell::code(STANDARD.encode(&line.signature)));
    }
    facts.add(t.entry_observed(), Cell::text(format::precise(view.observed_at, offset)));
    facts.add(t.entry_received(), Cell::text(format::precise(view.received_at, desk.offset)));
    let operator = head.operator.as_ref().map(|id| desk.names.operator(id));
    facts.add(t.entry_operator(), Cell::maybe(operator));
    let mut verdicts = Cell::default();
    for verdict in &view.verdicts {
        verdicts.chips.push(super::story::verdict(t, *verdict));
    }
    if verdicts.chips.is_empty() {
        verdicts = Cell::state(Tone::Good, t.entry_no_verdicts());
    }
    facts.add(t.entry_verdicts(), verdicts);
    facts.add(t.entry_bytes(), Cell::text(t.entry_size(stored.bytes.len())));
    facts
}

/// The raw bytes that a body carries, and how they were decoded.
fn device_bytes(payload: &Value) -> Option<(Vec<u8>, String)> {
    let raw = payload.get("body")?.get("raw")?;
    let bytes = STANDARD.decode(raw.get("base64")?.as_str()?).ok()?;
    Some((bytes, raw.get("decoder")?.as_str()?.to_owned()))
}
