//! Reading as if for the first time: what the system keeps of a file in memory is thrown away.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use tl_tests::chance::Chance;

/// Bytes of one page of a database.
const PAGE_BYTES: u64 = 4096;

/// Throws away what the system keeps of a file; pages that are not on the disk yet go there first.
///
/// # Errors
/// The file can't be opened or written back.
pub(super) fn forget(path: &Path) -> Result<()> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    file.sync_all()?;
    posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
    Ok(())
}

/// The same for all files of a folder and below.
///
/// # Errors
/// As `forget`.
pub(super) fn forget_all(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            forget_all(&entry.path())?;
        } else {
            forget(&entry.path())?;
        }
    }
    Ok(())
}

/// Sorted times of single reads of a page anywhere in a file that nothing is kept of: what one
/// look at this disk costs.
///
/// # Errors
/// The file can't be read.
pub(super) fn page_reads(path: &Path, count: usize, chance: &mut Chance) -> Result<Vec<Duration>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let pages = file.metadata()?.len() / PAGE_BYTES;
    posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_RANDOM)?;
    let mut times = Vec::with_capacity(count);
    let mut page = vec![0; usize::try_from(PAGE_BYTES)?];
    for _ in 0..count {
        forget(path)?;
        let at = chance.pick(0..pages.max(1)) * PAGE_BYTES;
        let begin = Instant::now();
        file.read_exact_at(&mut page, at)?;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}
