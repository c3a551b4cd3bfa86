//! Forms about a finding: the bureau asks, sends back, closes; the enterprise explains.

use serde::Deserialize;
use tl_domain::event::FindingOutcome;
use tl_domain::ids::EntryId;

use super::super::capture::{Capture, chosen, form_sheet, new_form, offered};
use super::super::desk::Desk;
use super::super::format;
use super::super::part::{Field, FieldKind, Form, encoded};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::{card, sentence};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::{ExplainFinding, JudgeFinding};
use crate::error::Failure;
use crate::usecase::findings::{self, Asking, Closing, Explaining, Listed, Returning};

/// The bureau asks.
#[derive(Deserialize)]
pub(crate) struct Open {}

/// The enterprise explains.
#[derive(Deserialize)]
pub(crate) struct Explain {}

/// The bureau sends an explanation back.
#[derive(Deserialize)]
pub(crate) struct Return {}

/// The bureau closes.
#[derive(Deserialize)]
pub(crate) struct Close {}

const OUTCOMES: [(&str, FindingOutcome); 4] = [
    ("explained", FindingOutcome::Explained),
    ("corrected", FindingOutcome::Corrected),
    ("false_alarm", FindingOutcome::FalseAlarm),
    ("problem", FindingOutcome::Problem),
];

/// The page of a form with the finding it is about.
fn page(desk: &Desk, one: &Listed, (title, note): (&str, &str), form: Form) -> Sheet {
    let t = desk.t;
    let crumbs = [(t.accounts_word(), "/accounts"), (t.findings_title(), "/findings")];
    let mut sheet = form_sheet(desk, title, &crumbs, note, form);
    let about = super::super::part::Facts {
        items: vec![
            (t.rule_word().to_owned(), super::Cell::text(t.rule(one.finding.rule))),
            (t.finding_what().to_owned(), super::Cell::text(sentence(t, one))),
        ],
    };
    sheet.sections.insert(0, super::super::sheet::Section::new("about", "", about));
    sheet
}

/// An empty form about the finding; officers send it back about the same enterprise.
fn blank(desk: &Desk, typed: &Typed, submit: &str) -> Form {
    let back = format!("/findings/case?key={}", encoded(typed.text("key")));
    let mut form = new_form(desk, typed, submit, &back);
    form.action = desk.links.to(desk.query.path());
    let hidden = ["key", "entry", "observed_at"];
    form.line(hidden.map(|name| Field::hidden(name, typed.text(name))).to_vec());
    form
}

/// Where one goes on.
fn done(desk: &Desk, typed: &Typed, word: &str) -> String {
    desk.links.to(format!("/findings/case?key={}&done={word}", encoded(typed.text("key"))))
}

impl Capture for Open {
    type Needs = JudgeFinding;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        app.authorise_bureau::<JudgeFinding>(&desk.session)?;
        let one = card::named(app, desk, typed.text("key"))?;
        let days = crate::accounts::policy::all(&app.store)?;
        let days = days.of(&desk.party.party).policy.explanation_days;
        let mut form = blank(desk, typed, t.finding_ask());
        form.line(vec![typed.field("question", t.finding_question(), FieldKind::Words)]);
        Ok(page(desk, &one, (t.finding_ask(), &t.finding_ask_note(days)), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        _: &Permit<JudgeFinding>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let sent = typed.sent(desk.offset);
        let asked =
            Asking { key: typed.text("key").to_owned(), question: typed.optional("question") };
        if typed.is_wrong() {
            return Ok(None);
        }
        findings::open(app, &desk.session, &desk.permit, (sent, asked))?;
        Ok(Some(done(desk, typed, "finding_open")))
    }
}

impl Capture for Explain {
    type Needs = ExplainFinding;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let one = card::named(app, desk, typed.text("key"))?;
        let mut form = blank(desk, typed, t.finding_explain());
        let words = typed.field("words", t.finding_words(), FieldKind::Words);
        form.line(vec![words.hint(t.finding_words_hint()).required()]);
        let proof = typed.field("proof", t.finding_proof(), FieldKind::Words);
        form.line(vec![proof.hint(t.finding_proof_hint())]);
        Ok(page(desk, &one, (t.finding_explain(), t.finding_explain_note()), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<ExplainFinding>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let words = typed.required("words");
        let evidence = proof(typed);
        let sent = typed.sent(desk.offset);
        let (Some(words), false) = (words, typed.is_wrong()) else { return Ok(None) };
        let asked = Explaining { key: typed.text("key").to_owned(), words, evidence };
        findings::explain(app, &desk.session, (&desk.permit, permit), (sent, asked))?;
        Ok(Some(done(desk, typed, "finding_explain")))
    }
}

/// Ids of entries, one a line, or addresses of their pages.
fn proof(typed: &mut Typed) -> Vec<EntryId> {
    let text = typed.text("proof").to_owned();
    let mut found = Vec::new();
    for line in text.split_whitespace() {
        let path = line.split(['?', '#']).next().unwrap_or(line);
        match path.rsplit('/').next().unwrap_or(path).parse() {
            Ok(id) => found.push(id),
            Err(_) => {
                let words = typed.t.finding_not_entry(format::shortened(line, 40));
                typed.error("proof", words);
            }
        }
    }
    found
}

impl Capture for Return {
    type Needs = JudgeFinding;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        app.authorise_bureau::<JudgeFinding>(&desk.session)?;
        let one = card::named(app, desk, typed.text("key"))?;
        let mut form = blank(desk, typed, t.finding_return());
        form.line(vec![typed.field("reason", t.reason(), FieldKind::Words).required()]);
        Ok(page(desk, &one, (t.finding_return(), t.finding_return_note()), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        _: &Permit<JudgeFinding>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let reason = typed.required("reason");
        let sent = typed.sent(desk.offset);
        let (Some(reason), false) = (reason, typed.is_wrong()) else { return Ok(None) };
        let asked = Returning { key: typed.text("key").to_owned(), reason };
        findings::send_back(app, &desk.session, &desk.permit, (sent, asked))?;
        Ok(Some(done(desk, typed, "finding_return")))
    }
}

impl Capture for Close {
    type Needs = JudgeFinding;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        app.authorise_bureau::<JudgeFinding>(&desk.session)?;
        let one = card::named(app, desk, typed.text("key"))?;
        let mut form = blank(desk, typed, t.finding_close());
        let outcomes = offered(&OUTCOMES, |outcome| t.finding_ended(outcome));
        form.line(vec![typed.list_field("outcome", t.finding_outcome(), outcomes)]);
        form.line(vec![typed.field("reason", t.reason(), FieldKind::Words).required()]);
        Ok(page(desk, &one, (t.finding_close(), t.finding_close_note()), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        _: &Permit<JudgeFinding>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let reason = typed.required("reason");
        let outcome = chosen(&OUTCOMES, typed.text("outcome"));
        if outcome.is_none() {
            let words = typed.t.not_in_list(format::shortened(typed.text("outcome"), 40));
            typed.error("outcome", words);
        }
        let sent = typed.sent(desk.offset);
        let (Some(reason), Some(outcome), false) = (reason, outcome, typed.is_wrong()) else {
            return Ok(None);
        };
        let asked = Closing { key: typed.text("key").to_owned(), outcome, reason };
        findings::close(app, &desk.session, &desk.permit, (sent, asked))?;
        Ok(Some(done(desk, typed, "finding_close")))
    }
}
