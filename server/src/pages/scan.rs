//! Scan anywhere: what was read leads to its object, or says what was read and what to do.
//!
//! A label of ours is `https://HOST/B/CODE`; the host is ignored, the letter is only a hint. A code
//! that is well-formed but unknown is not an error: pre-printed labels begin a batch with it.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::code::{Code, CodeError, CodeKind, read_scan};
use tl_domain::ids::PartyId;
use tl_store::{BatchFilter, Page};

use super::desk::{Links, outer_frame, words};
use super::part::{Empty, Query, Table, encoded};
use super::sheet::{Act, Section, Sheet};
use super::{html_answer, query, render, see_other};
use crate::app::App;
use crate::auth::permit::ReadParty;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::i18n::Words;
use crate::limits::SEARCH_CHARS_MAX;

/// Where a scan leads.
enum Found {
    /// To the page of an object.
    Page(String),
    /// Nowhere: a page that says why.
    Nothing(Box<Sheet>),
}

/// `GET /scan?q=`
pub async fn find(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let text: String =
        query.value("q").unwrap_or("").trim().chars().take(SEARCH_CHARS_MAX * 2).collect();
    lead(app, session, query, text).await
}

macro_rules! landings {
    ($($(#[$doc:meta])* $name:ident $letter:literal;)+) => {$(
        $(#[$doc])*
        pub async fn $name(
            app: web::Data<App>,
            session: Session,
            request: HttpRequest,
            code: web::Path<String>,
        ) -> Result<HttpResponse, PageError> {
            let text = format!("HTTPS://TL/{}/{}", $letter, code);
            lead(app, session, query(&request), text).await
        }
    )+};
}

landings! {
    /// `GET /B/{code}`
    batch "B";
    /// `GET /S/{code}`
    sample "S";
    /// `GET /M/{code}`
    handover "M";
    /// `GET /P/{code}`
    place "P";
    /// `GET /C/{code}`
    command "C";
}

async fn lead(
    app: web::Data<App>,
    session: Session,
    query: Query,
    text: String,
) -> Result<HttpResponse, PageError> {
    let found = App::run(&app, move |app| resolve(app, &session, &query, &text)).await?;
    Ok(match found {
        Found::Page(target) => see_other(&target),
        Found::Nothing(sheet) => html_answer(render(&*sheet)?),
    })
}

fn resolve(app: &App, session: &Session, query: &Query, text: &str) -> Result<Found, Failure> {
    let t = words(session);
    if text.is_empty() {
        return Ok(nothing(session, query, t.scan_empty().to_owned(), None));
    }
    match read_scan(text) {
        Ok((kind, code)) => by_code(app, session, query, kind, &code),
        Err(error) => {
            let plain = !text.to_ascii_uppercase().starts_with("HTTPS://");
            if plain && let Some(target) = by_text(app, session, text)? {
                return Ok(Found::Page(target));
            }
            Ok(nothing(session, query, scan_error(t, &error), None))
        }
    }
}

fn by_code(
    app: &App,
    session: &Session,
    query: &Query,
    kind: Option<CodeKind>,
    code: &Code,
) -> Result<Found, Failure> {
    for log in app.visible_parties(session)? {
        let party = log.party;
        let own = session.party.as_ref() == Some(&party);
        let links = if own { Links::default() } else { Links::about(party.clone()) };
        if let Some(path) = path_of(app, &party, kind, code)? {
            app.authorise::<ReadParty>(session, &party)?;
            return Ok(Found::Page(links.to(path)));
        }
    }
    let t = words(session);
    let register =
        matches!(kind, None | Some(CodeKind::Batch)) && session.roles.any(&[Role::Gate, Role::Ehs]);
    let act = register.then(|| {
        Act::new(t.scan_unknown_register(), format!("/batches/new?code={}", code.as_str()))
    });
    Ok(nothing(session, query, t.scan_unknown(code.display()), act))
}

/// The page of what a code names in one party's log.
pub(crate) fn path_of(
    app: &App,
    party: &PartyId,
    kind: Option<CodeKind>,
    code: &Code,
) -> Result<Option<String>, Failure> {
    let wanted = |of: CodeKind| kind.is_none() || kind == Some(of);
    if wanted(CodeKind::Batch)
        && let Some(row) = app.store.batch_by_code(party, code)?
    {
        return Ok(Some(format!("/batches/{}", row.id)));
    }
    if wanted(CodeKind::Sample)
        && let Some(row) = app.store.sample_by_code(party, code)?
    {
        return Ok(Some(format!("/samples/{}", row.id)));
    }
    if wanted(CodeKind::Handover) && !app.store.handovers_by_code(party, code)?.is_empty() {
        return Ok(Some(format!("/handovers/{}", code.as_str())));
    }
    if wanted(CodeKind::Place)
        && let Some(row) = app.store.code(party, code)?
        && row.kind == CodeKind::Place
    {
        return Ok(Some(format!("/stock?code={}", code.as_str())));
    }
    Ok(None)
}

/// The batch list of the viewer's own party, when the text is found in it.
fn by_text(app: &App, session: &Session, text: &str) -> Result<Option<String>, Failure> {
    let enterprise = session.roles.iter().any(Role::of_enterprise);
    let (true, Some(party)) = (enterprise, &session.party) else {
        return Ok(None);
    };
    app.authorise::<ReadParty>(session, party)?;
    let filter = BatchFilter { text: Some(text.to_owned()), ..BatchFilter::default() };
    let found = app.store.batches(party, &filter, Page { offset: 0, limit: 1 })?;
    Ok(match (found.total, found.rows.first()) {
        (1, Some(row)) => Some(format!("/batches/{}", row.id)),
        (0, _) => None,
        _ => Some(format!("/batches?q={}", encoded(text))),
    })
}

/// Why a text is no code of ours, with what was read.
pub(crate) fn scan_error(t: Words, error: &CodeError) -> String {
    match error {
        CodeError::Length { read, symbols } => t.scan_length(read, symbols),
        CodeError::Symbol { read, symbol } => t.scan_symbol(read, symbol),
        CodeError::Check { read } => t.scan_check(read),
        CodeError::Foreign { read } => t.scan_foreign(read),
    }
}

fn nothing(session: &Session, query: &Query, why: String, act: Option<Act>) -> Found {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.scan_label()));
    let mut table = Table::new(t, t.error_read(), Vec::new());
    table.empty = Empty::why(why);
    table.empty.action = act.map(|act| (act.words, act.href));
    sheet.sections.push(Section::new("scan", t.error_read(), table));
    Found::Nothing(Box::new(sheet))
}
