//! What this machine can do at most, measured in the same run as the programs.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tl_ledger::envelope::pae;
use tl_ledger::{Hash, PAYLOAD_TYPE, Signer};

/// How long each measurement lasts.
const SPAN: Duration = Duration::from_secs(3);
/// Bytes of one durable write: a page of a database.
const WRITE_BYTES: usize = 4096;
/// Pages that are written over in turn.
const PROBE_PAGES: u64 = 256;

/// Strict signature verifications per second on one core, of messages of a size.
///
/// # Panics
/// Never: the signature is this function's own.
#[must_use]
pub fn verifies_per_second(payload_bytes: usize) -> f64 {
    let signer = Signer::from_seed(&Hash::of(b"measure").0);
    let message = pae(PAYLOAD_TYPE, &vec![b'x'; payload_bytes]);
    let signature = signer.sign(&message);
    let key = signer.public();
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < SPAN {
        assert!(key.verifies(&message, &signature), "our own signature holds");
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

/// A file in which single durable writes are timed: whole pages over pages that are there already,
/// as a database's journal is written.
pub struct DiskProbe {
    file: File,
    path: PathBuf,
    next: u64,
}

impl DiskProbe {
    /// Makes the file in a folder on the disk that is measured.
    ///
    /// # Errors
    /// The folder can't be written.
    pub fn new(folder: &Path) -> Result<Self> {
        let path = folder.join("fdatasync.probe");
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        for page in 0..PROBE_PAGES {
            file.write_all_at(&[0; WRITE_BYTES], offset(page))?;
        }
        file.sync_all()?;
        Ok(Self { file, path, next: 0 })
    }

    /// Writes one page and waits until it is on the disk.
    ///
    /// # Errors
    /// The disk's.
    pub fn once(&mut self) -> Result<Duration> {
        let begin = Instant::now();
        self.file.write_all_at(&[7; WRITE_BYTES], offset(self.next % PROBE_PAGES))?;
        self.file.sync_data()?;
        self.next += 1;
        Ok(begin.elapsed())
    }
}

impl Drop for DiskProbe {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn offset(page: u64) -> u64 {
    page * WRITE_BYTES as u64
}

/// Times of single fdatasync calls after a small write, in a folder, sorted.
///
/// # Errors
/// The folder can't be written.
pub fn fdatasync_times(folder: &Path) -> Result<Vec<Duration>> {
    let mut probe = DiskProbe::new(folder)?;
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < SPAN {
        times.push(probe.once()?);
    }
    times.sort_unstable();
    Ok(times)
}

/// A share of sorted times lies below the answer; zero for none.
#[must_use]
pub fn quantile(sorted: &[Duration], per_mille: usize) -> Duration {
    let at = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// Sums of times per second: how many of them fit into one.
#[must_use]
pub fn per_second(times: &[Duration]) -> f64 {
    let total: Duration = times.iter().sum();
    f64::from(u32::try_from(times.len()).unwrap_or(u32::MAX)) / total.as_secs_f64()
}

/// Milliseconds with two decimals.
#[must_use]
pub fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
