//! Captures: what people and ports record, checked at the moment it happens.
//!
//! Each capture is a job of the outbox: it reads the working state, asks the domain's rules, signs
//! and notes what it changed, all in one transaction. A refusal says what was read and what to do
//! and leaves nothing behind; a fact that comes from a file is never held back by the books.

pub(crate) mod codes;
pub(crate) mod difference;
pub(crate) mod handover;
pub(crate) mod lab;
pub(crate) mod occasion;
pub(crate) mod place;
pub(crate) mod process;
pub(crate) mod receive;
pub(crate) mod sample;
pub(crate) mod shift;
pub(crate) mod station;
pub(crate) mod undo;
mod view;
pub(crate) mod waste;
pub(crate) mod weigh;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use tl_domain::capture::{self, Capture};
use tl_domain::event::{Body, EntryRef};
use tl_domain::ids::{EntryId, OperatorId};

use crate::outbox::{Appended, Draft, Tx, WriteError, state};
use crate::site::Site;
use crate::words::Words;
use view::LocalView;

/// Who captures, against which masters.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The site's masters.
    pub(crate) site: Arc<Site>,
    /// The person; none for what a port does alone.
    pub(crate) operator: Option<OperatorId>,
}

/// What a capture gave.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    /// The entry that counts for the person, the last one when there are several.
    pub(crate) entry: Appended,
    /// What is odd about it, but recorded.
    pub(crate) notices: Vec<Words>,
}

/// Checks a body by the domain's rules, appends it under `id` and notes what it changed.
///
/// # Errors
/// The first refusal, or the outbox's.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    context: &Context,
    id: EntryId,
    body: impl Into<Body>,
    subject: String,
) -> Result<(Appended, Vec<Words>), WriteError> {
    let (body, proven) = occasion::stamp(tx, body.into())?;
    let notices = check(tx, context, &body)?;
    let draft = Draft { body: body.clone(), operator: context.operator.clone(), subject, at: None };
    let appended = tx.append_as(id, draft)?;
    if !proven {
        tx.unproven.push(EntryRef { hash: appended.leaf, id: appended.id });
    }
    state::apply(tx, &appended, &body)?;
    Ok((appended, notices))
}

/// Appends without asking the rules: facts from files are flagged by the server, not held back.
///
/// # Errors
/// The outbox's.
pub(crate) fn record_fact(
    tx: &mut Tx<'_>,
    id: EntryId,
    draft: Draft,
) -> Result<Appended, WriteError> {
    let body = draft.body.clone();
    let appended = tx.append_as(id, draft)?;
    state::apply(tx, &appended, &body)?;
    Ok(appended)
}

fn check(tx: &mut Tx<'_>, context: &Context, body: &Body) -> Result<Vec<Words>, WriteError> {
    let now = tx.now();
    let observed_at = tx.happened(now);
    let operator = context.operator.as_ref();
    let mut view = LocalView { tx, site: &context.site };
    let capture = Capture { body, operator, observed_at, now };
    let checked = capture::check(&mut view, &capture)?;
    let no_masters = context.site.snapshot.is_none();
    let refusal = checked.refusals.iter().find(|refusal| {
        // Before the first snapshot nothing is declared; the server flags what is unknown.
        !(no_masters && matches!(refusal, capture::Refusal::UnknownMaster { .. }))
    });
    match refusal {
        Some(refusal) => Err(WriteError::Refused(Words::new(refusal.zh(), refusal.en()))),
        None => {
            Ok(checked.notices.iter().map(|notice| Words::new(notice.zh(), notice.en())).collect())
        }
    }
}

/// A refusal in both languages.
pub(crate) fn refuse(zh: impl Into<String>, en: impl Into<String>) -> WriteError {
    WriteError::Refused(Words::new(zh, en))
}
