//! How the link stands, as the uplink says it and page, status and watchman read it.
//!
//! Nothing waits for these: they are looked at, and a wrong one costs a wrong line on a page.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::outbox::lock;

/// How the link is, for page and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// Not tried yet, or switched off.
    Idle,
    /// The last call was answered.
    Online,
    /// The last call failed.
    Offline(String),
    /// Stopped by an alarm.
    Stopped(String),
}

/// What page and status see of the uplink.
#[derive(Debug)]
pub(crate) struct LinkStatus {
    state: Mutex<LinkState>,
    beaten: Mutex<Instant>,
    met: AtomicBool,
}

impl LinkStatus {
    /// Not tried yet.
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(LinkState::Idle),
            beaten: Mutex::new(Instant::now()),
            met: AtomicBool::new(false),
        }
    }

    /// The uplink goes on: called with each round and each piece of a long one.
    pub(crate) fn beat(&self) {
        *lock(&self.beaten) = Instant::now();
    }

    /// How long the uplink has shown no sign.
    pub(crate) fn silent(&self) -> Duration {
        lock(&self.beaten).elapsed()
    }

    /// Whether the server answered at any time since the start.
    pub(crate) fn has_met(&self) -> bool {
        self.met.load(Ordering::Acquire)
    }

    /// How the link is now.
    pub(crate) fn now(&self) -> LinkState {
        lock(&self.state).clone()
    }

    pub(super) fn set(&self, state: LinkState) {
        if state == LinkState::Online {
            self.met.store(true, Ordering::Release);
        }
        let mut current = lock(&self.state);
        if *current != state {
            tracing::info!(?state, "uplink");
            *current = state;
        }
    }
}
