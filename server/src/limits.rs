//! Bounds of the server: every queue, body, page and lifetime has a name here.

use std::time::Duration;

/// Largest JSON or form body on the page port, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Largest body with files on the page port, in bytes: a laboratory's table and its PDF.
pub const FILES_BYTES_MAX: usize = 24 << 20;
/// Largest PDF of a laboratory's report, in bytes.
pub const PDF_BYTES_MAX: usize = 15 << 20;
/// Rows of a list when the caller names no limit.
pub const ROWS_DEFAULT: u32 = 50;
/// Most rows of a list in one answer.
pub const ROWS_MAX: u32 = 500;
/// Most characters of a search text.
pub const SEARCH_CHARS_MAX: usize = 100;
/// Most characters of a login name.
pub const LOGIN_CHARS_MAX: usize = 64;
/// Fewest characters of a password that a person chooses.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password in bytes; argon2 time does not depend on it, memory does.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Wrong passwords in a row before an account is locked.
pub const FAILURES_MAX: u32 = 5;
/// How long a locked account stays locked.
pub const LOCKED_FOR: Duration = Duration::from_secs(15 * 60);
/// Longest lock after ever more wrong passwords.
pub const LOCKED_MOST: Duration = Duration::from_secs(24 * 3600);
/// How long a right password waits for the second factor.
pub const SECOND_STEP_LIFE: Duration = Duration::from_secs(5 * 60);
/// People who may wait between password and second factor.
pub const SECOND_STEPS_MAX: usize = 10_000;
/// Fewest different characters of a password.
pub const PASSWORD_VARIETY_MIN: usize = 6;
/// Characters from which on a login within a password makes it easy to guess.
pub const LOGIN_IN_PASSWORD_MIN: usize = 4;
/// A session ends after this long without a request.
pub const SESSION_IDLE: Duration = Duration::from_secs(8 * 3600);
/// A session ends after this long in any case.
pub const SESSION_TOTAL: Duration = Duration::from_secs(24 * 3600);
/// The last use of a session is written at most this often.
pub const SESSION_TOUCH: Duration = Duration::from_secs(60);
/// Sign-ins that one address may try at once.
pub const LOGIN_BURST: u32 = 10;
/// One further sign-in per address after this long.
pub const LOGIN_REFILL: Duration = Duration::from_secs(6);
/// Addresses whose sign-ins are counted; beyond it the fullest buckets are forgotten.
pub const LOGIN_ADDRESSES_MAX: usize = 10_000;
/// Verifications that one address may ask for at once, without an account.
pub const VERIFY_BURST: u32 = 20;
/// One further verification per address after this long.
pub const VERIFY_REFILL: Duration = Duration::from_secs(6);
/// Life of a one-time enrolment token.
pub const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Names and addresses that one page certificate may carry.
pub const PAGE_NAMES_MAX: usize = 16;
/// Days that a device's certificate is valid.
pub const DEVICE_CERTIFICATE_DAYS: u64 = 400;
/// Days that the server's own certificate is valid; clients refuse much longer ones.
pub const SERVER_CERTIFICATE_DAYS: u64 = 397;
/// Days left at which the server renews its own certificate.
pub const SERVER_RENEW_DAYS: u64 = 30;
/// Days that the installation's CA is valid.
pub const CA_DAYS: u64 = 3_652;
/// Life of a code lease.
pub const LEASE_LIFE: Duration = Duration::from_secs(120 * 86_400);
/// Seconds that a client waits before it sends again what was refused as busy.
pub const RETRY_AFTER_SECONDS: u32 = 2;
/// How long a TLS handshake may take.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long the head of a request may take.
pub const REQUEST_HEAD: Duration = Duration::from_secs(20);
/// How long the body of a request to the page port may take.
pub const BODY_TIME: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 30 });
/// How long open requests may take after the signal to stop.
pub const STOP_SECONDS: u64 = 10;
/// Batches that a snapshot carries; the newest ones.
pub const SNAPSHOT_BATCHES_MAX: u32 = 5_000;
/// Samples that a snapshot carries; the last taken ones.
pub const SNAPSHOT_SAMPLES_MAX: u32 = 5_000;
/// How long after it was taken a snapshot carries a sample.
pub const SNAPSHOT_SAMPLES_AGE: Duration = Duration::from_secs(90 * 86_400);
/// Bytes of all samples' laboratory names in a snapshot.
pub const SNAPSHOT_SAMPLE_BYTES_MAX: usize = 1024 * 1024;
/// Expected arrivals of one shipper that a snapshot carries; the latest ones.
pub const SNAPSHOT_ARRIVALS_MAX: usize = 200;
/// Bytes of one shipper's expected arrivals in a snapshot.
pub const SNAPSHOT_SHIPPER_BYTES_MAX: usize = 512 * 1024;
/// Bytes of all expected arrivals in a snapshot; agents take 16 MiB in all.
pub const SNAPSHOT_ARRIVAL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest span of a list or balance in days: ten years and a leap day or three.
pub const SPAN_DAYS_MAX: i64 = 3_653;
/// Most bytes of one party's files, when the configuration does not say.
pub const BLOB_QUOTA_BYTES: u64 = 100 << 30;
/// Bytes of the disk that stay free of files, when the configuration does not say.
pub const DISK_FREE_MIN_BYTES: u64 = 1 << 30;
