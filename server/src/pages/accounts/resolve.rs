//! Saying what an alarm turned out to be: a check, a measured bias, a loss with its cause.

use serde::Deserialize;
use tl_domain::balance::Scope;
use tl_domain::event::{FindingResolve, ResolutionEvidence, ResolutionFact};
use tl_domain::quantity::{DecimalText, ErrorClass};

use super::super::balance::scope_name;
use super::super::capture::{Capture, chosen, form_sheet, new_form, offered};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::close::{about, scope, span};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::CloseBalance;
use crate::error::Failure;
use crate::usecase::accounts;

/// Resolves the alarms of the period that the query names.
#[derive(Deserialize)]
pub(crate) struct Resolve {}

const EVIDENCE: [(&str, ResolutionEvidence); 3] = [
    ("scale_check", ResolutionEvidence::ScaleCheck),
    ("reference_material", ResolutionEvidence::ReferenceMaterial),
    ("reassay", ResolutionEvidence::Reassay),
];

impl Capture for Resolve {
    type Needs = CloseBalance;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let (scope, span) = (scope(typed), span(desk, typed)?);
        let facts = vec![
            Choice::new("nothing_found", t.found_nothing()),
            Choice::new("booked_loss", t.found_loss()),
            Choice::new("bias", t.found_bias()),
            Choice::new("restart", t.found_restart()),
        ];
        let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
        let account = accounts::area(app, &desk.permit, &scope, &substance)?.account;
        let biased = |source: &&tl_accounts::evaluate::SourceShare| class(&source.class).is_some();
        let sources = account.sources_of_year.iter().filter(biased).map(|source| {
            let words = super::super::balance::source_words(desk, &source.name).plain();
            let words = format!("{words} · {}", t.error_class_name(&source.class));
            Choice::new(format!("{}/{}", source.class, source.name), words)
        });
        let sources = super::super::capture::choosing(desk, sources);
        let mut form = new_form(desk, typed, t.resolve_submit(), "/accounts");
        form.line(about(typed));
        form.line(vec![typed.list_field("fact", t.what_was_found(), facts)]);
        form.line(vec![
            typed
                .field("reason", t.reason(), FieldKind::Text)
                .hint(t.resolve_reason_hint())
                .required(),
        ]);
        form.group(
            t.checked_by(),
            vec![typed.list_field(
                "evidence",
                t.evidence_word(),
                offered(&EVIDENCE, |e| t.check_kind(e)),
            )],
        );
        form.group(
            t.found_loss(),
            vec![
                typed.number_field("grams", t.lost_grams(), "g").hint(t.lost_grams_hint()),
                typed.number_field("sigma_grams", t.standard_uncertainty(), "g"),
                typed.field("cause", t.cause(), FieldKind::Text),
            ],
        );
        form.group(
            t.found_bias(),
            vec![
                typed.list_field("source", t.error_source(), sources),
                typed.number_field("percent", t.reads_high_by(), "%").hint(t.reads_high_hint()),
                typed.number_field("remaining_percent", t.remaining_uncertainty(), "%"),
            ],
        );
        let crumbs = [(t.nav_balance(), "/balance"), (t.accounts_word(), "/accounts")];
        let note = t.resolve_note(scope_name(desk, &scope), super::span_words(desk, span.micros()));
        Ok(form_sheet(desk, t.explain_alarm(), &crumbs, &note, form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<CloseBalance>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let (scope, span) = (scope(typed), span(desk, typed)?);
        let reason = typed.required("reason");
        let fact = fact(typed);
        let sent = typed.sent(desk.offset);
        let (Some(reason), Some(fact), false) = (reason, fact, typed.is_wrong()) else {
            return Ok(None);
        };
        let area = tl_accounts::area::name(&scope);
        let (site, node) = match scope {
            Scope::Enterprise => (None, None),
            Scope::Site(site) => (Some(site), None),
            Scope::Node(node) => (None, Some(node)),
        };
        let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
        let body = FindingResolve {
            node,
            site,
            substance,
            span,
            fact,
            reason,
            evidence: Vec::new(),
            blobs: Vec::new(),
        };
        accounts::resolve(app, permit, sent, body)?;
        Ok(Some(format!("/accounts?scope={area}&done=resolved")))
    }
}

/// What was found; an error at each field that its kind needs.
fn fact(typed: &mut Typed) -> Option<ResolutionFact> {
    let evidence = chosen(&EVIDENCE, typed.text("evidence"));
    match typed.text("fact") {
        "restart" => Some(ResolutionFact::Restart),
        "booked_loss" => {
            let (grams, sigma_grams) = (needed(typed, "grams"), needed(typed, "sigma_grams"));
            let cause = typed.required("cause");
            Some(ResolutionFact::BookedLoss {
                grams: grams?,
                sigma_grams: sigma_grams?,
                cause: cause?,
            })
        }
        "bias" => {
            let source = typed.required("source");
            let percent = needed(typed, "percent");
            let remaining_percent = needed(typed, "remaining_percent");
            let source = source?;
            let (named, key) = source.split_once('/')?;
            Some(ResolutionFact::Bias {
                evidence: evidence?,
                class: class(named)?,
                source: key.to_owned(),
                percent: percent?,
                remaining_percent: remaining_percent?,
            })
        }
        _ => Some(ResolutionFact::NothingFound { evidence: evidence? }),
    }
}

fn needed(typed: &mut Typed, name: &str) -> Option<DecimalText> {
    typed.required(name)?;
    typed.decimal(name)
}

/// Classes whose errors last, so that a check can find them.
fn class(name: &str) -> Option<ErrorClass> {
    match name {
        "short" => Some(ErrorClass::ShortTerm),
        "long" => Some(ErrorClass::LongTerm),
        _ => None,
    }
}
