//! The jobs of the ledger: a checkpoint each second, witnesses beside it, a summary each hour, an
//! audit of each log after the start and once a day.
//!
//! One tick for all logs. A tick that fails is logged and tried again with the next second; what
//! was noticed is kept in the store as an alarm and said once in the log.

use std::time::Duration;

use actix_web::web;
use tl_domain::ids::PartyId;
use tl_domain::time::{DAY_MICROS, Micros};
use tl_store::{Alarm, AlarmState, DeviceState, Permit, StoreError, Tick, Tree};

use super::{Waiting, heads, opening, witness};
use crate::app::App;
use crate::jobs::{every, from};

/// Between two ticks.
const TICK: Duration = Duration::from_secs(1);
/// Between two rounds with the witnesses.
const WITNESS_ROUND: Duration = Duration::from_secs(1);
/// Between two summaries for the city bureaus.
const SUMMARY: Duration = Duration::from_secs(3600);
/// Before the first summary after a start: heads are signed by then.
const SUMMARY_FIRST: Duration = Duration::from_secs(20);
/// Between two looks for trees that wait for their entry 0.
const OPENING: Duration = Duration::from_secs(30);

/// Between two audits of a log, in microseconds.
const AUDIT_MICROS: Micros = DAY_MICROS;

/// Starts the jobs on this thread; they end with it.
pub fn start(app: &web::Data<App>) {
    every(app, TICK, "logs were not audited", |app| {
        audit(app).map(drop).map_err(|error| error.to_string())
    });
    every(app, OPENING, "trees were not opened", |app| {
        opening::write_all(app).map(drop).map_err(|failure| failure.to_string())
    });
    every(app, TICK, "no checkpoint was made", |app| {
        tick(app).map(drop).map_err(|error| error.to_string())
    });
    if !app.ledger.witnesses.is_empty() {
        every(app, WITNESS_ROUND, "witnesses were not asked", |app| {
            witness::round(app).map_err(|failure| failure.to_string())
        });
    }
    from(app, SUMMARY_FIRST, SUMMARY, "no summary for the city bureaus", |app| {
        heads::summarise(app).map(drop).map_err(|failure| failure.to_string())
    });
}

/// Audits the logs that were not since the start, or not for a day; gives the alarms that are new.
/// A log is not signed before, so that nothing is built upon entries that were altered while the
/// server was down.
///
/// # Errors
/// The store's, for the list of logs. A log that could not be audited is asked for again.
pub fn audit(app: &App) -> Result<Vec<Alarm>, StoreError> {
    let now = app.clock.micros();
    let mut new = Vec::new();
    for log in app.store.logs()? {
        let party = log.party;
        let last = app.ledger.audited_at(&party);
        if last.is_some_and(|last| now - last < AUDIT_MICROS) {
            continue;
        }
        match app.store.audit_log(&party, now) {
            Ok(alarms) => new.extend(alarms),
            Err(error) => {
                tracing::error!(%party, %error, "the log was not audited: it is not signed");
                continue;
            }
        }
        if last.is_none() {
            say_standing(app, &party, &new)?;
        }
        app.ledger.audit_done(&party, now);
    }
    new.iter().for_each(say);
    Ok(new)
}

/// Says after a start what still stands from before.
fn say_standing(app: &App, party: &PartyId, new: &[Alarm]) -> Result<(), StoreError> {
    let trees = app.store.trees_of(party).unwrap_or_default();
    let standing = app.store.alarms()?;
    let of_party = standing.iter().filter(|alarm| alarm.party == *party && !new.contains(alarm));
    let open = of_party.filter(|alarm| alarm.state(&trees) == AlarmState::Open);
    open.for_each(|alarm| {
        tracing::warn!(%party, tree = alarm.number, code = alarm.code.as_str(),
            detail = alarm.detail, "an alarm stands: nothing has answered it");
    });
    Ok(())
}

fn say(alarm: &Alarm) {
    tracing::error!(party = %alarm.party, code = alarm.code.as_str(), detail = alarm.detail,
        "ALARM: the tree is not signed any further");
}

/// Signs what may be signed.
///
/// # Errors
/// The store's.
pub fn tick(app: &App) -> Result<Tick, StoreError> {
    let ledger = &app.ledger;
    let permit = |tree: &Tree| {
        if ledger.audited_at(&tree.party).is_none() {
            return Permit::No;
        }
        // Devices are read only while a tree waits: this is asked each second for each log.
        let waits = ledger.waits_for(tree, true) != Waiting::Nobody
            && has_devices(app, tree).map_or_else(
                |error| {
                    tracing::error!(%error, "devices were not read");
                    true
                },
                |devices| ledger.waits_for(tree, devices) != Waiting::Nobody,
            );
        if waits { Permit::No } else { ledger.signer.permit(tree) }
    };
    let tick = app.store.tick(app.clock.micros(), &permit, &mut |heads| {
        let signed = ledger.signer.sign(heads);
        let logged = signed.into_iter().map(|signed| {
            signed.inspect_err(|error| tracing::error!(%error, "a head was not signed")).ok()
        });
        logged.collect()
    })?;
    tick.alarms.iter().for_each(say);
    for party in &tick.fenced {
        tracing::error!(%party, "another server writes this log: nothing was signed");
    }
    Ok(tick)
}

/// Whether a party has devices that can have seen heads of its log.
pub fn has_devices(app: &App, tree: &Tree) -> Result<bool, StoreError> {
    let devices = app.store.devices(Some(&tree.party))?;
    Ok(devices.iter().any(|device| device.state == DeviceState::Active))
}
