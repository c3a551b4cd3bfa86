//! A small disk that can be filled.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use nix::mount::{MntFlags, MsFlags, mount, umount2};

/// Pieces in which the last room is taken.
const PIECES: [usize; 4] = [64 * 1024, 4096, 512, 1];

/// A small file system in memory; gone when dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Makes one of some megabytes; `None`, after one line, where this account may not.
    pub fn mount(path: &Path, megabytes: u32) -> Option<Self> {
        fs::create_dir_all(path).ok()?;
        let size = format!("size={megabytes}m");
        let made = mount(Some("tmpfs"), path, Some("tmpfs"), MsFlags::empty(), Some(size.as_str()));
        if let Err(error) = made {
            println!("skipped: a small disk cannot be made here ({error})");
            return None;
        }
        Some(Self(path.to_owned()))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes all room that is left.
    ///
    /// # Errors
    /// The file can't be made.
    pub fn fill(&self) -> Result<()> {
        let mut file = File::create(self.0.join("filler"))?;
        for size in PIECES {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Ok(())
    }

    /// Gives that room back.
    ///
    /// # Errors
    /// It was not filled.
    pub fn empty(&self) -> Result<()> {
        Ok(fs::remove_file(self.0.join("filler"))?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = umount2(&self.0, MntFlags::MNT_DETACH);
    }
}
