//! The second factor: six digits by time (RFC 6238, SHA-1, 30 s, as every phone app has it), and
//! recovery codes for who lost the phone.
//!
//! Between password and digits a person holds a ticket that lives in memory for some minutes; a
//! restart only means to type the password again. Wrong digits count as failures of the account.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tl_domain::time::Micros;
use tl_ledger::Hash;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::{AccountId, micros};
use crate::limits::{SECOND_STEP_LIFE, SECOND_STEPS_MAX};
use crate::random;

/// Bytes of a secret: RFC 4226 recommends 20.
const SECRET_BYTES: usize = 20;
/// Steps of 30 s that a phone's clock may be off on each side.
const SKEW: u16 = 1;
/// Recovery codes that a person gets at once.
const RECOVERY_CODES: usize = 8;
/// Symbols of a recovery code: 80 bits, so that their hashes can't be searched.
const RECOVERY_SYMBOLS: usize = 16;

/// A new secret, base32 without padding.
#[must_use]
pub fn new_secret() -> String {
    Secret::new_stack(random::bytes::<SECRET_BYTES>()).to_base32()
}

/// The text that a phone's app scans (key URI format of the authenticator apps).
#[must_use]
pub fn key_uri(secret: &str, login: &str) -> String {
    let kept = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).into(),
        _ => format!("%{byte:02X}"),
    };
    let login: String = login.bytes().map(kept).collect();
    format!("otpauth://totp/TlTrace:{login}?secret={secret}&issuer=TlTrace")
}

/// The step of time that the digits belong to; `None` when they are wrong.
#[must_use]
pub fn step_of(secret: &str, digits: &str, now: Micros) -> Option<i64> {
    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now / 1_000_000).ok()?;
    i64::try_from(generator(secret)?.check(&digits, seconds)?).ok()
}

fn generator(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(SKEW);
    builder.with_step_duration(30).with_secret(secret).build().ok()
}

/// New recovery codes, in groups of four to be read from paper.
#[must_use]
pub fn new_recovery_codes() -> Vec<String> {
    let grouped = || {
        let symbols = random::crockford(RECOVERY_SYMBOLS).to_ascii_lowercase();
        [&symbols[..4], &symbols[4..8], &symbols[8..12], &symbols[12..]].join("-")
    };
    (0..RECOVERY_CODES).map(|_| grouped()).collect()
}

/// Hash of a recovery code, however it was typed; `None` for what is none.
#[must_use]
pub fn recovery_hash(typed: &str) -> Option<Hash> {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let symbols: String = kept.map(|c| c.to_ascii_lowercase()).collect();
    let is_code = symbols.len() == RECOVERY_SYMBOLS && symbols.is_ascii();
    is_code.then(|| Hash::of(symbols.as_bytes()))
}

/// Who typed a right password and owes the digits.
#[derive(Debug, Default)]
pub struct SecondSteps {
    waiting: Mutex<HashMap<Hash, (AccountId, Micros)>>,
}

impl SecondSteps {
    /// A ticket for an account; `None` while too many people wait.
    #[must_use]
    pub fn open(&self, account: &AccountId, now: Micros) -> Option<String> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (_, until)| *until > now);
        if waiting.len() >= SECOND_STEPS_MAX {
            return None;
        }
        let ticket = random::opaque();
        let until = now.saturating_add(micros(SECOND_STEP_LIFE));
        waiting.insert(Hash::of(ticket.as_bytes()), (account.clone(), until));
        Some(ticket)
    }

    /// Whose ticket it is, as long as it holds.
    #[must_use]
    pub fn account(&self, ticket: &str, now: Micros) -> Option<AccountId> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (account, until) = waiting.get(&Hash::of(ticket.as_bytes()))?;
        (*until > now).then(|| account.clone())
    }

    /// Ends a ticket.
    pub fn close(&self, ticket: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.remove(&Hash::of(ticket.as_bytes()));
    }
}
