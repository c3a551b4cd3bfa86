//! The jobs of the ledger: a checkpoint each second, witnesses beside it, a summary each hour.
//!
//! One tick for all logs. A tick that fails is logged and tried again with the next second; what
//! was noticed is kept in the store as an alarm and said once in the log.

use std::time::Duration;

use actix_web::web;
use tl_store::{DeviceState, Permit, StoreError, Tick, Tree};

use super::{Waiting, heads, opening, witness};
use crate::app::App;

/// Between two ticks.
const TICK: Duration = Duration::from_secs(1);
/// Between two rounds with the witnesses.
const WITNESS_ROUND: Duration = Duration::from_secs(1);
/// Between two summaries for the city bureaus.
const SUMMARY: Duration = Duration::from_secs(3600);
/// Between two looks for trees that wait for their entry 0.
const OPENING: Duration = Duration::from_secs(30);

/// Starts the jobs on this thread; they end with it.
pub fn start(app: &web::Data<App>) {
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
    every(app, SUMMARY, "no summary for the city bureaus", |app| {
        heads::summarise(app).map(drop).map_err(|failure| failure.to_string())
    });
}

/// Runs a job again and again, never twice at once.
fn every(
    app: &web::Data<App>,
    period: Duration,
    failed: &'static str,
    job: fn(&App) -> Result<(), String>,
) {
    let app = app.clone();
    actix_web::rt::spawn(async move {
        let mut interval = actix_web::rt::time::interval(period);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let shared = app.clone();
            match web::block(move || job(&shared)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(error, "{failed}"),
                Err(error) => tracing::error!(%error, "{failed}"),
            }
        }
    });
}

/// Signs what may be signed.
///
/// # Errors
/// The store's.
pub fn tick(app: &App) -> Result<Tick, StoreError> {
    let ledger = &app.ledger;
    let permit = |tree: &Tree| {
        let waiting = match has_devices(app, tree) {
            Ok(devices) => ledger.waits_for(tree, devices),
            Err(error) => {
                tracing::error!(%error, "devices were not read");
                return Permit::No;
            }
        };
        if waiting == Waiting::Nobody { ledger.signer.permit(tree) } else { Permit::No }
    };
    let tick = app.store.tick(app.clock.micros(), &permit, &mut |heads| {
        let signed = ledger.signer.sign(heads);
        let logged = signed.into_iter().map(|signed| {
            signed.inspect_err(|error| tracing::error!(%error, "a head was not signed")).ok()
        });
        logged.collect()
    })?;
    for alarm in &tick.alarms {
        tracing::error!(party = %alarm.party, code = alarm.code.as_str(), detail = alarm.detail,
            "ALARM: the tree is not signed any further");
    }
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
