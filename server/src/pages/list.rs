//! How every list is read: a page of it, sorted by a column, or all of it as CSV.
//!
//! The store gives rows in the list's own order, page by page. Sorting by a column looks at the
//! newest `SCANNED_ROWS_MAX` rows and says so when there are more; CSV is read page by page to the
//! end and never cut.

mod csv;

use std::cmp::Ordering;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_store::{Page, Paged};

pub(crate) use csv::csv;

use super::desk::Desk;
use super::part::{PAGE_ROWS, Paging, Table};
use super::sheet::{Section, Sheet};
use super::{newest, scanned_note, show as page};
use crate::app::App;
use crate::auth::Session;
use crate::error::{Failure, PageError};

/// A column by which a list sorts.
pub(crate) struct Key<T: 'static> {
    /// Number of the column.
    pub(crate) column: usize,
    /// Name in the query; `-` in front turns it round.
    pub(crate) name: &'static str,
    /// Rows that are equal stay in the list's own order.
    pub(crate) order: fn(&Desk, &T, &T) -> Ordering,
}

/// A list by noun.
pub(crate) trait List: Sized + Send + 'static {
    /// What a row shows.
    type Row: Clone + Send + 'static;

    /// Columns by which it sorts.
    const KEYS: &'static [Key<Self::Row>];

    /// What the query asks for, with the leave that it needs.
    fn of(app: &App, desk: &Desk) -> Result<Self, Failure>;

    /// Some rows in the list's own order.
    fn read(&self, app: &App, desk: &Desk, page: Page) -> Result<Paged<Self::Row>, Failure>;

    /// The rows that sorting looks at: the newest, or all of a list that is read whole.
    fn all(&self, app: &App, desk: &Desk) -> Result<Paged<Self::Row>, Failure> {
        newest(|page| self.read(app, desk, page))
    }

    /// The page around the rows: title, acts, filter, what stands above them.
    fn sheet(&self, app: &App, desk: &Desk) -> Result<Sheet, Failure>;

    /// Rows as a table, with what is said when there are none.
    fn table(&self, app: &App, desk: &Desk, rows: &[Self::Row]) -> Result<Table, Failure>;

    /// Heading of the list, where other sections stand above it.
    fn heading(&self, _: &Desk) -> String {
        String::new()
    }
}

/// `GET` of a list's path.
pub(crate) async fn show<L: List>(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    page(app, session, request, |app, desk| {
        let list = L::of(app, desk)?;
        let mut sheet = list.sheet(app, desk)?;
        let (found, note) = rows(&list, app, desk)?;
        let mut table = list.table(app, desk, &found.rows)?;
        for key in L::KEYS {
            if let Some(column) = table.columns.get_mut(key.column) {
                *column = column.clone().sorted(&desk.query, key.name);
            }
        }
        table.paging = Some(Paging::new(desk.t, &desk.query, found.total));
        sheet.sections.push(Section::new("list", list.heading(desk), table).note(note));
        Ok(sheet)
    })
    .await
}

/// The rows of the page asked for, and what to say about them.
fn rows<L: List>(list: &L, app: &App, desk: &Desk) -> Result<(Paged<L::Row>, String), Failure> {
    let query = &desk.query;
    if let Some((key, down)) = query.value("sort").and_then(sorted_by::<L>) {
        let mut found = list.all(app, desk)?;
        let note = scanned_note(desk.t, &found);
        let order = |a: &L::Row, b: &L::Row| (key.order)(desk, a, b);
        found.rows.sort_by(|a, b| if down { order(b, a) } else { order(a, b) });
        let scanned = u64::try_from(found.rows.len()).unwrap_or(u64::MAX);
        let offset = Paging::offset(query, scanned);
        return Ok((Paged { total: scanned, ..cut(&found.rows, at(offset)) }, note));
    }
    let mut found = list.read(app, desk, at((query.page() - 1).saturating_mul(PAGE_ROWS)))?;
    // A page beyond the end shows the last one; the total is only known after asking.
    if found.rows.is_empty() && found.total > 0 {
        found = list.read(app, desk, at(Paging::offset(query, found.total)))?;
    }
    Ok((found, String::new()))
}

fn at(offset: u64) -> Page {
    Page { offset, limit: u32::try_from(PAGE_ROWS).unwrap_or(u32::MAX) }
}

fn sorted_by<L: List>(asked: &str) -> Option<(&'static Key<L::Row>, bool)> {
    let (name, down) = asked.strip_prefix('-').map_or((asked, false), |name| (name, true));
    L::KEYS.iter().find(|key| key.name == name).map(|key| (key, down))
}

/// A page of rows that were read whole.
pub(crate) fn cut<T: Clone>(rows: &[T], page: Page) -> Paged<T> {
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let shown = rows.iter().skip(offset).take(limit).cloned().collect();
    Paged { rows: shown, total: u64::try_from(rows.len()).unwrap_or(u64::MAX) }
}

/// All rows of a list that was read whole.
pub(crate) fn whole<T: Clone>(rows: &[T]) -> Paged<T> {
    Paged { rows: rows.to_vec(), total: u64::try_from(rows.len()).unwrap_or(u64::MAX) }
}

#[cfg(test)]
mod tests;
