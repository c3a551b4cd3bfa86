//! Files that must be whole or absent: secrets with their mode, certificates, address files.
//!
//! A file is written beside its place, flushed to the disk and renamed; a crash leaves the old one
//! or the new one. Knows nothing of what the bytes mean.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Mode of a secret that is replaced at times (TLS keys).
pub const SECRET_MODE: u32 = 0o600;
/// Mode of a secret that never changes (signing keys).
pub const FIXED_SECRET_MODE: u32 = 0o400;
/// Mode of what everybody may read.
pub const PUBLIC_MODE: u32 = 0o644;

/// Writes a file in one step, replacing an old one.
///
/// # Errors
/// Those of the file system.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(path)
}

/// Makes a folder that only its owner may enter.
///
/// # Errors
/// Those of the file system.
pub fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Bytes that the disk of a folder has free for us; `None` when the system does not say.
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = nix::sys::statvfs::statvfs(folder).ok()?;
    Some(disk.blocks_available() * disk.fragment_size())
}

/// Flushes the folder of a file, so that its name survives a power cut.
///
/// # Errors
/// Those of the file system.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
