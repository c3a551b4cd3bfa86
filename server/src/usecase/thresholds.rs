//! The thresholds of audit rules: what holds for an area, who settled it, and a bureau settling it
//! anew.
//!
//! A record of the bureau's own log, as its policy is; what changed and when stays readable there,
//! and is told to everybody for whom it holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tl_accounts::ruling::{Source, may_settle};
use tl_domain::event::{Body, Master, MasterPut, PartyKind, ThresholdRecord};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::project::Object;
use tl_domain::quantity::DecimalText;
use tl_domain::time::Micros;
use tl_findings::thresholds::{chosen, faults};
use tl_findings::{Chosen, ThresholdRuling, Thresholds};
use tl_store::LogView;
use tl_wire::problem::ErrorCode;

use super::capture::{Form, Recorded, record};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{Permit, SettlePolicy};
use crate::error::Failure;

/// Kind of the record, as `Master::what` names it.
const WHAT: &str = "thresholds";

/// A threshold as it holds for an area.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Held {
    /// Its name.
    pub name: &'static str,
    /// The figure; nothing while nobody settled one that has no default.
    pub value: Option<f64>,
    /// The program's default.
    pub default: Option<f64>,
    /// Its unit.
    pub unit: &'static str,
    /// Who settled it; nobody means the default.
    pub source: Option<Source>,
}

/// What a bureau settled, when, and what it changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The bureau.
    pub bureau: PartyId,
    /// The area.
    pub area: String,
    /// The entry in its log.
    pub entry: EntryId,
    /// When.
    pub at: Micros,
    /// Who, as entries name people.
    pub operator: Option<String>,
    /// Figures that differ from the version before: before and after.
    pub changed: BTreeMap<String, (Option<DecimalText>, Option<DecimalText>)>,
    /// Why.
    pub reason: String,
    /// Whether the record was taken back.
    pub withdrawn: bool,
}

/// The thresholds of an area with their history, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AreaThresholds {
    /// Area code.
    pub area: String,
    /// The thresholds in the order of the page.
    pub figures: Vec<Held>,
    /// Who changed what.
    pub history: Vec<Change>,
}

/// The thresholds that hold for a party.
///
/// # Errors
/// The store's.
pub fn of_party(app: &App, party: &PartyId) -> Result<Chosen, Failure> {
    let logs = app.store.logs()?;
    let area = logs.iter().find(|log| log.party == *party).map(|log| log.area.clone());
    Ok(chosen(&area.unwrap_or_default(), &rulings(app, &logs)?))
}

/// Areas that a person may ask about: codes of the enterprises in sight, and the wider ones that a
/// bureau may settle for.
///
/// # Errors
/// The store's.
pub fn areas(app: &App, session: &Session) -> Result<Vec<String>, Failure> {
    let visible = app.visible_parties(session)?;
    let mut found = BTreeSet::new();
    for log in visible.iter().filter(|log| log.kind == PartyKind::Enterprise) {
        found.insert(log.area.clone());
        let own = session.area.as_deref().unwrap_or_default();
        let wider = [2, 4].into_iter().filter_map(|digits| log.area.get(..digits));
        found.extend(wider.filter(|area| may_settle(own, area)).map(str::to_owned));
    }
    Ok(found.into_iter().collect())
}

/// What holds for an area, and who changed what.
///
/// # Errors
/// `NotFound` for an area without an enterprise in sight; the store's.
pub fn of_area(app: &App, session: &Session, area: &str) -> Result<AreaThresholds, Failure> {
    if !areas(app, session)?.iter().any(|known| known == area) {
        return Err(Failure::not_found());
    }
    let logs = app.store.logs()?;
    let chosen = chosen(area, &rulings(app, &logs)?);
    let default = Thresholds::default();
    let figures = Thresholds::FIGURES.iter().map(|figure| Held {
        name: figure.name,
        value: chosen.thresholds.value(figure.name),
        default: default.value(figure.name),
        unit: figure.unit,
        source: chosen.sources.get(figure.name).cloned(),
    });
    Ok(AreaThresholds {
        area: area.to_owned(),
        figures: figures.collect(),
        history: history(app, &logs, area)?,
    })
}

/// Settles thresholds for an area: a record in the bureau's log.
///
/// # Errors
/// `BadRequest` naming each figure that can't be; `Refused`, the store's.
pub fn settle(
    app: &App,
    permit: &Permit<SettlePolicy>,
    form: Form,
    asked: ThresholdRecord,
) -> Result<Recorded, Failure> {
    let log = app.store.log(permit.party())?.filter(|log| log.kind == PartyKind::Bureau);
    let log = log.ok_or_else(|| Failure::new(ErrorCode::Forbidden, ""))?;
    let faults = faults(&log.area, &asked);
    if !faults.is_empty() {
        let named: Vec<String> =
            faults.into_iter().map(|(field, why)| format!("{field}: {why}")).collect();
        return Err(Failure::new(ErrorCode::BadRequest, named.join("; ")));
    }
    let body = MasterPut { record: Master::Thresholds(asked), active: true };
    record(app, permit, form, body.into())
}

/// Takes the bureau's record of an area back: the next wider area's holds again.
///
/// # Errors
/// `NotFound` when the bureau has none for the area; the store's.
pub fn withdraw(
    app: &App,
    permit: &Permit<SettlePolicy>,
    form: Form,
    area: &str,
) -> Result<Recorded, Failure> {
    let standing = app.store.master(permit.party(), WHAT, area)?;
    let row = standing.filter(|row| row.active).ok_or_else(Failure::not_found)?;
    record(app, permit, form, MasterPut { record: row.record, active: false }.into())
}

fn rulings(app: &App, logs: &[LogView]) -> Result<Vec<ThresholdRuling>, Failure> {
    let mut found = Vec::new();
    for log in logs.iter().filter(|log| log.kind == PartyKind::Bureau) {
        for row in app.store.masters(&log.party)? {
            let Master::Thresholds(record) = row.record else { continue };
            if row.active {
                found.push(ThresholdRuling {
                    bureau: log.party.clone(),
                    bureau_area: log.area.clone(),
                    record,
                    entry: row.entry,
                });
            }
        }
    }
    Ok(found)
}

/// Versions of the records that can hold for an area, with what each changed.
fn history(app: &App, logs: &[LogView], area: &str) -> Result<Vec<Change>, Failure> {
    let mut found = Vec::new();
    for log in logs.iter().filter(|log| log.kind == PartyKind::Bureau) {
        for digits in [2, 4, 6] {
            let Some(code) = area.get(..digits) else { continue };
            if !may_settle(&log.area, code) {
                continue;
            }
            let object = Object::Versions(WHAT, code.to_owned());
            let mut before: BTreeMap<String, DecimalText> = BTreeMap::new();
            for view in app.store.history(&log.party, &object)? {
                let Body::MasterPut(put) = &view.entry.body else { continue };
                let Master::Thresholds(record) = &put.record else { continue };
                let now = if put.active { record.figures.clone() } else { BTreeMap::new() };
                found.push(Change {
                    bureau: log.party.clone(),
                    area: code.to_owned(),
                    entry: view.id,
                    at: view.observed_at,
                    operator: view.entry.head.operator.as_ref().map(ToString::to_string),
                    changed: changed(&before, &now),
                    reason: record.reason.clone(),
                    withdrawn: !put.active,
                });
                before = now;
            }
        }
    }
    found.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.entry.cmp(&a.entry)));
    Ok(found)
}

fn changed(
    before: &BTreeMap<String, DecimalText>,
    now: &BTreeMap<String, DecimalText>,
) -> BTreeMap<String, (Option<DecimalText>, Option<DecimalText>)> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    names
        .into_iter()
        .map(|name| (name.clone(), (before.get(name).cloned(), now.get(name).cloned())))
        .filter(|(_, (before, now))| before != now)
        .collect()
}
