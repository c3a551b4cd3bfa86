//! Random bytes from the system, as the server needs them: ids, tokens, keys, passwords.

use tl_domain::ids::EntryId;
use uuid::Uuid;

use crate::clock::Clock;

/// Random bytes of the system.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

/// A new entry id: UUIDv7 with the server's clock.
#[must_use]
pub fn entry_id(clock: &Clock) -> EntryId {
    let millis = u64::try_from(clock.micros() / 1000).unwrap_or(0);
    EntryId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid())
}

/// Text of `symbols` Crockford symbols (5 bits each): tokens and passwords that people read aloud.
#[must_use]
pub fn crockford(symbols: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut text = String::with_capacity(symbols);
    for _ in 0..symbols {
        let [byte] = bytes::<1>();
        text.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    text
}

/// An opaque random id, for operators: 26 symbols hold 128 bits and more.
#[must_use]
pub fn opaque() -> String {
    crockford(26).to_ascii_lowercase()
}

/// A UUIDv4 as text, for rows that no entry names.
#[must_use]
pub fn row_id() -> String {
    Uuid::from_bytes(uuid::Builder::from_random_bytes(bytes()).into_uuid().into_bytes()).to_string()
}
