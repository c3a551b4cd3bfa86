//! Secret signing keys: one Ed25519 key per party for what people do on pages, one for snapshots.
//!
//! They live in files of mode 0400 outside the database, so that a copy of the database can't sign.
//! A key that was lost is never made anew silently: its party's log knows the old one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tl_domain::ids::PartyId;
use tl_ledger::Signer;
use zeroize::Zeroizing;

use crate::files;
use crate::random;

/// The folder of secret keys.
#[derive(Debug)]
pub struct KeyFolder {
    folder: PathBuf,
    snapshot: Signer,
}

/// Why a key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read or written.
    #[error("key file {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error("key file {0} does not hold 64 hex digits")]
    Content(PathBuf),
}

impl KeyFolder {
    /// Opens the folder, and makes it and the snapshot key at first start.
    ///
    /// # Errors
    /// `File` or `Content`.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        files::private_folder(folder)
            .map_err(|source| KeyError::File { path: folder.to_owned(), source })?;
        let path = folder.join("snapshot.key");
        let snapshot = match read(&path)? {
            Some(signer) => signer,
            None => make(&path)?,
        };
        Ok(Self { folder: folder.to_owned(), snapshot })
    }

    /// The key that signs snapshots.
    #[must_use]
    pub fn snapshot(&self) -> &Signer {
        &self.snapshot
    }

    /// The key of a party, `None` when its file is not there.
    ///
    /// # Errors
    /// `File` or `Content`.
    pub fn party(&self, party: &PartyId) -> Result<Option<Signer>, KeyError> {
        read(&self.party_path(party))
    }

    /// The key of a new party: the one that is there already (an interrupted start), or a new one.
    ///
    /// # Errors
    /// `File` or `Content`.
    pub fn party_or_new(&self, party: &PartyId) -> Result<Signer, KeyError> {
        let path = self.party_path(party);
        match read(&path)? {
            Some(signer) => Ok(signer),
            None => make(&path),
        }
    }

    /// Where the key of a party lies.
    #[must_use]
    pub fn party_path(&self, party: &PartyId) -> PathBuf {
        self.folder.join(format!("sign-{party}.key"))
    }
}

/// Reads a key file; `None` when it is not there.
pub(crate) fn read(path: &Path) -> Result<Option<Signer>, KeyError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(KeyError::File { path: path.to_owned(), source }),
    };
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), seed.as_mut())
        .map_err(|_| KeyError::Content(path.to_owned()))?;
    Ok(Some(Signer::from_seed(&seed)))
}

/// Makes a key and its file.
pub(crate) fn make(path: &Path) -> Result<Signer, KeyError> {
    let seed = Zeroizing::new(random::bytes::<32>());
    let text = Zeroizing::new(format!("{}\n", hex::encode(seed.as_ref())));
    files::write_whole(path, text.as_bytes(), files::FIXED_SECRET_MODE)
        .map_err(|source| KeyError::File { path: path.to_owned(), source })?;
    tracing::info!(path = %path.display(), "made a signing key");
    Ok(Signer::from_seed(&seed))
}
