//! Names and verifier keys of signed notes (c2sp.org/signed-note).
//!
//! A `VerifierKey` is parsed from and printed as one line, `name+id+base64`; its id is computed
//! and must agree with the one that was written. Only the two Ed25519 types are known: 0x01 signs
//! notes, 0x04 cosigns checkpoints. Secret keys are not here.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::PublicKey;
use crate::key::KeyError;
use crate::line;

/// Name of a note key: not empty, without white space, plus sign or control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KeyName(String);

/// Text that can't name a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a key name is not empty and has no white space, '+' or control character, read {0:?}")]
pub struct NameError(String);

impl KeyName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let banned = |c: char| c == '+' || c < ' ' || c.is_whitespace();
        if text.is_empty() || text.contains(banned) {
            return Err(NameError(text.chars().take(80).collect()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key); with the name it tells which key
/// signed, and nothing more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NoteKeyId(pub [u8; 4]);

impl fmt::Display for NoteKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What a key's signatures cover.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SignatureType {
    /// 0x01: Ed25519 over the note's text.
    Ed25519,
    /// 0x04: cosignature/v1, Ed25519 over a time and the checkpoint's text.
    Cosignature,
}

impl SignatureType {
    /// The identifier byte of the signed-note register.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Cosignature].into_iter().find(|known| known.byte() == byte)
    }
}

/// A key that verifies signatures on notes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifierKey {
    name: KeyName,
    kind: SignatureType,
    key: PublicKey,
}

/// Why a text is no verifier key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// Not three parts.
    #[error("a verifier key is name+id+base64, read {0:?}")]
    Parts(String),
    /// The name can't be one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The id is not 8 lower-case hex digits.
    #[error("a key id is 8 lower-case hex digits, read {0:?}")]
    Id(String),
    /// The last part is not base64, or empty.
    #[error("the key material after the second '+' is not base64")]
    Base64,
    /// A signature type that is not supported.
    #[error("signature type 0x{0:02x} is not supported; Ed25519 (0x01, 0x04) is")]
    Type(u8),
    /// Not 32 bytes of key.
    #[error("an Ed25519 key has 32 bytes, read {0}")]
    Length(usize),
    /// The bytes are no usable key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The id belongs to another name, type or key.
    #[error("the key id is written {read}, but name, type and key give {computed}")]
    OtherId {
        /// Id in the text.
        read: NoteKeyId,
        /// Id that the rest gives.
        computed: NoteKeyId,
    },
}

impl VerifierKey {
    /// A key of a name.
    #[must_use]
    pub fn new(name: KeyName, kind: SignatureType, key: PublicKey) -> Self {
        Self { name, kind, key }
    }

    /// Name of the key; of a log its origin.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// What its signatures cover.
    #[must_use]
    pub fn kind(&self) -> SignatureType {
        self.kind
    }

    /// The key itself.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The id that its signature lines carry.
    #[must_use]
    pub fn id(&self) -> NoteKeyId {
        let digest = Sha256::new()
            .chain_update(self.name.as_str())
            .chain_update([b'\n', self.kind.byte()])
            .chain_update(self.key.to_bytes())
            .finalize();
        let mut id = [0; 4];
        id.copy_from_slice(&digest[..4]);
        NoteKeyId(id)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut material = vec![self.kind.byte()];
        material.extend(self.key.to_bytes());
        write!(f, "{}+{}+{}", self.name, self.id(), line::to_base64(&material))
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    /// Splits at the first two plus signs: base64 may hold more of them.
    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(VerifierKeyError::Parts(text.chars().take(80).collect()));
        };
        let name = name.parse()?;
        let mut read = NoteKeyId([0; 4]);
        let lower = !id.bytes().any(|byte| byte.is_ascii_uppercase());
        if !lower || hex::decode_to_slice(id, &mut read.0).is_err() {
            return Err(VerifierKeyError::Id(id.chars().take(80).collect()));
        }
        let material = line::base64(material).ok_or(VerifierKeyError::Base64)?;
        let (kind, key) = material.split_first().ok_or(VerifierKeyError::Base64)?;
        let kind = SignatureType::from_byte(*kind).ok_or(VerifierKeyError::Type(*kind))?;
        let bytes = key.try_into().map_err(|_| VerifierKeyError::Length(key.len()))?;
        let key = Self { name, kind, key: PublicKey::from_bytes(bytes)? };
        let computed = key.id();
        if computed == read { Ok(key) } else { Err(VerifierKeyError::OtherId { read, computed }) }
    }
}
