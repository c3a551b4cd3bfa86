//! Files and keys that the checks are given. What can't be read is `Unreadable`, never a verdict.
//!
//! Files are read up to the limit of their format and one byte more, so that the format's own
//! reader says that they are too long.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use tl_ledger::VerifierKey;

use super::Failure;

/// Longest file that may hold a verifier key, in bytes.
const KEY_FILE_BYTES_MAX: usize = 10_000;

/// The bytes of a file, at most one more than `limit`.
pub(super) fn bytes(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// A verifier key: the argument itself, or the one line of the file that it names.
pub(super) fn verifier_key(argument: &str) -> Result<VerifierKey, Failure> {
    let wrong = match argument.parse() {
        Ok(key) => return Ok(key),
        Err(error) => error,
    };
    let path = Path::new(argument);
    if !path.exists() {
        let reason = format!("{argument:?} is neither a file nor a key: {wrong}");
        return Err(Failure::Unreadable(reason));
    }
    let read = bytes(path, KEY_FILE_BYTES_MAX)?;
    String::from_utf8_lossy(&read)
        .trim()
        .parse()
        .map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))
}
