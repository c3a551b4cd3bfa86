//! The policies of cities: what holds, who settled it, and a bureau settling it anew.
//!
//! A policy is a signed record in the bureau's own log. What it changes is computed anew by the
//! accountancy job; periods that were closed keep the figures as issued. Enterprises see what holds
//! for them and who settled it.

use std::collections::BTreeSet;

use serde::Serialize;
use tl_accounts::evaluate::Limits;
use tl_accounts::ruling::{self, Source};
use tl_domain::event::{Master, MasterPut, PartyKind, PolicyRecord};
use tl_domain::ids::PartyId;
use tl_wire::problem::ErrorCode;

use crate::accounts::{job, policy};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{Permit, SettlePolicy};
use crate::error::Failure;
use crate::usecase::capture::{Form, Recorded, record};

/// A figure of a policy, and who settled it; nobody means the program's default.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Area, bureau and entry that settle it.
    pub source: Option<Source>,
}

/// What holds in a city.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CityPolicy {
    /// Area code of the city.
    pub city: String,
    /// Enterprises that share the rate of false marks.
    pub enterprises: usize,
    /// False marks "abnormal" per quarter over all of them.
    pub false_marks_per_quarter: Figure,
    /// Amount that matters, grams.
    pub significant_grams: Figure,
    /// Largest detectable share of the throughput, per cent.
    pub detectable_percent_max: Figure,
    /// Working days to explain an alarm.
    pub explanation_days: Figure,
    /// The limits of one enterprise's tests that follow.
    pub limits: Limits,
}

/// The policies of the cities of all enterprises in sight.
///
/// # Errors
/// The store's.
pub fn policies(app: &App, session: &Session) -> Result<Vec<CityPolicy>, Failure> {
    let logs = app.store.logs()?;
    let rulings = policy::rulings(&app.store, &logs)?;
    let visible = app.visible_parties(session)?;
    let enterprises = visible.iter().filter(|log| log.kind == PartyKind::Enterprise);
    let in_sight: BTreeSet<&str> = enterprises.map(|log| ruling::city(&log.area)).collect();
    let mut found = Vec::new();
    for (city, enterprises) in policy::cities(&logs) {
        if !in_sight.contains(city) {
            continue;
        }
        let chosen = ruling::chosen(city, enterprises, &rulings);
        let figure = |value, source| Figure { value, source };
        let policy = chosen.policy;
        found.push(CityPolicy {
            city: city.to_owned(),
            enterprises,
            false_marks_per_quarter: figure(
                policy.false_marks_per_quarter,
                chosen.false_marks_per_quarter,
            ),
            significant_grams: figure(policy.significant_grams, chosen.significant_grams),
            detectable_percent_max: figure(
                policy.detectable_percent_max,
                chosen.detectable_percent_max,
            ),
            explanation_days: figure(f64::from(policy.explanation_days), chosen.explanation_days),
            limits: Limits::of(&policy::settle(policy)?),
        });
    }
    Ok(found)
}

/// Settles a policy for an area: a record in the bureau's log, and the marks follow.
///
/// # Errors
/// `BadRequest` naming each field that can't be; `Refused`, the store's.
pub fn settle(
    app: &App,
    permit: &Permit<SettlePolicy>,
    form: Form,
    asked: PolicyRecord,
) -> Result<Recorded, Failure> {
    let bureau = bureau(app, permit.party())?;
    let faults = ruling::faults(&bureau, &asked);
    if !faults.is_empty() {
        let named: Vec<String> =
            faults.into_iter().map(|(field, why)| format!("{field}: {why}")).collect();
        return Err(Failure::new(ErrorCode::BadRequest, named.join("; ")));
    }
    let body = MasterPut { record: Master::Policy(asked), active: true };
    let recorded = record(app, permit, form, body.into())?;
    job::restate(app)?;
    Ok(recorded)
}

/// Takes a policy of the bureau back: the next wider area's holds again.
///
/// # Errors
/// `NotFound` when the bureau has none for the area; the store's.
pub fn withdraw(
    app: &App,
    permit: &Permit<SettlePolicy>,
    form: Form,
    area: &str,
) -> Result<Recorded, Failure> {
    let standing = app.store.master(permit.party(), "policy", area)?;
    let row = standing.filter(|row| row.active).ok_or_else(Failure::not_found)?;
    let recorded =
        record(app, permit, form, MasterPut { record: row.record, active: false }.into())?;
    job::restate(app)?;
    Ok(recorded)
}

fn bureau(app: &App, party: &PartyId) -> Result<String, Failure> {
    let log = app.store.log(party)?.filter(|log| log.kind == PartyKind::Bureau);
    Ok(log.ok_or_else(|| Failure::new(ErrorCode::Forbidden, ""))?.area)
}
