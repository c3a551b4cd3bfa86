//! The job: loads graphs that were asked for, then keeps them up as logs grow.
//!
//! What it takes is bounded: after a round it rests for as long as the jobs' period, and a round
//! stops after some parties, so that a burst of entries does not turn into a burst of weaving.

use std::time::Duration;

use actix_web::web;
use tl_store::StoreError;

use crate::app::App;

/// Between two looks at the logs.
const LOOK: Duration = Duration::from_secs(1);
/// Parties that one round brings up to date.
const PARTIES_MAX: usize = 8;

/// Starts the job on this thread; it ends with it.
pub fn start(app: &web::Data<App>) {
    crate::jobs::every(app, LOOK, "the event graph was not brought up to date", |app| {
        once(app).map_err(|error| error.to_string())
    });
}

/// Loads what is not loaded, and brings parties whose logs have grown up to date.
///
/// # Errors
/// The store's.
pub fn once(app: &App) -> Result<(), StoreError> {
    let desk = &app.trace;
    for (substance, slot) in desk.slots() {
        let is_loaded = slot.ask(|_, _| ()).is_ok();
        if !is_loaded || slot.is_worn() {
            slot.load(&app.store, desk.ring, &substance)?;
            let told = slot.ask(|region, _| (region.len(), region.bytes() >> 20));
            if let Ok((versions, mebibytes)) = told {
                tracing::info!(%substance, versions, mebibytes, "the event graph is loaded");
            }
            continue;
        }
        let mut behind = slot.behind(&app.store)?;
        behind.truncate(PARTIES_MAX);
        slot.refresh(&app.store, &desk.ring, &substance, behind)?;
    }
    Ok(())
}
