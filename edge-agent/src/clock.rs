//! The wall clock as entries see it, and ids made from it.
//!
//! The clock is read here and nowhere else. Time never refuses anything: a clock that was not
//! compared with the server, was set since then, or stands behind the last entry, is a flag on the
//! entry. Ids never go back in time, whatever the clock does. Ours is compared, never set.

#[cfg(test)]
mod tests;

use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use tl_domain::event::{Clock, ClockState};
use tl_domain::ids::EntryId;
use tl_domain::time::{Micros, Moment};

use crate::outbox::lock;

/// A server's clock that differs by more than this makes ours one not to be trusted.
const TOLERANCE_MICROS: Micros = 120_000_000;
/// Since the last comparison two honest clocks may drift apart by one part in this many (200 ppm).
const DRIFT: Micros = 5_000;

/// What is known of the clock since the agent started.
#[derive(Debug)]
pub(crate) struct AgentClock {
    started: Instant,
    compared: Mutex<Option<Compared>>,
    floor_micros: AtomicI64,
    offset_seconds: AtomicI32,
}

/// The server's clock when it was last heard, and how long ago that is by a clock that nobody sets.
#[derive(Debug, Clone, Copy)]
struct Compared {
    server: Micros,
    at: Instant,
}

impl Compared {
    /// The server's clock now, and how long ago it was heard.
    fn now(self) -> (Micros, Micros) {
        let since = micros(self.at.elapsed());
        (self.server.saturating_add(since), since)
    }
}

impl AgentClock {
    /// A clock that was not compared yet, with the offset of the plant in minutes east.
    pub(crate) fn new(offset_minutes: i32) -> Self {
        Self {
            started: Instant::now(),
            compared: Mutex::default(),
            floor_micros: AtomicI64::new(0),
            offset_seconds: AtomicI32::new(offset_minutes.saturating_mul(60)),
        }
    }

    /// Microseconds since 1970 by the wall clock.
    pub(crate) fn wall(&self) -> Micros {
        wall()
    }

    /// Microseconds since the agent started; never goes back.
    pub(crate) fn monotonic(&self) -> i64 {
        micros(self.started.elapsed())
    }

    /// Notes the server's clock; ours is compared, never set.
    pub(crate) fn compare(&self, server: Micros) {
        *lock(&self.compared) = Some(Compared { server, at: Instant::now() });
        self.raise_floor(server);
    }

    /// It is not earlier than this: a server said so once.
    pub(crate) fn raise_floor(&self, server: Micros) {
        self.floor_micros.fetch_max(server, Ordering::AcqRel);
    }

    /// The latest time that a server was ever heard to say; 0 for none.
    pub(crate) fn floor(&self) -> Micros {
        self.floor_micros.load(Ordering::Acquire)
    }

    /// How far ours is ahead of the server's, once it was compared.
    pub(crate) fn ahead(&self) -> Option<Micros> {
        lock(&self.compared).map(|it| wall().saturating_sub(it.now().0))
    }

    /// Whether it was compared with the server's, goes with it and was not set since.
    pub(crate) fn is_trusted(&self) -> bool {
        lock(&self.compared).is_some_and(|it| {
            let (server, since) = it.now();
            let apart = wall().saturating_sub(server).saturating_abs();
            apart <= TOLERANCE_MICROS.saturating_add(since / DRIFT)
        })
    }

    /// The best guess of what time it is: the server's clock carried on, else ours, but never
    /// before what a server once said.
    pub(crate) fn best(&self) -> Micros {
        let carried = lock(&self.compared).map(|it| it.now().0);
        carried.unwrap_or_else(wall).max(self.floor())
    }

    /// Takes over the plant's offset from its masters, in minutes east.
    pub(crate) fn set_offset(&self, minutes: i32) {
        self.offset_seconds.store(minutes.saturating_mul(60), Ordering::Relaxed);
    }

    /// A moment as entries hold it, with the plant's offset.
    pub(crate) fn moment(&self, micros: Micros) -> Moment {
        let offset = self.offset_seconds.load(Ordering::Relaxed);
        Moment::from_micros(micros, offset)
            .or_else(|| Moment::from_micros(micros.clamp(0, LAST_MICROS), 0))
            .expect("years 1970 to 9999 without an offset can be written")
    }

    /// The flag of an entry made now, `last` being the highest reading of any entry before it.
    pub(crate) fn flag(&self, now: Micros, last: Micros) -> Option<Clock> {
        let trusted = self.is_trusted();
        // A clock that was years ahead for an hour and is right again goes backwards only against
        // readings that were flagged themselves.
        let was_wrong = trusted && last.saturating_sub(now) > TOLERANCE_MICROS;
        let state = if now < last && !was_wrong {
            ClockState::Backwards
        } else if trusted {
            return None;
        } else {
            ClockState::Unsynchronised
        };
        Some(Clock { state })
    }
}

/// End of the year 9998.
const LAST_MICROS: Micros = 253_370_764_800_000_000;

fn micros(span: Duration) -> Micros {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Microseconds since 1970 by the wall clock; 0 for a clock that stands before.
pub(crate) fn wall() -> Micros {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(0)
}

/// A new UUIDv7 of a time in microseconds.
pub(crate) fn new_id(micros: Micros) -> Result<EntryId> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).context("the system gives no random bytes")?;
    let millis = u64::try_from(micros / 1000).unwrap_or(0);
    Ok(EntryId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()))
}
