//! Findings: what the audit rules notice in a party's books, computed when it is asked for, and
//! what bureau and enterprise wrote about it.
//!
//! A finding whose rule fell silent stays listed as long as it has records. What is written goes
//! into the writer's own log; nothing of a finding is ever changed or deleted.

mod act;
mod books;
mod shelf;

pub use act::{Asking, Closing, Explaining, Returning, close, explain, open, send_back};
pub use shelf::{FindingShelf, Glance, glance, refresh, start};

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tl_accounts::ruling::may_settle;
use tl_domain::event::{FindingName, PartyKind};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::project::FindingRow;
use tl_domain::time::Micros;
use tl_findings::case::follow;
use tl_findings::{Case, CaseState, Finding, Grade, Rule};

use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::auth::{Role, Session};
use crate::error::Failure;

/// A finding with what was written about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// What the rule says now; what it said when it was opened, if it is silent now.
    #[serde(flatten)]
    pub finding: Finding,
    /// Whether the rule still speaks.
    pub fires: bool,
    /// Where it stands, and the records.
    pub case: Case,
}

impl Listed {
    /// Until when the enterprise explains: what the bureau set, else the rule's own term.
    #[must_use]
    pub fn explain_by(&self) -> Option<Micros> {
        let own = self.finding.explain_by.filter(|_| self.case.state == CaseState::Noticed);
        self.case.explain_by.or(own)
    }
}

/// Findings and hints about a party with their records: what waits for somebody first, then the
/// gravest, then the oldest.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    session: &Session,
    substance: &Analyte,
) -> Result<Vec<Listed>, Failure> {
    let party = permit.party();
    let mut readable = BTreeSet::new();
    if session.roles.has(Role::Officer) {
        let visible = app.visible_parties(session)?;
        let named = app.store.handover_partners(party)?;
        readable = visible.into_iter().map(|log| log.party).collect();
        readable.retain(|partner| named.contains(partner));
        app.note_looks(session, readable.iter())?;
    }
    let noticed = books::noticed(app, party, substance, &readable)?;
    joined(app, party, noticed)
}

/// The finding of a key.
///
/// # Errors
/// `NotFound` when no rule speaks of it and nobody wrote about it; the store's.
pub fn find(
    app: &App,
    permit: &Permit<ReadParty>,
    session: &Session,
    substance: &Analyte,
    key: &str,
) -> Result<Listed, Failure> {
    let found = list(app, permit, session, substance)?;
    found.into_iter().find(|one| one.finding.key == key).ok_or_else(Failure::not_found)
}

/// What rules notice, joined with the records of the enterprise and of its bureaus.
fn joined(app: &App, party: &PartyId, noticed: Vec<Finding>) -> Result<Vec<Listed>, Failure> {
    let logs = app.store.logs()?;
    let area = logs.iter().find(|log| log.party == *party).map(|log| log.area.clone());
    let area = area.ok_or_else(Failure::not_found)?;
    let may = |bureau: &PartyId| {
        let log = logs.iter().find(|log| log.party == *bureau && log.kind == PartyKind::Bureau);
        log.is_some_and(|log| may_settle(&log.area, &area))
    };
    let mut rows: BTreeMap<FindingName, Vec<(PartyId, FindingRow)>> = BTreeMap::new();
    for (writer, row) in app.store.finding_rows(party)? {
        rows.entry(row.finding.clone()).or_default().push((writer, row));
    }
    let mut found = Vec::with_capacity(noticed.len());
    for finding in noticed {
        let rows = rows.remove(&finding.name()).unwrap_or_default();
        let case = follow(party, &rows, may, Some(finding.latest));
        found.push(Listed { finding, fires: true, case });
    }
    for (name, rows) in rows {
        let case = follow(party, &rows, may, None);
        found.extend(silent(&name, case));
    }
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(found)
}

fn order(one: &Listed) -> (bool, Grade, CaseState, Micros, &str) {
    let closed = one.case.state == CaseState::Closed;
    (closed, one.finding.grade, one.case.state, one.finding.since, &one.finding.key)
}

/// A finding that only its records tell of; nothing when none of them counts.
fn silent(name: &FindingName, case: Case) -> Option<Listed> {
    let rule = Rule::from_code(&name.rule)?;
    let first = case.steps.iter().find(|step| step.counts)?.row.at;
    let (zh, en) = case.sentence().map_or(("", ""), |sentence| sentence);
    let finding = Finding {
        rule,
        grade: Grade::Finding,
        key: name.key(),
        object: name.object.clone(),
        period: name.period.clone(),
        since: first,
        latest: first,
        explain_by: None,
        zh: zh.to_owned(),
        en: en.to_owned(),
        evidence: evidence(&case),
        path: String::new(),
    };
    Some(Listed { finding, fires: false, case })
}

/// Entries that the last opening named.
fn evidence(case: &Case) -> Vec<tl_domain::ids::EntryId> {
    use tl_domain::project::FindingStep;
    let named = case.steps.iter().rev().find_map(|step| match &step.row.step {
        FindingStep::Open { evidence, .. } => Some(evidence),
        _ => None,
    });
    named.map(|evidence| evidence.iter().map(|one| one.id).collect()).unwrap_or_default()
}
