//! What requests carry: queries, pages, captures.

use serde::Deserialize;
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::{MicrosSpan, Moment};
use tl_store::Page;
use tl_wire::problem::ErrorCode;
use utoipa::{IntoParams, ToSchema};

use crate::error::Failure;
use crate::limits::{ROWS_DEFAULT, ROWS_MAX, SPAN_DAYS_MAX};

/// Whose data are meant; the person's own party when absent.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// Party; officers name one of their area.
    #[param(value_type = Option<String>)]
    pub party: Option<PartyId>,
}

/// Whose data are meant, and which rows of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Party; officers name one of their area.
    #[param(value_type = Option<String>)]
    pub party: Option<PartyId>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows to give, at most 500.
    pub limit: Option<u32>,
}

impl Listed {
    /// The page that is meant.
    ///
    /// # Errors
    /// `BadRequest` for more rows than one answer holds.
    pub fn page(&self) -> Result<Page, Failure> {
        page(self.offset, self.limit)
    }
}

/// A page of a list.
///
/// # Errors
/// `BadRequest` for more rows than one answer holds.
pub fn page(offset: Option<u64>, limit: Option<u32>) -> Result<Page, Failure> {
    let limit = limit.unwrap_or(ROWS_DEFAULT);
    if limit > ROWS_MAX {
        let detail = format!("limit {limit}: at most {ROWS_MAX} rows in one answer");
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    Ok(Page { offset: offset.unwrap_or(0), limit })
}

/// A half-open span from two moments.
///
/// # Errors
/// `BadRequest` for one that ends before it begins or is too long for one answer.
pub fn span(from: &Moment, to: &Moment) -> Result<MicrosSpan, Failure> {
    let span = MicrosSpan { from: from.micros(), to: to.micros() };
    let longest = SPAN_DAYS_MAX * tl_domain::time::DAY_MICROS;
    if span.from >= span.to || span.length() > longest {
        let detail =
            format!("span {from} to {to}: it ends after it begins, within {SPAN_DAYS_MAX} days");
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    Ok(span)
}

/// Something to record: a body of an entry as it will be signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Capture<T> {
    /// UUIDv7 drawn by the client, so that a request sent twice is recorded once.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<EntryId>,
    /// When it happened, RFC 3339 with offset; now, when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub observed_at: Option<Moment>,
    /// What happened.
    pub body: T,
}

/// Refuses a body about another object than the path names.
///
/// # Errors
/// `BadRequest`.
pub fn same<T: PartialEq + std::fmt::Display>(path: &T, body: &T) -> Result<(), Failure> {
    if path == body {
        return Ok(());
    }
    let detail = format!("the path names {path}, the body {body}");
    Err(Failure::new(ErrorCode::BadRequest, detail))
}
