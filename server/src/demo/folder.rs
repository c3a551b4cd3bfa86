//! The demonstration's folder: empty at the beginning, gone or empty at the end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::{files, random};

/// A folder that is cleared when it is dropped, unless it is to be kept.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Made here, so removed as well; a folder that was named is only emptied.
    made: bool,
    keep: bool,
}

impl Folder {
    /// Takes the folder named, or makes one among the temporary files.
    ///
    /// # Errors
    /// A folder that is not empty: the demonstration never touches what is there.
    pub(super) fn take(named: Option<&Path>, keep: bool) -> anyhow::Result<Self> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => std::env::temp_dir()
                .join(format!("tl-demo-{}", random::crockford(10).to_ascii_lowercase())),
        };
        let made = !path.exists();
        if !made {
            let mut inside = fs::read_dir(&path)
                .with_context(|| format!("cannot read the folder {}", path.display()))?;
            if inside.next().is_some() {
                bail!(
                    "{} 不是空目录；演示只在空目录中运行，原有内容未改动 \
                     (not an empty folder: name an empty one with --dir, nothing was touched)",
                    path.display()
                );
            }
        }
        files::private_folder(&path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self { path, made, keep })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn clear(&self) -> io::Result<()> {
        if self.made {
            return fs::remove_dir_all(&self.path);
        }
        for inside in fs::read_dir(&self.path)? {
            let inside = inside?;
            if inside.file_type()?.is_dir() {
                fs::remove_dir_all(inside.path())?;
            } else {
                fs::remove_file(inside.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        if let Err(error) = self.clear() {
            eprintln!(
                "未能清除演示目录，请手工删除 (remove by hand) {}: {error}",
                self.path.display()
            );
        }
    }
}

#[cfg(test)]
mod tests;
