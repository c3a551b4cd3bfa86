//! What the server does by itself beside requests: renew its certificate, forget old sessions,
//! the jobs of the ledger (`ledger::job`), of accountancy (`accounts::job`), of the event graph
//! (`trace::job`) and of findings (`usecase::findings`).

use std::time::Duration;

use actix_web::web;
use tl_domain::time::DAY_MICROS;

use crate::app::App;

/// How often the jobs run.
const EVERY: Duration = Duration::from_secs(3600);

/// Starts the jobs on this thread; they end with it.
pub fn start(app: &web::Data<App>) {
    crate::ledger::job::start(app);
    crate::accounts::job::start(app);
    crate::trace::job::start(app);
    crate::usecase::findings::start(app);
    let app = app.clone();
    actix_web::rt::spawn(async move {
        let mut tick = actix_web::rt::time::interval(EVERY);
        loop {
            tick.tick().await;
            let shared = app.clone();
            if let Err(error) = web::block(move || once(&shared)).await {
                tracing::error!(%error, "jobs did not run");
            }
        }
    });
}

/// Runs each job once; a job that fails is logged and tried again next time.
pub fn once(app: &App) {
    let now = app.clock.micros();
    match app.certificate.renew_if_due(now) {
        Ok(true) => tracing::info!(ends = app.certificate.ends(), "renewed the certificate"),
        Ok(false) => {}
        Err(error) => tracing::error!(error = %format!("{error:#}"), "certificate not renewed"),
    }
    match app.store.purge_sessions(now - DAY_MICROS) {
        Ok(0) => {}
        Ok(purged) => tracing::info!(purged, "removed old sessions"),
        Err(error) => tracing::error!(%error, "old sessions not removed"),
    }
}

/// Runs a job now and then again and again.
pub(crate) fn every(
    app: &web::Data<App>,
    period: Duration,
    failed: &'static str,
    job: fn(&App) -> Result<(), String>,
) {
    from(app, Duration::ZERO, period, failed, job);
}

/// Runs a job after a first pause, then again and again, never twice at once.
pub(crate) fn from(
    app: &web::Data<App>,
    first: Duration,
    period: Duration,
    failed: &'static str,
    job: fn(&App) -> Result<(), String>,
) {
    let app = app.clone();
    actix_web::rt::spawn(async move {
        let start = tokio::time::Instant::now() + first;
        let mut interval = actix_web::rt::time::interval_at(start, period);
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
