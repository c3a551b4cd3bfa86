//! A list as CSV: every row of it, written while the next ones are read.
//!
//! UTF-8 with a byte order mark, so that spreadsheets read Chinese; figures without separators of
//! thousands. A failure in the middle breaks the download off: a short file is never passed off as
//! a whole one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use tl_store::Page;

use super::super::desk::Desk;
use super::super::part::{Align, Cell, Column, Query, Table};
use super::super::{query, seal};
use super::List;
use crate::app::App;
use crate::auth::Session;
use crate::error::{Failure, PageError};

/// Byte order mark of UTF-8.
const MARK: &str = "\u{feff}";

/// Where the writing stands.
struct Place<L> {
    desk: Desk,
    list: L,
    offset: u64,
    /// Rows there were when last asked.
    total: u64,
}

/// `GET` of a list's path with `.csv` behind it.
pub(crate) async fn csv<L: List>(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let name = file_name(&query);
    // The first rows before the answer begins: a refusal still gets its own status.
    let (place, text, seal) = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let list = L::of(app, &desk)?;
        let seal = seal::of(app, &desk)?.map(|seal| seal.address);
        let (place, text) = piece(app, Place { desk, list, offset: 0, total: 0 })?;
        Ok((place, format!("{MARK}{text}"), seal))
    })
    .await?;
    let body = Rows { ready: Some(text), step: place.map(|place| next(app, place)) };
    let disposition = format!("attachment; filename=\"{name}\"");
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/csv; charset=utf-8");
    answer.insert_header((header::CONTENT_DISPOSITION, disposition));
    // The rows stay pure: what they rest on stands beside them.
    if let Some(address) = seal {
        answer.insert_header((header::LINK, format!("<{address}>; rel=\"describedby\"")));
    }
    Ok(answer.body(body))
}

/// `batches.csv` of `/batches.csv`.
fn file_name(query: &Query) -> String {
    let name = query.path().rsplit('/').next().unwrap_or_default();
    name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).collect()
}

/// The next rows as text; no place where they were the last.
fn piece<L: List>(app: &App, place: Place<L>) -> Result<(Option<Place<L>>, String), Failure> {
    let Place { desk, list, offset, total } = place;
    let found = list.read(app, &desk, Page { offset, ..Page::LARGEST })?;
    // The newest rows come first: what came in meanwhile pushed the others on.
    let pushed = if offset == 0 { 0 } else { found.total.saturating_sub(total) };
    let skip = usize::try_from(pushed).unwrap_or(usize::MAX).min(found.rows.len());
    let read = u64::try_from(found.rows.len()).unwrap_or(u64::MAX);
    let table = list.table(app, &desk, &found.rows[skip..])?;
    let mut text = if offset == 0 { head(&table) } else { String::new() };
    table.rows.iter().for_each(|row| line(&mut text, &table.columns, row));
    let offset = offset.saturating_add(read);
    let more = read > 0 && offset < found.total;
    let place = more.then(|| Place { desk, list, offset, total: found.total });
    Ok((place, text))
}

fn head(table: &Table) -> String {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.label)).collect();
    format!("{}\r\n", names.join(","))
}

fn line(text: &mut String, columns: &[Column], cells: &[Cell]) {
    let cells = columns.iter().zip(cells).map(|(column, cell)| match column.align {
        Align::Number => quoted(&figure(&cell.text)),
        Align::Text => quoted(&harmless(cell.plain())),
    });
    text.push_str(&cells.collect::<Vec<_>>().join(","));
    text.push_str("\r\n");
}

/// A figure as programs read it: no separators, an ASCII minus, nothing for a dash.
fn figure(text: &str) -> String {
    if text == "–" {
        return String::new();
    }
    text.replace('−', "-").replace(',', "")
}

/// Text that a spreadsheet does not take for a formula.
fn harmless(text: String) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

type Step<L> = Pin<Box<dyn Future<Output = Result<(Option<Place<L>>, String), Failure>>>>;

fn next<L: List>(app: web::Data<App>, place: Place<L>) -> (web::Data<App>, Step<L>) {
    let running = app.clone();
    let step = async move { App::run(&running, move |app| piece(app, place)).await };
    (app, Box::pin(step))
}

/// The body: text that is ready, then what each step gives.
struct Rows<L: List> {
    ready: Option<String>,
    step: Option<(web::Data<App>, Step<L>)>,
}

impl<L: List> MessageBody for Rows<L> {
    type Error = PageError;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, PageError>>> {
        let rows = self.get_mut();
        if let Some(text) = rows.ready.take() {
            return Poll::Ready(Some(Ok(Bytes::from(text))));
        }
        let Some((app, mut step)) = rows.step.take() else { return Poll::Ready(None) };
        match step.as_mut().poll(context) {
            Poll::Pending => {
                rows.step = Some((app, step));
                Poll::Pending
            }
            Poll::Ready(Ok((place, text))) => {
                rows.step = place.map(|place| next(app, place));
                Poll::Ready(Some(Ok(Bytes::from(text))))
            }
            Poll::Ready(Err(failure)) => Poll::Ready(Some(Err(failure.into()))),
        }
    }
}
