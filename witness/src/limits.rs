//! Bounds of the witness: what it reads, how long it waits, how much it keeps.
//!
//! Anybody may talk to a witness, so everything that comes from outside ends somewhere.

use std::time::Duration;

/// Largest request body, in bytes: 63 hashes and a note with some 30 signatures, post-quantum ones
/// included.
pub(crate) const BODY_BYTES_MAX: usize = 131_072;
/// Longest header line that announces a key, in bytes.
pub(crate) const ANNOUNCED_BYTES_MAX: usize = 1_024;
/// Largest state or evidence file that is read, in bytes.
pub(crate) const STATE_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;
/// Largest list of known logs that is read, in bytes.
pub(crate) const KNOWN_BYTES_MAX: usize = 16 * 1_048_576;
/// Largest key file that is read, in bytes.
pub(crate) const KEY_BYTES_MAX: usize = 4_096;
/// Time for a whole request body.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);
/// Time for a request's head.
pub(crate) const HEAD_TIME: Duration = Duration::from_secs(5);
/// Time for a TLS handshake.
pub(crate) const HANDSHAKE_TIME: Duration = Duration::from_secs(5);
/// How long an idle connection stays: logs come back each second.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Connections at once.
pub(crate) const CONNECTIONS_MAX: usize = 256;
/// Requests that are judged and stored at once; more wait.
pub(crate) const BLOCKING_THREADS: usize = 8;
/// Time that running requests have when the program is asked to stop, in seconds.
pub(crate) const STOP_SECONDS: u64 = 10;
/// Most logs that are taken on trust at first use; logs of the policy are not counted.
pub(crate) const FIRST_USE_LOGS_MAX: usize = 1_000;
/// Most evidence that is kept of one log and kind: more would prove nothing more.
pub(crate) const ALARMS_PER_LOG_MAX: usize = 16;
/// Most signature lines of a log that are stored beside our own.
pub(crate) const LOG_LINES_MAX: usize = 8;
/// Earliest time that can be true, in seconds since 1970 (2026-01-01): a machine without a battery
/// starts in 1970, and a cosignature states the time.
pub(crate) const CLOCK_SECONDS_MIN: u64 = 1_767_225_600;
