//! Taking a review: a second person accepts a result or gives it back with a reason.

use serde::Deserialize;
use tl_domain::event::{AssayReview, EntryRef, ReviewDecision};
use tl_domain::ids::AssayId;
use tl_domain::project::AssayRow;

use super::super::capture::{Capture, form_sheet};
use super::super::desk::Desk;
use super::super::part::Field;
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::{review_form, table};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::ReviewAssay;
use crate::error::Failure;
use crate::usecase;

/// Reviews the assay of a path.
#[derive(Deserialize)]
pub(crate) struct Review(String);

fn find(app: &App, desk: &Desk, id: &str) -> Result<AssayRow, Failure> {
    let id: AssayId = id.parse().map_err(|_| Failure::not_found())?;
    usecase::assays::find(app, &desk.permit, id)
}

impl Capture for Review {
    type Needs = ReviewAssay;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let row = find(app, desk, &self.0)?;
        let mut form = review_form(desk, &row, typed);
        form.line(vec![
            Field::hidden("entry", typed.text("entry")),
            Field::hidden("observed_at", typed.text("observed_at")),
        ]);
        let crumbs = [(t.assays(), "/assays")];
        let mut sheet = form_sheet(desk, t.review_heading(), &crumbs, t.review_note(), form);
        desk.learn_samples(app, [row.sample])?;
        let shown = table(desk, std::slice::from_ref(&row));
        sheet.sections.insert(0, Section::new("result", t.results(), shown));
        Ok(sheet)
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<ReviewAssay>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let row = find(app, desk, &self.0)?;
        let reason = typed.optional("reason");
        let decision = match typed.text("decision") {
            "return" => ReviewDecision::Return,
            _ => ReviewDecision::Accept,
        };
        if decision == ReviewDecision::Return && reason.is_none() {
            let words = desk.t.return_needs_reason();
            typed.error("reason", words);
        }
        let sent = typed.sent(desk.offset);
        if typed.is_wrong() {
            return Ok(None);
        }
        let stored = usecase::entries::find(app, &desk.permit, row.id.entry())?;
        let target = EntryRef { hash: stored.view.leaf, id: row.id.entry() };
        let body = AssayReview { assay: row.id, target, decision, reason };
        usecase::assays::review(app, permit, sent, body)?;
        Ok(Some(format!("/samples/{}?done=reviewed", row.sample)))
    }
}
