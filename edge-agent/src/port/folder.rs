//! Watching a folder for finished files, by looking often: network shares send no notice.
//!
//! A file is read when nothing of it changed for the settling time, and counts when nothing of it
//! changed while it was read. What was read to its end is remembered by SHA-256 in the outbox, so
//! that it is never read twice, under whatever name.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tl_ledger::Hash;

use super::Ports;
use crate::board::PortState;

/// How often a folder is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Files that are looked at in one folder; more are an error, because none may be passed over.
const FILES_MAX: usize = 10_000;
/// Pause before a file is tried again; doubles with each try up to the last.
const RETRY_FIRST: Duration = Duration::from_secs(5);
const RETRY_LAST: Duration = Duration::from_secs(80);
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

/// What changes with a file's content: its size, and both times, because a copy that replaces a
/// file may bring its size and its time of writing along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl State {
    fn of(about: &fs::Metadata) -> Self {
        Self {
            size: about.len(),
            written: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    state: State,
    since: Instant,
    done: bool,
    /// Not before this, and the pause before it: the last try failed for a reason that may pass.
    not_before: Option<(Instant, Duration)>,
    /// Number of the look that saw it last.
    look: u64,
}

/// What is known of a folder's files since the start.
#[derive(Debug)]
pub(crate) struct Watch {
    folder: PathBuf,
    endings: &'static [&'static str],
    settle: Duration,
    files: HashMap<PathBuf, Seen>,
    looks: u64,
}

impl Watch {
    /// Nothing seen yet.
    pub(crate) fn new(folder: &Path, endings: &'static [&'static str], settle_ms: u64) -> Self {
        let settle = Duration::from_millis(settle_ms);
        Self { folder: folder.to_owned(), endings, settle, files: HashMap::new(), looks: 0 }
    }

    /// Files that may be read now, in order of name.
    ///
    /// # Errors
    /// The folder can't be listed, or holds more files than are looked at.
    pub(crate) fn look(&mut self, now: Instant) -> std::io::Result<Vec<Settled>> {
        self.looks += 1;
        let mut ready = Vec::new();
        for (count, item) in fs::read_dir(&self.folder)?.enumerate() {
            let item = item?;
            if count >= FILES_MAX {
                return Err(std::io::Error::other(format!(
                    "文件超过 {FILES_MAX} 个,请移走旧文件 (more than {FILES_MAX} files; move old \
                     ones away)"
                )));
            }
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
            let (state, look) = (State::of(&about), self.looks);
            let fresh = Seen { state, since: now, done: false, not_before: None, look };
            let seen = self.files.entry(path.clone()).or_insert_with(|| fresh.clone());
            if seen.state != state {
                *seen = fresh;
            }
            seen.look = look;
            let waits = seen.not_before.is_some_and(|(at, _)| now < at);
            let settled = now.duration_since(seen.since) >= self.settle;
            if !seen.done && !waits && settled && state.size > 0 {
                ready.push(Settled { path, name });
            }
        }
        let look = self.looks;
        self.files.retain(|_, seen| seen.look == look);
        ready.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(ready)
    }

    /// Not to be read again until it changes.
    pub(crate) fn done(&mut self, file: &Settled) {
        if let Some(seen) = self.files.get_mut(&file.path) {
            seen.done = true;
        }
    }

    /// To be tried again later, though it does not change; each time later than before.
    pub(crate) fn later(&mut self, file: &Settled, now: Instant) {
        if let Some(seen) = self.files.get_mut(&file.path) {
            let pause =
                seen.not_before.map_or(RETRY_FIRST, |(_, pause)| (pause * 2).min(RETRY_LAST));
            seen.not_before = Some((now + pause, pause));
        }
    }
}

/// Offers each file that is ready to `take`, which says whether it is done with it; gives whether
/// the folder is there.
pub(super) fn read_ready(
    ports: &Ports,
    port: &str,
    watch: &mut Watch,
    mut take: impl FnMut(&Settled) -> anyhow::Result<bool>,
) -> bool {
    let files = match watch.look(Instant::now()) {
        Ok(files) => files,
        Err(error) => {
            ports.board.set(port, PortState::Gone, &error.to_string());
            return false;
        }
    };
    ports.board.set(port, PortState::Open, "");
    for file in files {
        match take(&file) {
            Ok(true) => watch.done(&file),
            Ok(false) => watch.later(&file, Instant::now()),
            Err(error) => {
                tracing::warn!(port, file = file.name, %error, "not read");
                ports.board.bad(port, &format!("{}: {error}", file.name));
                watch.later(&file, Instant::now());
            }
        }
    }
    true
}

/// The bytes of a settled file with their hash.
///
/// # Errors
/// It is gone, can't be read, is too large, or was written or replaced meanwhile.
pub(crate) fn read(file: &Settled) -> std::io::Result<(Vec<u8>, Hash)> {
    let mut bytes = Vec::new();
    let open = File::open(&file.path)?;
    let before = State::of(&open.metadata()?);
    // It may grow while it is read.
    let read = open.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        let message = format!("at most {FILE_BYTES_MAX} bytes are read");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, message));
    }
    if State::of(&fs::metadata(&file.path)?) != before {
        let message = "it changed while it was read; it is read again when it stands still";
        return Err(std::io::Error::new(std::io::ErrorKind::Interrupted, message));
    }
    let hash = Hash::of(&bytes);
    Ok((bytes, hash))
}
