//! The server's clock: read in the shell, passed into rules as an argument.
//!
//! Tests hold it still; products read the system. Offsets are those of the site or, where no site
//! is meant, of China (UTC+8).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tl_domain::time::{Micros, Moment};

/// Offset of China's clock in seconds east of UTC.
pub const CHINA_OFFSET_SECONDS: i32 = 8 * 3600;

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system.
    System,
    /// A value that only tests move.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// Microseconds since 1970.
    #[must_use]
    pub fn micros(&self) -> Micros {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_micros()).ok())
                .unwrap_or(0),
            Self::Fixed(micros) => micros.load(Ordering::Relaxed),
        }
    }

    /// Now as a moment with an offset in seconds east of UTC.
    #[must_use]
    pub fn moment(&self, offset_seconds: i32) -> Moment {
        Moment::from_micros(self.micros(), offset_seconds)
            .or_else(|| Moment::from_micros(0, 0))
            .expect("1970 is a moment")
    }
}
