//! The time that cosignatures state: seconds since 1970, from the system, or held still in tests.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};

/// Where the time comes from.
#[derive(Debug)]
pub(crate) enum Clock {
    /// The machine's clock.
    System,
    /// Set by a test.
    #[cfg(test)]
    Set(std::sync::atomic::AtomicU64),
}

impl Clock {
    /// Seconds since 1970; 0 when the machine believes to be before that.
    pub(crate) fn seconds(&self) -> u64 {
        match self {
            Self::System => {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
            }
            #[cfg(test)]
            Self::Set(seconds) => seconds.load(std::sync::atomic::Ordering::SeqCst),
        }
    }
}

/// A time for people, in UTC.
pub(crate) fn shown(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0))
        .map_or_else(
            || format!("{seconds} s"),
            |time| time.to_rfc3339_opts(SecondsFormat::Secs, true),
        )
}
