//! Passwords: argon2id with our own constant parameters, verified off the request threads.
//!
//! Callers run these functions in the blocking pool: one hash takes tens of milliseconds and
//! `MEMORY_KIB` of memory. A login that is not known is checked against a hash of nothing, so that
//! time does not tell which logins exist. PINs are verified by agents, small boxes: less memory,
//! more passes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::limits::{
    LOGIN_IN_PASSWORD_MIN, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, PASSWORD_VARIETY_MIN,
};
use crate::random;

/// Memory of one hash in KiB (OWASP: 19 MiB with two passes).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Memory of a PIN's hash in KiB: no agent verifies one that wants more.
const PIN_MEMORY_KIB: u32 = 4_096;
/// As many blocks are computed as for a password.
const PIN_PASSES: u32 = 10;
const LANES: u32 = 1;

/// Why a password can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short to withstand guessing.
    #[error("the password has {0} characters; at least {PASSWORD_CHARS_MIN} are needed")]
    Short(usize),
    /// Longer than any person types.
    #[error("the password is longer than {PASSWORD_BYTES_MAX} bytes")]
    Long,
    /// Few characters over and over, or one row of neighbours.
    #[error("the password is a simple row: at least {PASSWORD_VARIETY_MIN} different characters")]
    Simple,
    /// The login stands in it.
    #[error("the password holds the login")]
    HoldsLogin,
}

/// Hashes a new password for storing (PHC text).
///
/// # Errors
/// `Short` or `Long`.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::Long);
    }
    let characters = password.chars().count();
    if characters < PASSWORD_CHARS_MIN {
        return Err(PasswordError::Short(characters));
    }
    if is_simple(password) {
        return Err(PasswordError::Simple);
    }
    Ok(hashed(password, MEMORY_KIB, PASSES))
}

/// Hashes a new password of a login; the length counts more than kinds of characters (NIST SP
/// 800-63B, 5.1.1.2), so none is demanded.
///
/// # Errors
/// `Short`, `Long`, `Simple` or `HoldsLogin`.
pub fn hash_for(login: &str, password: &str) -> Result<String, PasswordError> {
    let long_enough = login.chars().count() >= LOGIN_IN_PASSWORD_MIN;
    if long_enough && password.to_lowercase().contains(&login.to_lowercase()) {
        return Err(PasswordError::HoldsLogin);
    }
    hash(password)
}

/// Few different characters, or each the neighbour of the one before it (`123456…`, `abcdef…`).
fn is_simple(password: &str) -> bool {
    let symbols: Vec<char> = password.to_lowercase().chars().collect();
    let different: BTreeSet<&char> = symbols.iter().collect();
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let jumps = symbols.windows(2).filter(|pair| !(-1..=1).contains(&step(pair))).count();
    different.len() < PASSWORD_VARIETY_MIN || jumps * 4 < symbols.len()
}

/// Hashes a PIN of a device's page, which is short on purpose: it works only on the plant's own
/// network and is locked there after wrong tries.
#[must_use]
pub fn hash_pin(pin: &str) -> String {
    hashed(pin, PIN_MEMORY_KIB, PIN_PASSES)
}

fn hashed(secret: &str, memory_kib: u32, passes: u32) -> String {
    let salt = random::bytes::<16>();
    argon2(memory_kib, passes)
        .hash_password_with_salt(secret.as_bytes(), &salt)
        .expect("constant parameters and a salt of 16 bytes fit argon2")
        .to_string()
}

/// Whether a password fits a stored hash; without a hash it takes as long and answers no.
#[must_use]
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> =
        LazyLock::new(|| hashed(&random::opaque(), MEMORY_KIB, PASSES));
    let text = stored.unwrap_or(&NOBODY);
    let Ok(parsed) = PasswordHash::new(text) else {
        tracing::error!("a stored password hash can't be read");
        return false;
    };
    let short_enough = password.len() <= PASSWORD_BYTES_MAX;
    let fits = short_enough
        && argon2(MEMORY_KIB, PASSES).verify_password(password.as_bytes(), &parsed).is_ok();
    fits && stored.is_some()
}

/// A password for an account that is made without one: 100 bits in groups that can be read aloud.
#[must_use]
pub fn generate() -> String {
    let symbols = random::crockford(20).to_ascii_lowercase();
    [&symbols[..5], &symbols[5..10], &symbols[10..15], &symbols[15..]].join("-")
}

fn argon2(memory_kib: u32, passes: u32) -> Argon2<'static> {
    let params = Params::new(memory_kib, passes, LANES, None).expect("constant parameters fit");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}
