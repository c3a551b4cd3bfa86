//! Cutting the power of a program: what it wrote below its directory and did not sync is lost, or
//! there in part.
//!
//! A library (`tests/powercut`) notes what the program does; after the program was killed the
//! directory is replaced by what a disk may hold. Of what was not synced each write is lost, kept
//! or torn by chance, sector by sector; names that were not synced with their folder are lost from
//! some point on. Nothing here knows what the program's files mean.

mod disk;
mod log;

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::chance::Chance;
use crate::preload;
use disk::Disk;
pub use disk::Lost;

/// The power of one directory.
pub struct PowerCut {
    library: PathBuf,
    directory: PathBuf,
    log: PathBuf,
    before: Disk,
    /// Holds library and log.
    _folder: TempDir,
}

impl PowerCut {
    /// Prepares for a directory; everything in it counts as synced.
    ///
    /// # Errors
    /// The library can't be built, the directory can't be read.
    pub fn of(directory: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tl-power-").tempdir()?;
        let library = preload::build("powercut", folder.path())?;
        let log = folder.path().join("log");
        let directory = directory.to_owned();
        let before = read(&directory)?;
        Ok(Self { library, directory, log, before, _folder: folder })
    }

    /// Makes a program that is started next note what it does.
    pub fn watch(&self, environment: &mut Vec<(String, String)>) {
        let settings: [(&str, &Path); 2] =
            [("TL_POWERCUT_DIR", &self.directory), ("TL_POWERCUT_LOG", &self.log)];
        preload::add(environment, &self.library, &settings);
    }

    /// Takes everything in the directory as synced; before each start of the program.
    ///
    /// # Errors
    /// The directory can't be read.
    pub fn power_on(&mut self) -> Result<()> {
        self.before = read(&self.directory)?;
        if self.log.exists() {
            fs::remove_file(&self.log)?;
        }
        Ok(())
    }

    /// Replaces the directory by what is left of it after a cut; the program was killed before.
    ///
    /// # Errors
    /// The log says what no program does here, or the directory can't be replaced.
    pub fn cut(&mut self, chance: &mut Chance) -> Result<Lost> {
        let bytes = fs::read(&self.log).context("the program noted nothing: is it static?")?;
        let mut disk = std::mem::take(&mut self.before);
        let prefix = self.directory.to_str().context("a directory's name is text")?;
        for record in log::records(&bytes) {
            disk.apply(prefix, &record?)?;
        }
        let (names, lost) = disk.after_cut(chance);
        clear(&self.directory)?;
        for (name, content) in names {
            let path = self.directory.join(name);
            match content {
                None => fs::DirBuilder::new().mode(0o700).create(&path)?,
                Some(bytes) => write(&path, &bytes)?,
            }
        }
        Ok(lost)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes).with_context(|| path.display().to_string())
}

/// Removes what is in a directory, not the directory.
fn clear(directory: &Path) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
    }
    Ok(())
}

fn read(directory: &Path) -> Result<Disk> {
    let mut disk = Disk::default();
    let mut open = vec![(directory.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let about = fs::symlink_metadata(&path)?;
            let own = path.file_name().and_then(|name| name.to_str());
            let name = format!("{prefix}{}", own.context("a file's name is text")?);
            if about.is_dir() {
                disk.hold_folder(&name);
                open.push((path, format!("{name}/")));
            } else {
                ensure!(about.is_file(), "{} is no file", path.display());
                disk.hold_file(&name, about.ino(), fs::read(&path)?);
            }
        }
    }
    Ok(disk)
}
