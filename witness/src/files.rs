//! Files that are whole and durable, or untouched.
//!
//! A file is written beside its place, flushed, renamed, and its folder flushed. The error tells
//! whether the old file certainly stands: what a witness may sign next hangs on it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Mode of a secret that never changes.
pub(crate) const SECRET_MODE: u32 = 0o400;
/// Mode of what everybody may read.
pub(crate) const PUBLIC_MODE: u32 = 0o644;

/// Why a file was not replaced.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplaceError {
    /// The old file, or its absence, stands.
    #[error("cannot write {path}: {why}")]
    Untouched {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// Nobody knows which file a power cut would leave.
    #[error("cannot tell whether {path} reached the disk: {why}")]
    Unsure {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

/// Replaces a file in one step; durable when it returns.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), ReplaceError> {
    let beside = path.with_added_extension("new");
    write_beside(&beside, bytes).map_err(|why| {
        // What is half written is of no use to anybody; the reason that counts is the first one.
        let _ = fs::remove_file(&beside);
        ReplaceError::Untouched { path: path.to_owned(), why }
    })?;
    fs::rename(&beside, path)
        .and_then(|()| sync_parent(path))
        .map_err(|why| ReplaceError::Unsure { path: path.to_owned(), why })
}

fn write_beside(beside: &Path, bytes: &[u8]) -> io::Result<()> {
    // A new file each time: pages of one whose flush failed must not pass for flushed ones.
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_new(beside, bytes, PUBLIC_MODE)
}

/// Writes a file that must not exist yet and flushes it; its name is durable after `sync_parent`.
pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Flushes the folder in which a path lies, so that names survive a power cut.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Makes a folder that everybody may read and only its owner may write; one that exists is fine.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o755).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_parent(path),
    }
}

/// Reads a whole file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let why = format!("more than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(bytes)
}
