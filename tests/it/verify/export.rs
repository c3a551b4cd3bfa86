//! What a server gave out, as files that can be copied and changed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tl_tests::program;

use super::judges::Check;
use Check::{Consistency, Event, Fsck, Proof};

/// What a server gave out, as files.
pub(super) struct Export {
    pub(super) folder: tempfile::TempDir,
}

impl Export {
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn files(&self, check: Check) -> Vec<PathBuf> {
        let names: &[&str] = match check {
            Check::Checkpoint => &["log/checkpoint"],
            Proof => &["one.tlog-proof", "one.tlog-proof.entry"],
            Consistency => &["consistency", "checkpoint.old"],
            Fsck => &["log"],
            Event => &["one.tlog-proof.entry"],
        };
        names.iter().map(|name| self.path(name)).collect()
    }

    pub(super) fn key(&self) -> String {
        self.text("one.key").unwrap_or_default()
    }

    pub(super) fn copied(&self) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let from = self.folder.path().join(".");
        program::succeed(Command::new("cp").arg("-r").arg(from).arg(folder.path()))?;
        Ok(Self { folder })
    }

    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        fs::read(self.path(name)).with_context(|| name.to_owned())
    }

    pub(super) fn text(&self, name: &str) -> Result<String> {
        Ok(String::from_utf8(self.bytes(name)?)?)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        fs::write(self.path(name), bytes).with_context(|| name.to_owned())
    }

    /// Changes the bytes of a file; they must differ afterwards.
    pub(super) fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let before = self.bytes(name)?;
        let mut after = before.clone();
        change(&mut after);
        ensure!(before != after, "{name} was not changed");
        self.write(name, after)
    }

    pub(super) fn replace(&self, name: &str, from: &str, to: &str) -> Result<()> {
        let text = self.text(name)?;
        ensure!(text.contains(from), "{name} holds no {from:?}");
        self.write(name, text.replacen(from, to, 1))
    }

    pub(super) fn swap(&self, one: &str, other: &str) -> Result<()> {
        let (left, right) = (self.bytes(one)?, self.bytes(other)?);
        ensure!(left != right, "{one} and {other} are the same");
        self.write(one, right)?;
        self.write(other, left)
    }
}
