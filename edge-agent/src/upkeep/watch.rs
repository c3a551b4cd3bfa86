//! The watchman: tells the service manager that all is well, and only while it is.
//!
//! Well means that the outbox's writer ends a transaction and the uplink goes round; a thread that
//! hangs is a process that is started anew. The same look decides the probation of a new program,
//! and when a program that waits to be tried may be started.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sd_notify::NotifyState;

use crate::outbox::{Outbox, standing};
use crate::update::{Finding, Probation, Programs};
use crate::uplink::LinkStatus;

/// Pause between two looks, unless the watchdog wants to hear more often.
const LOOK: Duration = Duration::from_secs(5);
/// The writer answers within this time, also on a slow disk.
const WRITER_MAX: Duration = Duration::from_secs(20);
/// The uplink goes round within this time: a round holds a few calls of a minute each.
const UPLINK_MAX: Duration = Duration::from_secs(300);
/// Nothing was recorded for so long: nobody is in the middle of something.
const QUIET: Duration = Duration::from_secs(30);

/// What the watchman looks at.
pub(crate) struct Watch {
    pub(crate) outbox: Outbox,
    /// The uplink's signs; none when it is switched off.
    pub(crate) link: Option<Arc<LinkStatus>>,
    /// The probation of this process.
    pub(crate) probation: Option<Probation>,
    /// Ends this process so that another program can start.
    pub(crate) leave: Box<dyn Fn() + Send>,
}

impl Watch {
    /// Looks until `stop`.
    pub(crate) fn run(mut self, stop: &AtomicBool) {
        let watchdog = sd_notify::watchdog_enabled();
        let pause = watchdog.map_or(LOOK, |limit| (limit / 3).min(LOOK));
        let mut recorded = Recorded::new(Instant::now());
        while !stop.load(Ordering::Acquire) {
            let well = self.is_well();
            if well && watchdog.is_some() {
                notify(&[NotifyState::Watchdog]);
            }
            self.consider(well, &mut recorded);
            std::thread::park_timeout(pause);
        }
        if let Some(probation) = &self.probation {
            probation.asked_to_end();
        }
    }

    fn is_well(&self) -> bool {
        let silent = self.link.as_ref().map(|link| link.silent());
        judge(self.outbox.answers_within(WRITER_MAX), silent)
    }

    fn consider(&mut self, well: bool, recorded: &mut Recorded) {
        let now = Instant::now();
        if let Some(probation) = &mut self.probation {
            let met = self.link.as_ref().is_some_and(|link| link.has_met());
            match probation.look(well, met, now) {
                Finding::Wait => {}
                Finding::Accepted => self.probation = None,
                Finding::Failed => (self.leave)(),
            }
            return;
        }
        let home = &self.outbox.shared().home;
        let waits = crate::update::was_launched()
            && Programs::of(home).journal().is_ok_and(|journal| journal.trial.is_some());
        let newest = self.outbox.read(standing).map(|it| (it.newest.epoch, it.newest.through));
        let quiet = newest.is_ok_and(|newest| recorded.is_quiet(newest, now));
        if waits && quiet {
            tracing::info!("a new program waits to be tried: starting anew");
            (self.leave)();
        }
    }
}

/// Whether the writer and the uplink make progress.
fn judge(writer: bool, uplink_silent: Option<Duration>) -> bool {
    let uplink = uplink_silent.is_none_or(|silent| silent <= UPLINK_MAX);
    if !writer {
        tracing::error!("the outbox's writer does not answer");
    }
    if !uplink {
        tracing::error!("the uplink hangs");
    }
    writer && uplink
}

/// When something was last recorded.
struct Recorded {
    newest: (u64, u64),
    since: Instant,
}

impl Recorded {
    fn new(now: Instant) -> Self {
        Self { newest: (0, 0), since: now }
    }

    fn is_quiet(&mut self, newest: (u64, u64), now: Instant) -> bool {
        if newest != self.newest {
            (self.newest, self.since) = (newest, now);
        }
        now.duration_since(self.since) >= QUIET
    }
}

/// Tells the service manager; without one nothing happens.
pub(crate) fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
