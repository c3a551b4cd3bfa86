//! The witness's folder: one state file per log, the list of logs, the evidence, one lock.
//!
//! ```text
//! DIR/witness.key           the secret, unless it is kept elsewhere
//! DIR/witness.vkey          whose folder this is; written last when a folder is begun
//! DIR/known-logs            every log that was ever cosigned
//! DIR/logs/HASH.state       the last checkpoint cosigned; HASH = SHA-256 of the origin, hex
//! DIR/alarms/               evidence
//! DIR/lock                  held while the witness runs
//! ```
//!
//! Invariant: what `store` has returned survives a power cut. A state that can't be read, or that
//! is gone although the list has its log, is an error and never a new beginning.

mod known;
mod state;

#[cfg(test)]
mod tests;

pub(crate) use known::{Known, KnownError};
pub(crate) use state::{State, StateError};

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tl_ledger::Hash;
use tl_ledger::note::VerifierKey;

use crate::files::{self, ReplaceError};
use crate::limits::{KEY_BYTES_MAX, KNOWN_BYTES_MAX, STATE_BYTES_MAX};

/// Where the secret lies unless another place is named.
pub(crate) const KEY_FILE: &str = "witness.key";
const VKEY_FILE: &str = "witness.vkey";
const KNOWN_FILE: &str = "known-logs";
const LOCK_FILE: &str = "lock";
const LOGS: &str = "logs";
const ALARMS: &str = "alarms";
const STATE_EXTENSION: &str = "state";

/// Why a folder can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    /// The file system's.
    #[error("{path}: {why}")]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A file could not be replaced.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// Another process holds the lock.
    #[error("another tl-witness runs on {0}; two would sign what one of them must not")]
    Locked(PathBuf),
    /// Never used, and nobody said that it is to be begun.
    #[error(
        "no witness has used the folder {0} yet. If it is the right one, begin it with --new; if \
         this witness has cosigned before, its folder is missing (not mounted?), and a new one \
         would forget what was signed"
    )]
    NotBegun(PathBuf),
    /// Looked at, but nobody's.
    #[error("no witness has used the folder {0} yet")]
    NotAWitness(PathBuf),
    /// `--new` on a folder that is in use.
    #[error("the folder {0} is in use already: leave --new out")]
    NotNew(PathBuf),
    /// A part is there, another is not.
    #[error("{path} is missing although the folder has been used; it is not made anew")]
    Gone {
        /// What is missing.
        path: PathBuf,
    },
    /// Another witness's folder.
    #[error("the folder belongs to {owner}, the key is {key}")]
    OtherKey {
        /// Key in the folder.
        owner: String,
        /// Key given.
        key: String,
    },
    /// The file that names the owner.
    #[error("{path} holds no verifier key: {why}")]
    Owner {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The list of logs.
    #[error("{path}: {why}; without it a lost state would go unnoticed")]
    Known {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: KnownError,
    },
}

/// Why a log's state is not to be had. Signing stops for that log until somebody has looked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// The file can't be read.
    #[error("state file {path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// The file is damaged.
    #[error("state file {path}: {why}")]
    Content {
        /// Which.
        path: PathBuf,
        /// Why.
        why: StateError,
    },
    /// The file is gone.
    #[error("state file {0} is missing, but this log was cosigned before")]
    Gone(PathBuf),
}

/// How a folder may be opened by a witness that will sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// An unused folder is an error, unless the key lies in it: somebody chose it.
    IfKeyIsInside,
    /// It must be unused.
    Asked,
}

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    witness: VerifierKey,
    known: Mutex<Known>,
    /// Held as long as the folder is; readers have none.
    _lock: Option<File>,
}

/// Every log of a folder with its state, by the hash of its origin.
pub(crate) type Logs = BTreeMap<Hash, Result<State, LoadError>>;

impl Folder {
    /// Opens the folder for signing with this key, alone.
    pub(crate) fn open(
        root: &Path,
        witness: &VerifierKey,
        beginning: Beginning,
    ) -> Result<Self, FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |why| FolderError::File { path, why }
        };
        if beginning == Beginning::Asked {
            files::folder(root).map_err(failed(root))?;
        }
        let lock = lock(root)?;
        let owner = root.join(VKEY_FILE);
        match (owner.exists(), beginning) {
            (true, Beginning::Asked) => return Err(FolderError::NotNew(root.to_owned())),
            (true, Beginning::IfKeyIsInside) => {}
            (false, _) => begin(root, witness, beginning)?,
        }
        let mut folder = Self::read(root)?;
        if folder.witness != *witness {
            let (owner, key) = (folder.witness.to_string(), witness.to_string());
            return Err(FolderError::OtherKey { owner, key });
        }
        folder._lock = Some(lock);
        Ok(folder)
    }

    /// Opens the folder to look at it; a witness may be running.
    pub(crate) fn read(root: &Path) -> Result<Self, FolderError> {
        let path = root.join(VKEY_FILE);
        let bytes = match files::read(&path, KEY_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::NotAWitness(root.to_owned()));
            }
            read => read.map_err(|why| FolderError::File { path: path.clone(), why })?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let witness = text
            .trim_end()
            .parse()
            .map_err(|why| FolderError::Owner { path, why: format!("{why}") })?;
        let path = root.join(KNOWN_FILE);
        let bytes = match files::read(&path, KNOWN_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::Gone { path });
            }
            read => read.map_err(|why| FolderError::File { path: path.clone(), why })?,
        };
        let known = known::parse(&bytes).map_err(|why| FolderError::Known { path, why })?;
        Ok(Self { root: root.to_owned(), witness, known: Mutex::new(known), _lock: None })
    }

    /// Whose folder this is.
    pub(crate) fn witness(&self) -> &VerifierKey {
        &self.witness
    }

    /// Where evidence is kept.
    pub(crate) fn alarms(&self) -> PathBuf {
        self.root.join(ALARMS)
    }

    /// Origin of a log that was cosigned before.
    pub(crate) fn origin(&self, hash: &Hash) -> Option<String> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// The states of all logs, those that can't be read included.
    pub(crate) fn logs(&self) -> Result<Logs, FolderError> {
        let path = self.root.join(LOGS);
        let failed = |why| FolderError::File { path: path.clone(), why };
        let mut hashes: Vec<Hash> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.keys().copied().collect()
        };
        for entry in fs::read_dir(&path).map_err(failed)? {
            let name = PathBuf::from(entry.map_err(failed)?.file_name());
            let is_state = name.extension().is_some_and(|found| found == STATE_EXTENSION);
            let hash = name.file_stem().and_then(|stem| stem.to_str()?.parse::<Hash>().ok());
            hashes.extend(hash.filter(|_| is_state));
        }
        Ok(hashes.into_iter().map(|hash| (hash, self.load(hash))).collect())
    }

    fn load(&self, hash: Hash) -> Result<State, LoadError> {
        let path = self.state_path(&hash);
        let bytes = match files::read(&path, STATE_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(LoadError::Gone(path));
            }
            read => read.map_err(|why| LoadError::File { path: path.clone(), why })?,
        };
        State::parse(&bytes, &self.witness, hash).map_err(|why| LoadError::Content { path, why })
    }

    /// Flushes what was read: it may have been written by a process that died before it could.
    /// Logs that the list lacks are added to it.
    pub(crate) fn settle(&self, logs: &Logs) -> Result<(), FolderError> {
        for (hash, state) in logs {
            let Ok(state) = state else { continue };
            let path = self.state_path(hash);
            File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(|why| FolderError::File { path, why })?;
            self.remember(state.origin())?;
        }
        let path = self.root.join(LOGS);
        File::open(&path)
            .and_then(|folder| folder.sync_all())
            .map_err(|why| FolderError::File { path, why })
    }

    /// Replaces the state of a log; durable when it returns.
    pub(crate) fn store(&self, state: &State) -> Result<(), ReplaceError> {
        let hash = Hash::of(state.origin().as_bytes());
        let (path, text) = (self.state_path(&hash), state.to_string());
        // What could not be read back would stop this log for good, so it is not written.
        match State::parse(text.as_bytes(), &self.witness, hash) {
            Ok(read) if read == *state => files::replace(&path, text.as_bytes()),
            _ => {
                let why = "the new state could not be read back";
                let why = io::Error::new(io::ErrorKind::InvalidData, why);
                Err(ReplaceError::Untouched { path, why })
            }
        }
    }

    /// Puts a log on the list; durable when it returns.
    pub(crate) fn remember(&self, origin: &str) -> Result<(), ReplaceError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = Hash::of(origin.as_bytes());
        if known.contains_key(&hash) {
            return Ok(());
        }
        let mut longer = known.clone();
        longer.insert(hash, origin.to_owned());
        files::replace(&self.root.join(KNOWN_FILE), known::text(&longer).as_bytes())?;
        *known = longer;
        Ok(())
    }

    fn state_path(&self, hash: &Hash) -> PathBuf {
        self.root.join(LOGS).join(format!("{hash}.{STATE_EXTENSION}"))
    }
}

fn lock(root: &Path) -> Result<File, FolderError> {
    let path = root.join(LOCK_FILE);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(|why| FolderError::File { path: path.clone(), why })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FolderError::Locked(root.to_owned())),
        Err(TryLockError::Error(why)) => Err(FolderError::File { path, why }),
    }
}

/// Begins a folder. The owner's name comes last: before it a crash leaves a folder to begin again.
fn begin(root: &Path, witness: &VerifierKey, beginning: Beginning) -> Result<(), FolderError> {
    let (logs, list) = (root.join(LOGS), root.join(KNOWN_FILE));
    let has_logs = fs::read_dir(&logs).is_ok_and(|mut entries| entries.next().is_some());
    let has_list = match files::read(&list, KNOWN_BYTES_MAX) {
        Ok(bytes) => bytes != known::text(&Known::new()).as_bytes(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    if has_logs || has_list {
        return Err(FolderError::Gone { path: root.join(VKEY_FILE) });
    }
    if beginning != Beginning::Asked && !root.join(KEY_FILE).exists() {
        return Err(FolderError::NotBegun(root.to_owned()));
    }
    for path in [logs, root.join(ALARMS)] {
        files::folder(&path).map_err(|why| FolderError::File { path, why })?;
    }
    files::replace(&list, known::text(&Known::new()).as_bytes())?;
    files::replace(&root.join(VKEY_FILE), format!("{witness}\n").as_bytes())?;
    Ok(())
}
