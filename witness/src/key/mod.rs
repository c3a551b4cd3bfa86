//! The witness's own key: a name and a secret, in one file of mode 0400.
//!
//! The file holds one line in the form that note tools use for secret keys,
//! `PRIVATE+KEY+name+id+base64(type ‖ seed)`, with the type of cosignature/v1. A file that others
//! may read is refused. The secret is wiped from memory and never printed.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_ledger::Signer;
use tl_ledger::note::{KeyName, SignatureType, VerifierKey};
use zeroize::Zeroizing;

use crate::files;
use crate::limits::KEY_BYTES_MAX;

const PREFIX: &str = "PRIVATE+KEY+";
/// Rights of the group and of others.
const FOREIGN_RIGHTS: u32 = 0o077;

/// Name and secret of a witness.
#[derive(Debug)]
pub(crate) struct CosignKey {
    signer: Signer,
    verifier: VerifierKey,
}

/// Why a key file can't be used or made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    /// The file system's.
    #[error("key file {path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A secret that is none.
    #[error("key file {path} can be read by others (mode {mode:03o}); run: chmod 0400 {path}")]
    Open {
        /// Which.
        path: PathBuf,
        /// Its rights.
        mode: u32,
    },
    /// The file holds something else.
    #[error("key file {path}: {why}")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong; never a part of the secret.
        why: &'static str,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

impl CosignKey {
    /// The key of a name.
    pub(crate) fn new(name: KeyName, signer: Signer) -> Self {
        let verifier = VerifierKey::new(name, SignatureType::Cosignature, signer.public());
        Self { signer, verifier }
    }

    /// What others verify cosignatures with.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The secret half, for signing.
    pub(crate) fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Draws a new key and keeps it in a file that must not exist yet.
    pub(crate) fn generate(name: KeyName, path: &Path) -> Result<Self, KeyFileError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(KeyFileError::Random)?;
        let key = Self::new(name, Signer::from_seed(&seed));
        let line = key.line(&seed);
        files::write_new(path, line.as_bytes(), files::SECRET_MODE)
            .and_then(|()| files::sync_parent(path))
            .map_err(|why| KeyFileError::File { path: path.to_owned(), why })?;
        Ok(key)
    }

    /// Reads a key file.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyFileError> {
        let failed = |why| KeyFileError::File { path: path.to_owned(), why };
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & FOREIGN_RIGHTS != 0 {
            return Err(KeyFileError::Open { path: path.to_owned(), mode });
        }
        let bytes = Zeroizing::new(files::read(path, KEY_BYTES_MAX).map_err(failed)?);
        Self::parse(&bytes).map_err(|why| KeyFileError::Content { path: path.to_owned(), why })
    }

    fn line(&self, seed: &[u8; 32]) -> Zeroizing<String> {
        let mut material = Zeroizing::new([SignatureType::Cosignature.byte(); 33]);
        material[1..].copy_from_slice(seed);
        let material = Zeroizing::new(STANDARD.encode(material.as_slice()));
        let (name, id) = (self.verifier.name(), self.verifier.id());
        Zeroizing::new(format!("{PREFIX}{name}+{id}+{}\n", material.as_str()))
    }

    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let form = "holds no line PRIVATE+KEY+name+id+base64";
        let text = std::str::from_utf8(bytes).map_err(|_| form)?;
        let mut parts = text.trim_end().strip_prefix(PREFIX).ok_or(form)?.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(form);
        };
        let name: KeyName = name.parse().map_err(|_| "the name can't name a key")?;
        let material = Zeroizing::new(STANDARD.decode(material).map_err(|_| form)?);
        let (kind, seed) = material.split_first().ok_or(form)?;
        if *kind != SignatureType::Cosignature.byte() {
            return Err("the key is not of type 0x04, cosignature/v1");
        }
        let seed: &[u8; 32] = seed.try_into().map_err(|_| "the secret has not 32 bytes")?;
        let key = Self::new(name, Signer::from_seed(seed));
        if key.verifier.id().to_string() != id {
            return Err("the key id does not belong to name and secret: a mistyped file?");
        }
        Ok(key)
    }
}
