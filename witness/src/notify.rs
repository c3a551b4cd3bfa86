//! Tells systemd that the witness is ready and that the thread which serves still gets its turns.
//!
//! Without systemd nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;

/// Serves from now on; feeds the watchdog when there is one.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let every = (limit / 3).max(Duration::from_millis(10));
    actix_web::rt::spawn(async move {
        loop {
            tell(&[NotifyState::Watchdog]);
            actix_web::rt::time::sleep(every).await;
        }
    });
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
