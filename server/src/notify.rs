//! Tells systemd that the server is ready, ends, and is alive; without systemd nothing happens.
//!
//! Alive means that the runtime that serves the ports still gets its turns: a server that hangs is
//! started anew.

use std::time::Duration;

use sd_notify::NotifyState;

/// Serves from now on; keeps the watchdog fed on this runtime when there is one.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let every = (limit / 3).max(Duration::from_millis(10));
    actix_web::rt::spawn(async move {
        let mut tick = actix_web::rt::time::interval(every);
        loop {
            tick.tick().await;
            tell(&[NotifyState::Watchdog]);
        }
    });
}

/// Was asked to end.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
