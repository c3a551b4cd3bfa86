//! A signed program for agents: the manifest, and the file that holds both.
//!
//! The file is one line, the DSSE envelope of the manifest, then the program's bytes. The update
//! key is neither the server's nor any party's: a server hands files on, it can't make one.

pub mod elf;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tl_ledger::{Envelope, Hash, PublicKey, Signer, canonical};

/// Payload type of a manifest.
pub const UPDATE_TYPE: &str = "application/vnd.tl.update.v1+json";
/// Version of the manifest's format.
pub const MANIFEST_FORMAT: u32 = 1;
/// Longest manifest line in bytes.
pub const MANIFEST_BYTES_MAX: usize = 8 * 1024;
/// Largest program in bytes.
pub const PROGRAM_BYTES_MAX: u64 = 64 << 20;
/// Bytes of a program in one answer.
pub const PROGRAM_PIECE_BYTES: usize = 256 * 1024;
/// Longest name of a target.
const TARGET_CHARS_MAX: usize = 64;

/// A version of the program: three numbers, compared in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version: three numbers are expected, as 1.4.0")]
pub struct VersionError(String);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let wrong = || VersionError(text.chars().take(40).collect());
        let mut parts = text.split('.').map(|part| {
            let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            let canonical = plain && (part == "0" || !part.starts_with('0'));
            canonical.then(|| part.parse::<u32>().ok()).flatten().ok_or_else(wrong)
        });
        let mut next = || parts.next().unwrap_or_else(|| Err(wrong()));
        let version = Self(next()?, next()?, next()?);
        if parts.next().is_some() { Err(wrong()) } else { Ok(version) }
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is signed of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateManifest {
    /// Version of this format.
    pub v: u32,
    /// Which program: `tl-edge`.
    pub program: String,
    /// Its version.
    pub version: Version,
    /// Machine that it runs on, as `x86_64-linux`.
    pub target: String,
    /// SHA-256 of its bytes.
    pub sha256: Hash,
    /// Number of its bytes.
    pub size: u64,
    /// Oldest outbox that it can take over: the number of a migration, 14 digits.
    pub outbox_min: String,
    /// From now on no version below this one is installed.
    pub floor: Version,
}

/// Why a manifest or file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// No line of manifest, or too long a one.
    #[error("this is no update file: it does not begin with a manifest")]
    NoManifest,
    /// The envelope can't be read, or another key signed it.
    #[error("the manifest is not signed by the update key: {0}")]
    Signature(String),
    /// Its members are not what is expected.
    #[error("the manifest cannot be used: {0}")]
    Form(String),
    /// The bytes behind it are others than those that were signed.
    #[error("the program's bytes are not those of the manifest: {0}")]
    Bytes(String),
}

impl UpdateManifest {
    /// Signs the manifest of a program.
    ///
    /// # Errors
    /// `Form` for members that no agent would take.
    pub fn sign(&self, signer: &Signer) -> Result<Vec<u8>, UpdateError> {
        self.check()?;
        let form = |what: String| UpdateError::Form(what);
        let payload = canonical::to_vec(self).map_err(|error| form(error.to_string()))?;
        let envelope = Envelope::sign_as(UPDATE_TYPE, payload, signer);
        Ok(envelope.map_err(|error| form(error.to_string()))?.to_bytes())
    }

    /// Reads a manifest that this key signed.
    ///
    /// # Errors
    /// `NoManifest`, `Signature` or `Form`.
    pub fn read(envelope: &[u8], key: &PublicKey) -> Result<Self, UpdateError> {
        if envelope.len() > MANIFEST_BYTES_MAX {
            return Err(UpdateError::NoManifest);
        }
        let signature = |error: tl_ledger::EnvelopeError| UpdateError::Signature(error.to_string());
        let envelope = Envelope::parse_as(UPDATE_TYPE, envelope).map_err(signature)?;
        envelope.verify(key).map_err(signature)?;
        let manifest: Self = serde_json::from_slice(&envelope.payload)
            .map_err(|error| UpdateError::Form(error.to_string()))?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), UpdateError> {
        let form = |what: String| Err(UpdateError::Form(what));
        if self.v != MANIFEST_FORMAT {
            return form(format!("format {}; this program reads {MANIFEST_FORMAT}", self.v));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if self.target.is_empty()
            || self.target.len() > TARGET_CHARS_MAX
            || !self.target.chars().all(plain)
        {
            return form(format!("target {:?}", self.target.chars().take(80).collect::<String>()));
        }
        if self.size == 0 || self.size > PROGRAM_BYTES_MAX {
            return form(format!("{} bytes; 1 to {PROGRAM_BYTES_MAX} are allowed", self.size));
        }
        if self.outbox_min.len() != 14 || !self.outbox_min.bytes().all(|b| b.is_ascii_digit()) {
            return form("outbox_min is no migration of 14 digits".to_owned());
        }
        if self.floor > self.version {
            let (floor, version) = (self.floor, self.version);
            return form(format!("its floor {floor} is above its own version {version}"));
        }
        Ok(())
    }

    /// Whether these are the bytes that were signed.
    ///
    /// # Errors
    /// `Bytes`.
    pub fn check_program(&self, program: &[u8]) -> Result<(), UpdateError> {
        let size = u64::try_from(program.len()).unwrap_or(u64::MAX);
        if size != self.size {
            return Err(UpdateError::Bytes(format!("{size} of {} bytes", self.size)));
        }
        let found = Hash::of(program);
        if found != self.sha256 {
            return Err(UpdateError::Bytes(format!("SHA-256 is {found}, not {}", self.sha256)));
        }
        Ok(())
    }
}

/// The file of a signed manifest and its program.
#[must_use]
pub fn file(envelope: &[u8], program: &[u8]) -> Vec<u8> {
    [envelope, b"\n", program].concat()
}

/// Manifest line and program of a file; nothing is verified yet.
///
/// # Errors
/// `NoManifest`.
pub fn split(file: &[u8]) -> Result<(&[u8], &[u8]), UpdateError> {
    let end = file.iter().take(MANIFEST_BYTES_MAX + 1).position(|byte| *byte == b'\n');
    let (envelope, rest) = file.split_at(end.ok_or(UpdateError::NoManifest)?);
    Ok((envelope, rest.get(1..).unwrap_or_default()))
}

/// The target of a machine: architecture and system, as `aarch64-linux`.
#[must_use]
pub fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}
