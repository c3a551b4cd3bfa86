//! A second person decides about a version of an assay plan.

use serde::Deserialize;
use tl_domain::event::{EntryRef, PlanApprove, ReviewDecision};
use tl_domain::ids::{EntryId, RecordId};

use super::super::capture::{Capture, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::part::{Cell, Choice, Facts, Field, FieldKind};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::plan_table;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::ApprovePlan;
use crate::error::Failure;
use crate::usecase;
use crate::usecase::lab::PlanLine;

/// Decides about the newest version of the plan of a path.
#[derive(Deserialize)]
pub(crate) struct Approve(String);

impl Approve {
    fn lines(&self, app: &App, desk: &Desk) -> Result<Vec<PlanLine>, Failure> {
        let mut lines = usecase::lab::plan_lines(app, &desk.permit)?;
        lines.retain(|line| line.plan.as_str() == self.0);
        if lines.is_empty() { Err(Failure::not_found()) } else { Ok(lines) }
    }
}

impl Capture for Approve {
    type Needs = ApprovePlan;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let lines = self.lines(app, desk)?;
        typed.usual("target", lines[0].entry.to_string());
        typed.usual("decision", "accept");
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let lines = self.lines(app, desk)?;
        let mut form = new_form(desk, typed, t.plan_sign(), "/assay-plan");
        let decisions =
            vec![Choice::new("accept", t.plan_accept()), Choice::new("return", t.plan_return())];
        form.line(vec![
            typed.list_field("decision", t.plan_decision(), decisions).required(),
            typed.field("reason", t.reason(), FieldKind::Text).hint(t.review_reason_hint()),
        ]);
        form.line(vec![
            Field::hidden("target", typed.text("target")),
            Field::hidden("entry", typed.text("entry")),
            Field::hidden("observed_at", typed.text("observed_at")),
        ]);
        let crumbs = [(t.assay_plan(), "/assay-plan")];
        let mut sheet = form_sheet(desk, t.plan_approve(), &crumbs, t.plan_approve_note(), form);
        let first = &lines[0];
        let mut facts = Facts::default();
        facts.add(t.plan_name(), Cell::text(&first.name));
        facts.add(t.plan_drafter(), Cell::text(desk.names.operator(&first.drafted_by)));
        sheet.sections.insert(0, Section::new("plan", "", facts));
        sheet.sections.insert(1, Section::new("items", t.plan_items(), plan_table(desk, &lines)));
        Ok(sheet)
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<ApprovePlan>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let lines = self.lines(app, desk)?;
        let reason = typed.optional("reason");
        let decision = match typed.text("decision") {
            "return" => ReviewDecision::Return,
            _ => ReviewDecision::Accept,
        };
        if decision == ReviewDecision::Return && reason.is_none() {
            let words = desk.t.return_needs_reason();
            typed.error("reason", words);
        }
        let target = typed.pick::<EntryId>("target");
        let sent = typed.sent(desk.offset);
        let Some(target) = target.filter(|_| !typed.is_wrong()) else { return Ok(None) };
        let stored = usecase::entries::find(app, &desk.permit, target)?;
        let plan: RecordId = lines[0].plan.clone();
        let target = EntryRef { hash: stored.view.leaf, id: target };
        let approved_by = permit.operator().clone();
        let body = PlanApprove { plan, target, decision, approved_by, reason };
        usecase::lab::approve(app, permit, sent, body)?;
        Ok(Some("/assay-plan?done=approved".to_owned()))
    }
}
