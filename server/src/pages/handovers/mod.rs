//! Handovers: both halves side by side, the difference per line, days on the way.
//!
//! 交接差 is the shipper's minus the receiver's quantity: positive is an apparent loss, the one sign
//! that all differences have here (DESIGN §2).

pub mod dispatch;
pub mod receive;

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use tl_domain::code::{Code, CodeKind, qr_text};
use tl_domain::event::{DispatchLine, HandoverKind, ReceiveLine};
use tl_domain::ids::PartyId;
use tl_domain::project::{HandoverRow, Object};
use tl_domain::quantity::WetMass;
use tl_domain::time::{DAY_MICROS, Micros};
use tl_report::qr;
use tl_store::{HandoverPair, Page, Paged};

use super::desk::Desk;
use super::list::{Key, List};
use super::part::{Cell, Chip, Column, Empty, Facts, Table, Timeline, Tone};
use super::sheet::{Act, Section, Sheet};
use super::{format, newest, show, story};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// `GET /handovers?sort=&page=`
pub(crate) struct Handovers;

impl List for Handovers {
    type Row = HandoverPair;

    const KEYS: &'static [Key<HandoverPair>] = &[
        Key { column: 0, name: "code", order: |_, a, b| a.code.cmp(&b.code) },
        Key {
            column: 1,
            name: "from",
            order: |desk, a, b| shipper(desk, a).cmp(&shipper(desk, b)),
        },
        Key {
            column: 2,
            name: "to",
            order: |desk, a, b| receiver(desk, a).cmp(&receiver(desk, b)),
        },
        Key { column: 3, name: "when", order: |_, a, b| started(a).cmp(&started(b)) },
        Key { column: 4, name: "shipped", order: |_, a, b| shipped(a).cmp(&shipped(b)) },
        Key { column: 6, name: "difference", order: |_, a, b| lost(a).cmp(&lost(b)) },
    ];

    fn of(_: &App, _: &Desk) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<HandoverPair>, Failure> {
        usecase::handovers::list(app, &desk.permit, page)
    }

    fn sheet(&self, app: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.nav_handovers(), &[]);
        if desk.may(&[Role::Gate, Role::Ehs]) {
            sheet.primary = Some(Act::new(t.new_dispatch(), "/handovers/new"));
        }
        let open = one_sided(app, desk)?;
        if !open.is_empty() {
            let mut table = table(desk, &open);
            table.caption = t.one_sided().to_owned();
            let heading = format!("{} · {}", t.one_sided(), open.len());
            sheet.sections.push(Section::new("open", heading, table).note(t.one_sided_note()));
        }
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[HandoverPair]) -> Result<Table, Failure> {
        let t = desk.t;
        let mut table = table(desk, rows);
        table.empty = Empty::why(t.no_handovers());
        if desk.may(&[Role::Gate, Role::Ehs]) {
            table.empty = table.empty.act(t.new_dispatch(), "/handovers/new");
        }
        Ok(table)
    }

    fn heading(&self, desk: &Desk) -> String {
        desk.t.all_handovers().to_owned()
    }
}

/// 交接差, where both halves are there.
fn lost(pair: &HandoverPair) -> Option<WetMass> {
    Some(shipped(pair)? - received(pair)?)
}

/// Handovers of which one half is missing, the oldest first.
///
/// # Errors
/// The store's.
pub(crate) fn one_sided(app: &App, desk: &Desk) -> Result<Vec<HandoverPair>, Failure> {
    let mut open = usecase::handovers::expected(app, &desk.permit)?;
    let mine = newest(|page| usecase::handovers::list(app, &desk.permit, page))?.rows;
    let lacking = |pair: &HandoverPair| match (&pair.dispatch, &pair.receive) {
        // A receiver outside the system never answers: that is no open half.
        (Some((_, half)), None) => half.partner.is_some(),
        (None, Some(_)) => true,
        _ => false,
    };
    for pair in mine.into_iter().filter(lacking) {
        if open.iter().all(|known| known.code != pair.code) {
            open.push(pair);
        }
    }
    open.sort_by_key(|pair| (started(pair), pair.code.clone()));
    Ok(open)
}

fn started(pair: &HandoverPair) -> Micros {
    let halves = [&pair.dispatch, &pair.receive];
    halves.into_iter().flatten().map(|(_, half)| half.at).min().unwrap_or(0)
}

/// Handovers as a table.
pub(crate) fn table(desk: &Desk, rows: &[HandoverPair]) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.code()),
        Column::text(t.shipper()),
        Column::text(t.receiver()),
        Column::text(t.shipped_at()),
        Column::number(t.shipped_tonnes()),
        Column::number(t.received_tonnes()),
        Column::number(t.handover_difference()),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.nav_handovers(), columns);
    table.rows = rows.iter().map(|pair| cells(desk, pair)).collect();
    table
}

fn cells(desk: &Desk, pair: &HandoverPair) -> Vec<Cell> {
    let t = desk.t;
    let kind = pair.dispatch.as_ref().and_then(|(_, half)| half.kind);
    let (shipped, received) = (shipped(pair), received(pair));
    let difference = match (shipped, lost(pair)) {
        (Some(shipped), Some(difference)) => {
            let percent = format::percent(difference.0, shipped.0);
            Cell::text(signed_tonnes(difference))
                .small(percent.map(|percent| format!("{percent} %")).unwrap_or_default())
        }
        _ => Cell::dash(),
    };
    let chip = state(desk, pair);
    let at = pair.dispatch.as_ref().map(|(_, half)| desk.minute(half.at));
    vec![
        Cell::code(pair.code.display())
            .link(desk.links.to(format!("/handovers/{}", pair.code.as_str())))
            .small(kind.map(|kind| t.handover_kind(kind)).unwrap_or_default()),
        Cell::text(shipper(desk, pair)),
        Cell::text(receiver(desk, pair)),
        Cell::maybe(at).small(transit(desk, pair)),
        Cell::maybe(shipped.map(format::tonnes)),
        Cell::maybe(received.map(format::tonnes)),
        difference,
        Cell::state(chip.tone, chip.text),
    ]
}

fn party_name(desk: &Desk, own: Option<&PartyId>, other: Option<&PartyId>) -> String {
    match own.or(other) {
        Some(party) => desk.names.party(party),
        None => desk.t.outside().to_owned(),
    }
}

fn shipper(desk: &Desk, pair: &HandoverPair) -> String {
    let named = pair.receive.as_ref().and_then(|(_, half)| half.partner.as_ref());
    party_name(desk, pair.dispatch.as_ref().map(|(party, _)| party), named)
}

fn receiver(desk: &Desk, pair: &HandoverPair) -> String {
    let named = pair.dispatch.as_ref().and_then(|(_, half)| half.partner.as_ref());
    party_name(desk, pair.receive.as_ref().map(|(party, _)| party), named)
}

/// Days between both halves, or since the first one.
fn transit(desk: &Desk, pair: &HandoverPair) -> String {
    let t = desk.t;
    match (&pair.dispatch, &pair.receive) {
        (Some((_, out)), Some((_, back))) => t.days_on_the_way(days(back.at - out.at)),
        (Some((_, out)), None) => t.days_since(days(desk.now - out.at)),
        _ => String::new(),
    }
}

fn days(micros: Micros) -> String {
    format::rounded(Decimal::from(micros) / Decimal::from(DAY_MICROS), 1)
}

fn wet(mass: &tl_domain::quantity::Mass) -> Option<WetMass> {
    mass.wetted(None)
}

fn shipped(pair: &HandoverPair) -> Option<WetMass> {
    let (_, half) = pair.dispatch.as_ref()?;
    half.shipped.iter().map(|line| wet(&line.mass)).sum()
}

fn received(pair: &HandoverPair) -> Option<WetMass> {
    let (_, half) = pair.receive.as_ref()?;
    half.received.iter().map(|line| wet(&line.mass)).sum()
}

fn signed_tonnes(mass: WetMass) -> String {
    let text = format::tonnes(mass);
    if mass.0 > Decimal::ZERO { format!("+{text}") } else { text }
}

/// Where a handover stands: closed when both halves are there and fit.
pub(crate) fn state(desk: &Desk, pair: &HandoverPair) -> Chip {
    let t = desk.t;
    match (&pair.dispatch, &pair.receive) {
        (Some((_, out)), Some((_, back))) if !fits(out, back) => {
            Chip::new(Tone::Bad, t.halves_differ())
        }
        (Some(_), Some((_, back))) => match back.decision {
            Some(tl_domain::event::Decision::Refuse) => Chip::new(Tone::Bad, t.refused_whole()),
            Some(tl_domain::event::Decision::Part) => Chip::new(Tone::Watch, t.refused_part()),
            _ => Chip::new(Tone::Good, t.handover_closed()),
        },
        (Some((_, half)), None) if half.partner.is_none() => {
            Chip::new(Tone::Plain, t.sent_outside())
        }
        (Some(_), None) => Chip::new(Tone::Watch, t.not_received_yet()),
        (None, Some(_)) => Chip::new(Tone::Watch, t.not_shipped_yet()),
        (None, None) => Chip::new(Tone::Plain, t.unknown()),
    }
}

/// Whether the later half names the earlier one by its hash, or names none.
fn fits(out: &HandoverRow, back: &HandoverRow) -> bool {
    back.other.is_none_or(|hash| hash == out.hash) && out.other.is_none_or(|hash| hash == back.hash)
}

/// `GET /handovers/{code}`
pub async fn card(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, move |app, desk| {
        let code: Code = code.parse().map_err(|_| Failure::not_found())?;
        let pairs = usecase::handovers::by_code(app, &desk.permit, &code)?;
        card_sheet(app, desk, &code, &pairs)
    })
    .await
}

fn card_sheet(
    app: &App,
    desk: &Desk,
    code: &Code,
    pairs: &[HandoverPair],
) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut sheet = desk.sheet(code.display(), &[(t.nav_handovers(), "/handovers")]);
    let text = qr_text(&app.config.qr_host, CodeKind::Handover, code);
    sheet.qr = qr::svg(&text, &code.display()).map_err(|error| Failure::internal(&error))?;
    for pair in pairs {
        sheet.chips.push(state(desk, pair));
        let mine = pair.dispatch.as_ref().and_then(|(_, half)| half.partner.as_ref());
        let waiting = pair.receive.is_none() && mine == Some(&desk.party.party);
        if waiting && desk.may(&[Role::Gate, Role::Ehs]) {
            let href = format!("/handovers/{}/receive", code.as_str());
            sheet.primary = Some(Act::new(t.act_receive(), href));
        }
        sheet.sections.push(Section::new("facts", t.handover_facts(), facts(desk, pair)));
        let lines = lines_table(desk, pair);
        sheet.sections.push(
            Section::new("lines", t.handover_lines(), lines).note(t.handover_difference_note()),
        );
    }
    let history = app.store.history(&desk.party.party, &Object::Handover(code.clone()))?;
    let events = history.iter().rev().map(|view| desk.teller().event(view)).collect();
    sheet
        .sections
        .push(Section::new("history", t.history(), Timeline { t, events }).note(t.own_half_only()));
    Ok(sheet)
}

fn facts(desk: &Desk, pair: &HandoverPair) -> Facts {
    let t = desk.t;
    let mut facts = Facts::default();
    let out = pair.dispatch.as_ref().map(|(_, half)| half);
    let back = pair.receive.as_ref().map(|(_, half)| half);
    let kind = out.and_then(|half| half.kind).unwrap_or(HandoverKind::Delivery);
    facts.add(t.paper(), Cell::text(t.handover_kind(kind)));
    if let Some(number) = out.and_then(|half| half.manifest_number.clone()) {
        facts.add(t.manifest_number(), Cell::code(number));
    }
    facts.add(t.shipper(), Cell::text(shipper(desk, pair)));
    facts.add(t.receiver(), Cell::text(receiver(desk, pair)));
    facts.add(t.shipped_at(), Cell::maybe(out.map(|half| desk.minute(half.at))));
    facts.add(t.received_on(), Cell::maybe(back.map(|half| desk.minute(half.at))));
    if out.is_some_and(|half| half.partner.is_some()) {
        facts.add(t.on_the_way(), Cell::text(transit(desk, pair)));
    }
    let decision = back.and_then(|half| half.decision);
    facts.add(t.decision_word(), Cell::maybe(decision.map(|decision| t.decision(decision))));
    facts.add(t.shippers_half(), hash_cell(desk, out, back.and_then(|half| half.other)));
    // A receiver outside the system has no half to wait for.
    if back.is_some() || out.is_none_or(|half| half.partner.is_some()) {
        facts.add(t.receivers_half(), hash_cell(desk, back, out.and_then(|half| half.other)));
    }
    facts
}

/// The hash of a half, and whether the other half names this very one.
fn hash_cell(desk: &Desk, half: Option<&HandoverRow>, named: Option<tl_ledger::Hash>) -> Cell {
    let t = desk.t;
    let Some(half) = half else {
        return Cell::state(Tone::Watch, t.half_missing());
    };
    let cell = Cell::code(format::shortened(&half.hash.to_string(), 16));
    match named {
        Some(hash) if hash == half.hash => cell.chip(Tone::Good, t.hash_matches()),
        Some(_) => cell.chip(Tone::Bad, t.hash_differs()),
        None => cell,
    }
}

fn lines_table(desk: &Desk, pair: &HandoverPair) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::number(t.line_word()),
        Column::text(t.material()),
        Column::text(t.shipped_written()),
        Column::text(t.received_written()),
        Column::number(t.handover_difference()),
        Column::text(t.refused_mass()),
    ];
    let mut table = Table::new(t, t.handover_lines(), columns);
    let shipped = pair.dispatch.iter().flat_map(|(_, half)| &half.shipped);
    let received: Vec<&ReceiveLine> =
        pair.receive.iter().flat_map(|(_, half)| &half.received).collect();
    let mut seen = Vec::new();
    for line in shipped {
        seen.push(line.line);
        let other = received.iter().find(|other| other.line == line.line).copied();
        table.rows.push(line_cells(desk, line.line, Some(line), other));
    }
    for line in received.iter().filter(|line| !seen.contains(&line.line)) {
        table.rows.push(line_cells(desk, line.line, None, Some(line)));
    }
    table.empty = Empty::why(t.no_lines());
    table
}

fn line_cells(
    desk: &Desk,
    number: u32,
    out: Option<&DispatchLine>,
    back: Option<&ReceiveLine>,
) -> Vec<Cell> {
    let t = desk.t;
    let difference = match (out.and_then(|line| wet(&line.mass)), back.and_then(|l| wet(&l.mass))) {
        (Some(out), Some(back)) => Cell::text(format!("{} t", signed_tonnes(out - back))).small(
            format::percent((out - back).0, out.0).map(|p| format!("{p} %")).unwrap_or_default(),
        ),
        _ => Cell::dash(),
    };
    let refused = back.and_then(|line| line.refused.as_ref()).map(|mass| story::mass(t, mass));
    vec![
        Cell::text(number.to_string()),
        Cell::maybe(out.map(|line| desk.names.material(&line.material))),
        Cell::maybe(out.map(|line| story::mass(t, &line.mass))),
        Cell::maybe(back.map(|line| story::mass(t, &line.mass))),
        difference,
        Cell::maybe(refused),
    ]
}
