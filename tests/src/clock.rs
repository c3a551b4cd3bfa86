//! A wall clock that a test moves, for all programs that are started with it at once.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::preload;

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// The clock; what it shows goes on while it lives.
pub struct ShownClock {
    library: PathBuf,
    offset: PathBuf,
    file: File,
    /// Holds both files.
    _folder: TempDir,
}

impl ShownClock {
    /// A clock that shows the machine's time.
    ///
    /// # Errors
    /// The library can't be built.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tl-clock-").tempdir()?;
        let library = preload::build("clock", folder.path())?;
        let offset = folder.path().join("ahead");
        fs::write(&offset, [0; 8]).context("the clock's file")?;
        let file = File::options().write(true).open(&offset)?;
        Ok(Self { library, offset, file, _folder: folder })
    }

    /// Shows a time that is so many microseconds ahead of the machine's, or behind it.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn set_ahead(&self, micros: i64) -> Result<()> {
        self.file.write_all_at(&micros.to_ne_bytes(), 0).context("the clock's file")
    }

    /// Gives a program this clock.
    pub fn give(&self, environment: &mut Vec<(String, String)>) {
        preload::add(environment, &self.library, &[("TL_CLOCK_FILE", &self.offset)]);
    }
}
