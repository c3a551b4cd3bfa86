//! What bureau and enterprise do about a finding: ask, explain, send back, close.
//!
//! Each act names the record before it and goes into the writer's own log. An act that the finding
//! does not take where it stands now is refused here, before anything is signed; what two do at
//! once is settled when it is read.

use std::collections::BTreeSet;

use chrono::FixedOffset;
use tl_accounts::workdays;
use tl_domain::event::{
    EntryRef, FindingClose, FindingExplain, FindingOpen, FindingOutcome, FindingReturn,
};
use tl_domain::ids::{Analyte, EntryId, PartyId};
use tl_domain::time::Moment;
use tl_findings::Act;
use tl_ledger::Hash;
use tl_wire::problem::ErrorCode;

use super::{Listed, find};
use crate::accounts::policy;
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{ExplainFinding, JudgeFinding, Permit, ReadParty};
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;
use crate::usecase::capture::{Form, Recorded, record};

/// Longest text of a record, characters.
const WORDS_MAX: usize = 4_000;
/// Entries that one explanation may name.
const EVIDENCE_MAX: usize = 50;

/// What a bureau asks.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The finding.
    pub key: String,
    /// What it wants to know.
    pub question: Option<String>,
}

/// What an enterprise says.
#[derive(Debug, Clone)]
pub struct Explaining {
    /// The finding.
    pub key: String,
    /// What was looked at, by whom, and what it showed.
    pub words: String,
    /// Own entries that show it.
    pub evidence: Vec<EntryId>,
}

/// What a bureau misses.
#[derive(Debug, Clone)]
pub struct Returning {
    /// The finding.
    pub key: String,
    /// What is still open.
    pub reason: String,
}

/// How a bureau closes.
#[derive(Debug, Clone)]
pub struct Closing {
    /// The finding.
    pub key: String,
    /// How it ended.
    pub outcome: FindingOutcome,
    /// Why.
    pub reason: String,
}

/// Who writes about whose finding.
#[derive(Clone, Copy)]
struct About<'a> {
    app: &'a App,
    session: &'a Session,
    enterprise: &'a Permit<ReadParty>,
    substance: &'a Analyte,
}

impl About<'_> {
    /// The finding, where it takes the act now.
    fn taking(&self, key: &str, act: Act) -> Result<Listed, Failure> {
        let found = find(self.app, self.enterprise, self.session, self.substance, key)?;
        if found.case.state.takes(act) && (act != Act::Open || found.fires) {
            return Ok(found);
        }
        let state = found.case.state.code();
        Err(self.conflict(
            &format!("该线索当前状态（{state}）不能这样办理，请刷新后再看"),
            &format!("the finding is {state} and does not take this: look at it again"),
        ))
    }

    fn conflict(&self, zh: &str, en: &str) -> Failure {
        Failure::new(ErrorCode::Conflict, if self.session.english { en } else { zh })
    }

    fn words(&self, text: &str) -> Result<String, Failure> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > WORDS_MAX {
            let (zh, en) = (
                format!("请填写说明，1 至 {WORDS_MAX} 字"),
                format!("words, 1 to {WORDS_MAX} characters"),
            );
            let detail = if self.session.english { en } else { zh };
            return Err(Failure::new(ErrorCode::BadRequest, detail));
        }
        Ok(text.to_owned())
    }

    /// The end of the enterprise's working days, as its city's policy has them.
    fn explain_by(&self) -> Result<Moment, Failure> {
        let policies = policy::all(&self.app.store)?;
        let days = policies.of(self.enterprise.party()).policy.explanation_days;
        let offset = FixedOffset::east_opt(CHINA_OFFSET_SECONDS);
        let offset = offset.expect("eight hours are less than a day");
        let until = workdays::after(self.app.clock.micros(), days, offset, &BTreeSet::new());
        Moment::from_micros(until, CHINA_OFFSET_SECONDS)
            .ok_or_else(|| Failure::internal("the term lies beyond the calendar"))
    }
}

/// A bureau asks the enterprise to explain; also what had been closed and speaks again.
///
/// # Errors
/// `Forbidden` for who does not supervise; `NotFound` for a key that is none; `Conflict` where the
/// finding does not take it; the store's.
pub fn open(
    app: &App,
    session: &Session,
    enterprise: &Permit<ReadParty>,
    (form, asked): (Form, Asking),
) -> Result<Recorded, Failure> {
    let permit = app.authorise_bureau::<JudgeFinding>(session)?;
    let substance = &app.config.substance;
    let about = About { app, session, enterprise, substance };
    let found = about.taking(&asked.key, Act::Open)?;
    let question = asked.question.as_deref().map(|text| about.words(text)).transpose()?;
    let finding = &found.finding;
    let body = FindingOpen {
        party: enterprise.party().clone(),
        finding: finding.name(),
        substance: substance.clone(),
        zh: finding.zh.clone(),
        en: finding.en.clone(),
        evidence: references(app, enterprise.party(), &finding.evidence)?,
        explain_by: about.explain_by()?,
        question,
        previous: found.case.head,
    };
    record(app, &permit, form, body.into())
}

/// The enterprise explains, asked or not.
///
/// # Errors
/// `BadRequest` for an entry that is not in its log; `NotFound`, `Conflict`; the store's.
pub fn explain(
    app: &App,
    session: &Session,
    permits: (&Permit<ReadParty>, &Permit<ExplainFinding>),
    (form, asked): (Form, Explaining),
) -> Result<Recorded, Failure> {
    let (enterprise, permit) = permits;
    let about = About { app, session, enterprise, substance: &app.config.substance };
    let found = about.taking(&asked.key, Act::Explain)?;
    if asked.evidence.len() > EVIDENCE_MAX {
        let detail = format!("at most {EVIDENCE_MAX} entries");
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    let evidence = references(app, permit.party(), &asked.evidence)?;
    if evidence.len() < asked.evidence.len() {
        let (zh, en) = ("所列依据有的不在本企业台账中", "an entry named is not in the own log");
        let detail = if session.english { en } else { zh };
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    let body = FindingExplain {
        finding: found.finding.name(),
        words: about.words(&asked.words)?,
        evidence,
        blobs: Vec::new(),
        previous: found.case.head,
    };
    record(app, permit, form, body.into())
}

/// A bureau sends an explanation back.
///
/// # Errors
/// As `open`.
pub fn send_back(
    app: &App,
    session: &Session,
    enterprise: &Permit<ReadParty>,
    (form, asked): (Form, Returning),
) -> Result<Recorded, Failure> {
    let permit = app.authorise_bureau::<JudgeFinding>(session)?;
    let about = About { app, session, enterprise, substance: &app.config.substance };
    let found = about.taking(&asked.key, Act::Return)?;
    let previous: Option<Hash> = found.case.head;
    let body = FindingReturn {
        party: enterprise.party().clone(),
        finding: found.finding.name(),
        reason: about.words(&asked.reason)?,
        explain_by: about.explain_by()?,
        previous: previous.ok_or_else(|| Failure::internal("an explained finding has records"))?,
    };
    record(app, &permit, form, body.into())
}

/// A bureau closes a finding with a reason.
///
/// # Errors
/// As `open`.
pub fn close(
    app: &App,
    session: &Session,
    enterprise: &Permit<ReadParty>,
    (form, asked): (Form, Closing),
) -> Result<Recorded, Failure> {
    let permit = app.authorise_bureau::<JudgeFinding>(session)?;
    let about = About { app, session, enterprise, substance: &app.config.substance };
    let found = about.taking(&asked.key, Act::Close)?;
    let body = FindingClose {
        party: enterprise.party().clone(),
        finding: found.finding.name(),
        outcome: asked.outcome,
        reason: about.words(&asked.reason)?,
        previous: found.case.head,
    };
    record(app, &permit, form, body.into())
}

/// Entries of a log by id and leaf hash; what is not in it is left out.
fn references(app: &App, party: &PartyId, ids: &[EntryId]) -> Result<Vec<EntryRef>, Failure> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(stored) = app.store.entry(party, *id)? {
            found.push(EntryRef { hash: stored.view.leaf, id: *id });
        }
    }
    Ok(found)
}
