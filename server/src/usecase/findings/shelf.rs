//! What the rules noticed when they were last asked, for lists of many enterprises: a job brings it
//! up to date one enterprise after another, so that nobody waits for a hundred of them.
//!
//! Only a copy for speed: after a start it is empty, and the page of an enterprise never reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use tl_domain::event::PartyKind;
use tl_domain::ids::PartyId;
use tl_domain::time::{HOUR_MICROS, Micros};
use tl_findings::{CaseState, Finding, Grade, Rule};

use super::{books, joined};
use crate::app::App;
use crate::error::Failure;

/// Between two looks for enterprises whose books changed.
const LOOK: Duration = Duration::from_secs(2);
/// Enterprises of one round.
const ROUND_PARTIES: usize = 4;
/// Books that change all the time are looked at again after this.
const CHANGED_AFTER: Micros = HOUR_MICROS / 12;
/// Books that do not change are looked at again after this: terms run out.
const AGAIN_AFTER: Micros = HOUR_MICROS;

/// The findings of enterprises as they were last noticed.
#[derive(Debug, Default)]
pub struct FindingShelf(Mutex<BTreeMap<PartyId, Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    version: u64,
    at: Micros,
    noticed: Vec<Finding>,
}

/// The findings of an enterprise at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glance {
    /// Findings that are not closed.
    pub open: usize,
    /// Of these, explained: the bureau's turn.
    pub to_judge: usize,
    /// Of these, beyond the enterprise's days.
    pub overdue: usize,
    /// Hints.
    pub hints: usize,
    /// Nodes with an alarm of their own, by id.
    pub nodes: Vec<String>,
}

/// Starts the job on this thread.
pub fn start(app: &web::Data<App>) {
    crate::jobs::every(app, LOOK, "findings were not looked for", |app| {
        refresh(app).map(drop).map_err(|failure| failure.to_string())
    });
}

/// Looks at a few enterprises whose findings may have changed; gives how many.
///
/// # Errors
/// The store's.
pub fn refresh(app: &App) -> Result<usize, Failure> {
    let now = app.clock.micros();
    let logs = app.store.logs()?;
    let enterprises: Vec<_> =
        logs.into_iter().filter(|log| log.kind == PartyKind::Enterprise).collect();
    let mut done = 0;
    for log in &enterprises {
        if done >= ROUND_PARTIES {
            break;
        }
        let version = app.store.balance_version(&log.party)?;
        let kept = app.findings.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = kept.get(&log.party).is_some_and(|kept| {
            let after = if kept.version == version { AGAIN_AFTER } else { CHANGED_AFTER };
            now < kept.at + after
        });
        drop(kept);
        if fresh {
            continue;
        }
        let city = tl_accounts::ruling::city(&log.area);
        let same = |other: &&tl_store::LogView| tl_accounts::ruling::city(&other.area) == city;
        let readable: BTreeSet<PartyId> =
            enterprises.iter().filter(same).map(|other| other.party.clone()).collect();
        let noticed = books::noticed(app, &log.party, &app.config.substance, &readable)?;
        let mut kept = app.findings.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(log.party.clone(), Kept { version, at: now, noticed });
        done += 1;
    }
    Ok(done)
}

/// The findings of an enterprise at a glance; nothing until they were looked for.
///
/// # Errors
/// The store's.
pub fn glance(app: &App, party: &PartyId) -> Result<Option<Glance>, Failure> {
    let kept = app.findings.0.lock().unwrap_or_else(PoisonError::into_inner);
    let noticed = kept.get(party).map(|kept| kept.noticed.clone());
    drop(kept);
    let Some(noticed) = noticed else { return Ok(None) };
    let now = app.clock.micros();
    let mut glance = Glance::default();
    for one in joined(app, party, noticed)? {
        if one.case.state == CaseState::Closed {
            continue;
        }
        let node = one.finding.object.strip_prefix("node:");
        if let (Rule::Imbalance, Some(node), true) = (one.finding.rule, node, one.fires) {
            glance.nodes.push(node.to_owned());
        }
        let asked = one.case.state != CaseState::Noticed;
        if one.finding.grade == Grade::Hint && !asked {
            glance.hints += 1;
            continue;
        }
        glance.open += 1;
        glance.to_judge += usize::from(one.case.state == CaseState::Explained);
        glance.overdue += usize::from(one.case.is_overdue(now));
    }
    Ok(Some(glance))
}
