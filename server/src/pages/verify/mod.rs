//! The verify page: anybody may bring a proof, a record, a label code or a printed checkpoint.
//!
//! No account is needed, so every look-up takes one of the address's tries, bodies are bounded and
//! the answer says only what the sender could know or what is public (see `judge` and `code`). The
//! same page says more to those who may see the party. Nothing that was sent is kept, but a head
//! that contradicts the ledger.

mod code;
mod finding;
mod judge;
mod sent;

use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use tl_domain::ids::PartyId;

use super::desk::{Links, outer_frame};
use super::frame::Frame;
use super::part::{Query, Tone};
use super::sheet::{Section, Sheet};
use super::{html_answer, query, render};
use crate::app::App;
use crate::auth::permit::ReadParty;
use crate::auth::{Session, language};
use crate::error::{Failure, PageError};
use crate::i18n::{Lang, Words};
use finding::Finding;
use sent::Sent;
use std::net::IpAddr;

/// Hex digits of a root that a printed page carries: at least and at most.
const ROOT_DIGITS: std::ops::RangeInclusive<usize> = 16..=64;

/// Who asks.
pub(super) struct Viewer<'a> {
    /// Words.
    t: Words,
    /// The person, when one is signed in.
    session: Option<&'a Session>,
}

impl Viewer<'_> {
    /// Links about a party that the viewer may look at, with the look recorded; else nothing.
    fn links(&self, app: &App, party: &PartyId) -> Result<Option<Links>, Failure> {
        let Some(session) = self.session else { return Ok(None) };
        if app.authorise::<ReadParty>(session, party).is_err() {
            return Ok(None);
        }
        let own = session.party.as_ref() == Some(party);
        Ok(Some(if own { Links::default() } else { Links::about(party.clone()) }))
    }
}

/// The form.
#[derive(Template)]
#[template(path = "part/verify.html")]
struct Ask {
    t: Words,
    code: String,
}

fn words(request: &HttpRequest) -> Words {
    Words(if language(request) { Lang::En } else { Lang::Zh })
}

/// Takes one try of the address.
fn allowed(app: &App, request: &HttpRequest) -> bool {
    let address = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    app.verifications.take(address, app.clock.micros())
}

/// `GET /verify`, with `code=` or with the checkpoint of a printed page.
pub async fn form(
    app: web::Data<App>,
    session: Option<Session>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let (t, query) = (words(&request), query(&request));
    let asks = ["code", "log"].iter().any(|name| query.value(name).is_some());
    if asks && !allowed(&app, &request) {
        return too_often(t, session.as_ref(), &query);
    }
    let html = App::run(&app, move |app| {
        let viewer = Viewer { t, session: session.as_ref() };
        let found = match (query.value("code"), query.value("log")) {
            (Some(code), _) => Some(code::judge(app, &viewer, code)?),
            (None, Some(party)) => Some(printed(app, t, party, &query)?),
            (None, None) => None,
        };
        page(t, session.as_ref(), &query, found)
    });
    Ok(html_answer(html.await?))
}

/// `POST /verify`.
pub async fn submit(
    app: web::Data<App>,
    session: Option<Session>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, PageError> {
    let (t, query) = (words(&request), query(&request));
    if !allowed(&app, &request) {
        return too_often(t, session.as_ref(), &query);
    }
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let (html, good) = App::run(&app, move |app| {
        let viewer = Viewer { t, session: session.as_ref() };
        let found = match Sent::read(&content_type, &body) {
            Ok(sent) => judge::judge(app, &viewer, &sent)?,
            Err(error) => Finding::new(Tone::Bad, t.verify_bad_form())
                .detail(t.verify_read(error))
                .advise(t.verify_advice_nothing()),
        };
        let good = found.is_good();
        Ok((page(t, session.as_ref(), &query, Some(found))?, good))
    })
    .await?;
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// Judges `log=&tree=&size=&root=`.
fn printed(app: &App, t: Words, party: &str, query: &Query) -> Result<Finding, Failure> {
    let number = |name: &str| query.value(name).and_then(|text| text.parse::<u64>().ok());
    let root = query.value("root").map(str::to_ascii_lowercase).unwrap_or_default();
    let hex =
        root.bytes().all(|byte| byte.is_ascii_hexdigit()) && ROOT_DIGITS.contains(&root.len());
    match (party.parse::<PartyId>(), number("tree").unwrap_or(1), number("size"), hex) {
        (Ok(party), tree, Some(size), true) => judge::printed(app, t, (&party, tree, size), &root),
        _ => {
            let finding = Finding::new(Tone::Bad, t.verify_bad_form());
            Ok(finding.detail(t.verify_read(query.href())).advise(t.verify_printed_why()))
        }
    }
}

fn page(
    t: Words,
    session: Option<&Session>,
    query: &Query,
    found: Option<Finding>,
) -> Result<String, Failure> {
    let frame = match session {
        Some(session) => outer_frame(session, query, t.verify_title()),
        None => Frame { here: "/verify".to_owned(), ..Frame::outside(t, t.verify_title()) },
    };
    let mut sheet = Sheet::new(frame);
    sheet.lead = t.verify_lead().to_owned();
    if let Some(found) = found {
        found.show(t, &mut sheet);
    }
    let code = query.value("code").unwrap_or("").chars().take(80).collect();
    sheet.sections.push(Section::new("ask", t.verify_what(), Ask { t, code }));
    render(&sheet)
}

fn too_often(
    t: Words,
    session: Option<&Session>,
    query: &Query,
) -> Result<HttpResponse, PageError> {
    let found = Finding::new(Tone::Watch, t.verify_too_often());
    let html = page(t, session, query, Some(found))?;
    let mut answer = HttpResponse::TooManyRequests();
    Ok(answer.content_type("text/html; charset=utf-8").body(html))
}
