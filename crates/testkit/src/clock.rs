//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tl_domain::time::{Micros, Moment};

/// 2026-11-01T08:00:00+08:00.
const START_MICROS: Micros = 1_793_491_200_000_000;
/// Offset of the demo plants' clocks in seconds east of UTC.
const OFFSET_SECONDS: i32 = 8 * 3600;

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct FakeClock {
    micros: Arc<AtomicI64>,
}

impl Default for FakeClock {
    fn default() -> Self {
        Self { micros: Arc::new(AtomicI64::new(START_MICROS)) }
    }
}

impl FakeClock {
    /// A clock that shows a moment in microseconds since 1970.
    #[must_use]
    pub fn at(micros: Micros) -> Self {
        Self { micros: Arc::new(AtomicI64::new(micros)) }
    }

    /// What it shows.
    #[must_use]
    pub fn micros(&self) -> Micros {
        self.micros.load(Ordering::SeqCst)
    }

    /// What it shows, with the offset of Beijing.
    #[must_use]
    pub fn now(&self) -> Moment {
        moment(self.micros())
    }

    /// Moves it forward (or back) and gives what it shows then.
    pub fn advance(&self, micros: Micros) -> Moment {
        moment(self.micros.fetch_add(micros, Ordering::SeqCst) + micros)
    }
}

fn moment(micros: Micros) -> Moment {
    Moment::from_micros(micros, OFFSET_SECONDS).expect("test times lie between years 1 and 9999")
}
