//! Ledgers as a bureau and an enterprise look after them: who is signed, who is witnessed, what is
//! odd, and what to do about an alarm.
//!
//! An officer sees all logs of the area, the worst first, then one of them; an enterprise its own.
//! What is odd is judged by `usecase::ledgers`; here it is put into words.

mod area;
mod log;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_store::Tree;

use super::desk::{Desk, Links};
use super::part::{Cell, Chip, Tone};
use super::sheet::Section;
use super::{html_answer, query, render};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::i18n::Words;
use crate::usecase::ledgers::{self, Concern, LedgerView};

/// One line in red with where to go on.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "part/alarm.html")]
struct AlarmLine {
    chip: Chip,
    words: String,
    href: String,
}

/// `GET /ledger`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        if session.roles.has(Role::Officer) && query.value("party").is_none() {
            return render(&area::sheet(app, &session, &query)?);
        }
        render(&log::sheet(app, &Desk::open(app, &session, &query)?)?)
    })
    .await?;
    Ok(html_answer(html))
}

/// `GET /ledger/evidence?tree=&code=`: what an alarm rests on, as it was received.
pub async fn evidence(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let (name, text) = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let number = query.value("tree").and_then(|text| text.parse::<u64>().ok());
        let code = query.value("code").unwrap_or("");
        let found = app.store.alarms()?.into_iter().find(|alarm| {
            alarm.party == desk.party.party
                && Some(alarm.number) == number
                && alarm.mark() == code
                && !alarm.evidence.is_empty()
        });
        let alarm = found.ok_or_else(Failure::not_found)?;
        let mark = alarm.mark().replace('/', "-");
        let name = format!("{}-{}-{mark}.txt", alarm.party, alarm.number);
        Ok((name, alarm.evidence))
    })
    .await?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(text))
}

/// The one red line on home pages while an alarm is not answered.
///
/// # Errors
/// The store's.
pub(crate) fn alarm_line(
    app: &App,
    t: Words,
    parties: &[PartyId],
) -> Result<Option<Section>, Failure> {
    let open = ledgers::open_alarms(app, parties)?;
    let line = match open.iter().filter(|alarm| alarm.stops).count() {
        0 if open.is_empty() => return Ok(None),
        0 => t.ledger_alarm_line_ended(open.len()),
        stopping => t.ledger_alarm_line(stopping),
    };
    let chip = Chip::new(Tone::Bad, line);
    let (words, href) = (t.ledger_alarm_line_open().to_owned(), "/ledger".to_owned());
    Ok(Some(Section::new("alarm", "", AlarmLine { chip, words, href })))
}

/// A concern with its number, in words.
fn concern(t: Words, concern: Concern, count: u64) -> Chip {
    let words = match concern {
        Concern::Alarm => t.ledger_concern_alarm(count),
        Concern::Unsigned => t.ledger_concern_unsigned(count),
        Concern::Forked => t.ledger_concern_forked(count),
        Concern::Suspect => t.ledger_concern_suspect(count),
        Concern::Gap => t.ledger_concern_gap(count),
        Concern::Refused => t.ledger_concern_refused(count),
        Concern::Unwitnessed => t.ledger_concern_unwitnessed(count),
        Concern::Waiting => t.ledger_concern_waiting(count),
        Concern::Silent => t.ledger_concern_silent(count),
        Concern::Clock => t.ledger_concern_clock(count),
        Concern::Late => t.ledger_concern_late(count),
        Concern::Continued => t.ledger_concern_continued(count),
    };
    let tone = match concern {
        Concern::Alarm | Concern::Unsigned | Concern::Forked | Concern::Suspect => Tone::Bad,
        Concern::Late | Concern::Continued => Tone::Note,
        _ => Tone::Watch,
    };
    Chip::new(tone, words)
}

/// How long ago, in the largest unit that fits.
fn ago(t: Words, since: Micros, now: Micros) -> String {
    let seconds = (now - since).max(0) / 1_000_000;
    match seconds {
        0..120 => t.ledger_seconds(seconds),
        120..7_200 => t.ledger_minutes(seconds / 60),
        7_200..172_800 => t.ledger_hours(seconds / 3_600),
        _ => t.ledger_days(seconds / 86_400),
    }
}

/// The newest checkpoint with its age, and what it does not cover.
fn checkpoint(t: Words, view: &LedgerView, now: Micros) -> Cell {
    let Some(at) = view.state.signed_at else {
        return Cell::state(Tone::Plain, t.ledger_never_signed());
    };
    let size = view.newest().map_or(0, |tree| tree.head.size);
    let cell = Cell::text(t.ledger_ago(ago(t, at, now))).small(t.ledger_covers(size));
    match view.unsigned() {
        0 => cell,
        count => cell.chip(Tone::Watch, t.ledger_unsigned_count(count)),
    }
}

/// The last lines of witnesses.
fn witness(app: &App, t: Words, view: &LedgerView, now: Micros) -> Cell {
    let size = view.newest().map_or(0, |tree| tree.head.size);
    if app.ledger.witnesses.is_empty() && view.state.cosigned.is_empty() {
        return Cell::text(t.ledger_no_witness());
    }
    let lines = view.state.cosigned.iter();
    let lines = lines.map(|(name, size, at)| t.ledger_line(name, size, ago(t, *at, now)));
    let text: Vec<String> = lines.collect();
    let seen = view.state.cosigned.iter().map(|(_, seen, _)| *seen).max().unwrap_or(0);
    let cell = match text.is_empty() {
        true => Cell::text(t.ledger_no_line()),
        false => Cell::text(text.join("; ")),
    };
    let cell = if seen < size { cell.small(t.ledger_behind(size - seen)) } else { cell };
    let lacks = |tree: &Tree| app.ledger.witnesses.iter().any(|one| one.lacks(&tree.origin));
    match view.newest().is_some_and(lacks) {
        true => cell.chip(Tone::Watch, t.ledger_witness_lacks()),
        false => cell,
    }
}

/// All that somebody should know, the worst first.
fn oddities(t: Words, view: &LedgerView) -> Cell {
    let chips: Vec<Chip> =
        view.concerns.iter().map(|(of, count)| concern(t, *of, *count)).collect();
    if chips.is_empty() {
        return Cell::state(Tone::Good, t.ledger_good());
    }
    Cell { chips, ..Cell::default() }
}

/// Links to a party's pages from outside it.
fn about(session: &Session, party: &PartyId) -> Links {
    let own = session.party.as_ref() == Some(party);
    if own { Links::default() } else { Links::about(party.clone()) }
}
