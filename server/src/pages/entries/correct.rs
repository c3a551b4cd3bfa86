//! The form that corrects a record: what was signed with some values changed, or withdrawn.
//!
//! The form is made of the record itself, one field for each value, so that every kind can be
//! corrected. Why and who approved are signed with it; the approver is another person of the party
//! who answers for its books. Both records stay.

use serde::Deserialize;
use serde_json::Value;
use tl_domain::event::{Body, EntryRef, Supersede};
use tl_domain::ids::{EntryId, OperatorId};
use tl_store::EntryView;

use super::super::capture::{Capture, choosing, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::format;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::values::{self, Place};
use crate::app::App;
use crate::auth::permit::Correct as MayCorrect;
use crate::auth::{Permit, Role, Roles};
use crate::error::Failure;
use crate::usecase;

/// Corrects the record of a path.
#[derive(Deserialize)]
pub(crate) struct Correct(String);

/// Who may approve: they answer for the books with the person who corrects.
const APPROVERS: [Role; 3] = [Role::Ehs, Role::Reviewer, Role::Admin];

/// Kinds that say what somebody did in the plant; what orders logs and keys is never corrected.
pub(super) fn correctable(kind: &str) -> bool {
    let fixed = ["log.", "key.", "epoch.", "period.", "supersede", "device."];
    Body::KINDS.contains(&kind) && !fixed.iter().any(|prefix| kind.starts_with(prefix))
}

/// The record of a path with the body that counts now: its own, or that of its last correction.
struct Target {
    view: EntryView,
    body: Value,
}

fn target(app: &App, desk: &Desk, id: &str) -> Result<Target, Failure> {
    let id: EntryId = id.parse().map_err(|_| Failure::not_found())?;
    let view = usecase::entries::find(app, &desk.permit, id)?.view;
    if !correctable(view.entry.body.kind()) {
        return Err(Failure::not_found());
    }
    let last = match view.corrected_by {
        Some(by) => Some(usecase::entries::find(app, &desk.permit, by)?.view.entry.body),
        None => None,
    };
    let replaced = match last {
        Some(Body::Supersede(last)) => last.replacement,
        _ => None,
    };
    let body = replaced.unwrap_or_else(|| view.entry.body.to_value());
    Ok(Target { view, body })
}

impl Capture for Correct {
    type Needs = MayCorrect;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let target = target(app, desk, &self.0)?;
        typed.usual("how", "replace");
        for place in values::places(&target.body) {
            typed.usual(&place.name(), place.text.clone());
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let target = target(app, desk, &self.0)?;
        let card = format!("/entries/{}", target.view.id);
        let mut form = new_form(desk, typed, t.correct_submit(), &card);
        let ways =
            vec![Choice::new("replace", t.correct_values()), Choice::new("withdraw", t.withdraw())];
        let people = approvers(app, desk)?;
        let note = if people.is_empty() { t.no_approver() } else { t.approver_hint() };
        let people = people.into_iter().map(|(id, name)| Choice::new(id.as_str(), name));
        form.line(vec![
            typed.list_field("how", t.correct_how(), ways).required(),
            typed.field("reason", t.reason(), FieldKind::Text).required().hint(t.correct_why()),
            typed
                .list_field("approved_by", t.approved_by(), choosing(desk, people))
                .required()
                .hint(note),
        ]);
        let places = values::places(&target.body);
        for group in places.chunk_by(|a, b| a.group() == b.group()) {
            let heading = group.first().map(|place| place.group_words(t)).unwrap_or_default();
            let fields = group.iter().map(|place| place.field(desk, typed)).collect();
            form.group(heading, fields);
        }
        form.line(typed.when_fields());
        let name = t.entry_title(target.view.index);
        let crumbs = [(t.log_title(), "/entries"), (name.as_str(), card.as_str())];
        let what = desk.teller().title(&target.view.entry.body);
        let when = format::minute(target.view.observed_at, desk.offset);
        let note = t.correct_note(what, when);
        Ok(form_sheet(desk, t.act_correct(), &crumbs, &note, form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<MayCorrect>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let target = target(app, desk, &self.0)?;
        let reason = typed.required("reason");
        let approver = typed.pick::<OperatorId>("approved_by");
        let known = approvers(app, desk)?;
        if let Some(id) = &approver
            && known.iter().all(|(known, _)| known != id)
        {
            let words = desk.t.not_in_list(id);
            typed.error("approved_by", words);
        }
        let replacement = match typed.text("how") {
            "withdraw" => None,
            _ => Some(replacement(desk, typed, &target)),
        };
        let sent = typed.sent(desk.offset);
        let (Some(reason), Some(approved_by)) = (reason, approver) else { return Ok(None) };
        if typed.is_wrong() {
            return Ok(None);
        }
        let view = &target.view;
        let body = Supersede {
            target: EntryRef { hash: view.leaf, id: view.id },
            reason,
            approved_by,
            replacement,
        };
        usecase::entries::correct(app, permit, sent, body)?;
        Ok(Some(format!("/entries/{}?done=corrected", view.id)))
    }
}

/// The body with what was typed; says so when nothing changed or when it is no body of its kind.
fn replacement(desk: &Desk, typed: &mut Typed, target: &Target) -> Value {
    let places: Vec<Place> = values::places(&target.body);
    let mut body = target.body.clone();
    for place in places.iter().rev() {
        place.put(&mut body, typed.text(&place.name()));
    }
    if body == target.body {
        desk.t.nothing_changed().clone_into(&mut typed.whole);
    } else if let Err(error) = Body::read(target.view.entry.body.kind(), body.clone()) {
        typed.whole = desk.t.not_that_kind(error);
    }
    body
}

/// Other people of the party who may approve: id and name.
fn approvers(app: &App, desk: &Desk) -> Result<Vec<(OperatorId, String)>, Failure> {
    let mut accounts = app.store.accounts(Some(&desk.party.party))?;
    accounts.retain(|account| {
        account.id != desk.session.account && Roles::from_texts(&account.roles).any(&APPROVERS)
    });
    Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
}
