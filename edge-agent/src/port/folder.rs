//! Watching a folder for finished files, by looking often: network shares send no notice.
//!
//! A file is read when size and time did not change for the settling time. What was read to its end
//! is remembered by SHA-256 in the outbox, so that it is never read twice, under whatever name.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tl_ledger::Hash;

/// How often a folder is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Files that are looked at in one folder.
const FILES_MAX: usize = 10_000;
/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 32 << 20;

/// A file that did not change for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its name, for messages and entries.
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    since: Instant,
    done: bool,
    /// Not before this: the last try failed for a reason that may pass.
    not_before: Option<Instant>,
}

/// What is known of a folder's files since the start.
#[derive(Debug)]
pub(crate) struct Watch {
    folder: PathBuf,
    endings: &'static [&'static str],
    settle: Duration,
    files: HashMap<PathBuf, Seen>,
}

impl Watch {
    /// Nothing seen yet.
    pub(crate) fn new(folder: &Path, endings: &'static [&'static str], settle_ms: u64) -> Self {
        let settle = Duration::from_millis(settle_ms);
        Self { folder: folder.to_owned(), endings, settle, files: HashMap::new() }
    }

    /// Files that may be read now, in order of name.
    ///
    /// # Errors
    /// The folder can't be listed.
    pub(crate) fn look(&mut self, now: Instant) -> std::io::Result<Vec<Settled>> {
        let mut ready = Vec::new();
        let mut there = Vec::new();
        for item in fs::read_dir(&self.folder)?.take(FILES_MAX) {
            let item = item?;
            let path = item.path();
            let name = item.file_name().to_string_lossy().into_owned();
            let Ok(about) = fs::metadata(&path) else {
                continue;
            };
            let lower = name.to_ascii_lowercase();
            // Files that begin so are locks and drafts of office programs.
            let draft = name.starts_with(['~', '.']);
            if !about.is_file() || draft || !self.endings.iter().any(|it| lower.ends_with(it)) {
                continue;
            }
            there.push(path.clone());
            let (size, modified) = (about.len(), about.modified().ok());
            let fresh = Seen { size, modified, since: now, done: false, not_before: None };
            let seen = self.files.entry(path.clone()).or_insert_with(|| fresh.clone());
            if seen.size != size || seen.modified != modified {
                *seen = fresh;
            }
            let waits = seen.not_before.is_some_and(|at| now < at);
            if !seen.done && !waits && now.duration_since(seen.since) >= self.settle && size > 0 {
                ready.push(Settled { path, name });
            }
        }
        self.files.retain(|path, _| there.contains(path));
        ready.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(ready)
    }

    /// Not to be read again until it changes.
    pub(crate) fn done(&mut self, file: &Settled) {
        if let Some(seen) = self.files.get_mut(&file.path) {
            seen.done = true;
        }
    }

    /// To be tried again later, though it does not change.
    pub(crate) fn later(&mut self, file: &Settled, pause: Duration) {
        if let Some(seen) = self.files.get_mut(&file.path) {
            seen.not_before = Some(Instant::now() + pause);
        }
    }
}

/// The bytes of a settled file with their hash.
///
/// # Errors
/// It is gone, can't be read, or is too large.
pub(crate) fn read(file: &Settled) -> std::io::Result<(Vec<u8>, Hash)> {
    let size = fs::metadata(&file.path)?.len();
    if size > FILE_BYTES_MAX {
        let message = format!("{size} bytes, at most {FILE_BYTES_MAX} are read");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, message));
    }
    let bytes = fs::read(&file.path)?;
    let hash = Hash::of(&bytes);
    Ok((bytes, hash))
}
