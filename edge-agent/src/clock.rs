//! The wall clock as entries see it, and ids made from it.
//!
//! The clock is read here and nowhere else. Time never refuses anything: a clock that was not
//! compared with the server, or stands behind the last entry, is a flag on the entry. Ids never go
//! back in time, whatever the clock does.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use tl_domain::event::{Clock, ClockState};
use tl_domain::ids::EntryId;
use tl_domain::time::{Micros, Moment};

/// A server's clock that differs by more than this makes ours one not to be trusted.
const TOLERANCE_MICROS: Micros = 120_000_000;

/// What is known of the clock since the agent started.
#[derive(Debug)]
pub(crate) struct AgentClock {
    started: Instant,
    compared: AtomicBool,
    ahead_micros: AtomicI64,
    offset_seconds: AtomicI32,
}

impl AgentClock {
    /// A clock that was not compared yet, with the offset of the plant in minutes east.
    pub(crate) fn new(offset_minutes: i32) -> Self {
        Self {
            started: Instant::now(),
            compared: AtomicBool::new(false),
            ahead_micros: AtomicI64::new(0),
            offset_seconds: AtomicI32::new(offset_minutes.saturating_mul(60)),
        }
    }

    /// Microseconds since 1970 by the wall clock.
    pub(crate) fn wall(&self) -> Micros {
        wall()
    }

    /// Microseconds since the agent started; never goes back.
    pub(crate) fn monotonic(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    /// Notes the server's clock; ours is compared, never set.
    pub(crate) fn compare(&self, server: Micros) {
        self.ahead_micros.store(wall().saturating_sub(server), Ordering::Relaxed);
        self.compared.store(true, Ordering::Release);
    }

    /// How far ours is ahead of the server's, once it was compared.
    pub(crate) fn ahead(&self) -> Option<Micros> {
        self.compared.load(Ordering::Acquire).then(|| self.ahead_micros.load(Ordering::Relaxed))
    }

    /// Whether it was compared with the server's and goes with it.
    pub(crate) fn is_trusted(&self) -> bool {
        self.ahead().is_some_and(|ahead| ahead.saturating_abs() <= TOLERANCE_MICROS)
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
        let state = if now < last {
            ClockState::Backwards
        } else if self.is_trusted() {
            return None;
        } else {
            ClockState::Unsynchronised
        };
        Some(Clock { state })
    }
}

/// End of the year 9998.
const LAST_MICROS: Micros = 253_370_764_800_000_000;

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
