//! The files of the checkout: what git tracks, and what it would track.
//!
//! Invariant: paths are relative to the root with `/`; a file that is no UTF-8 has an empty text
//! and its true size. Rules read nothing but this.

use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

use super::code;
use crate::workspace;

/// Packages that no product is linked from.
const TEST_FOLDERS: &[&str] = &["tests/", "crates/testkit/"];

/// All files, in the order of their paths.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

/// One file with its text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    /// Rust only: the text with comments and strings blanked, so that a word in it is code.
    pub(crate) code: String,
    /// In bytes.
    pub(crate) size: usize,
}

impl Tree {
    /// Reads the checkout that this program was built from.
    pub(crate) fn read() -> Result<Self> {
        let root = workspace::root();
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .context("cannot run git, which lists the files to check")?;
        if !output.status.success() {
            bail!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let list = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
        let mut paths: Vec<&str> = list.split('\0').filter(|path| !path.is_empty()).collect();
        paths.sort_unstable();
        paths.dedup();
        let mut files = Vec::new();
        for path in paths {
            // A deleted file stays in git's list until the deletion is staged.
            let Ok(bytes) = fs::read(root.join(path)) else { continue };
            let size = bytes.len();
            files.push(File::new(path, String::from_utf8(bytes).unwrap_or_default(), size));
        }
        Ok(Self { files })
    }

    /// A checkout made of these texts.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files =
            files.iter().map(|(path, text)| File::new(path, (*text).to_owned(), text.len()));
        Self { files: files.collect() }
    }

    /// Rust sources.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The file at exactly this path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl File {
    fn new(path: &str, text: String, size: usize) -> Self {
        let code = if path.ends_with(".rs") { code::only(&text) } else { String::new() };
        Self { path: path.to_owned(), text, code, size }
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Tests, and what only tests use.
    pub(crate) fn is_test(&self) -> bool {
        self.name() == "tests.rs"
            || self.path.contains("/tests/")
            || TEST_FOLDERS.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Lines of code outside inline test modules, with their numbers from 1.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = code::test_module_line(&self.code).unwrap_or(usize::MAX);
        numbered(&self.code).take_while(move |(number, _)| *number < end)
    }

    /// Lines of text with their numbers from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.text)
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}
