//! Waiting for a thing itself: asked again and again, with a deadline that names what is missing.
//!
//! The only place of the tests that sleeps.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Pause between two looks.
const POLL: Duration = Duration::from_millis(20);
/// Long enough for a debug program on two busy cores.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Looks until something is there.
///
/// # Errors
/// Names what did not come within `PATIENCE`, or passes on what the look failed with.
pub fn until<T>(what: &str, look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    within(PATIENCE, what, look)
}

/// Lets time pass: only for what plays something slow, never to wait for a thing.
pub fn be_slow(time: Duration) {
    thread::sleep(time);
}

/// Looks until something is there, for a given time.
///
/// # Errors
/// Names what did not come, or passes on what the look failed with.
pub fn within<T>(
    patience: Duration,
    what: &str,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("{what}: not within {} s", patience.as_secs());
        }
        thread::sleep(POLL);
    }
}
