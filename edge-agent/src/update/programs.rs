//! The programs of a box and the journal that says which one runs.
//!
//! ```text
//! DIR/programs/SHA256/tl-edge    a program, complete: the folder was renamed into place
//! DIR/programs/SHA256.part       one that is still coming
//! DIR/programs/current           link to the folder whose program runs
//! DIR/programs/journal.json      which one is accepted, which one is on probation
//! ```
//!
//! The journal decides, the link follows: after a cut in between the launcher turns the link. No
//! journal and no link is a box that runs what it came with.

#[cfg(test)]
pub(super) mod tests;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use tl_ledger::Hash;
use tl_wire::update::{UpdateManifest, Version};

use super::probation::PROGRAM_VARIABLE;
use crate::home::Home;

/// Name of the program in its folder.
pub(crate) const PROGRAM: &str = "tl-edge";
/// Starts that a new program gets.
const STARTS: u32 = 3;
/// Programs that failed and are remembered.
const REFUSED_MAX: usize = 16;
const JOURNAL: &str = "journal.json";
const LINK: &str = "current";
/// Folders of self-tests begin with this.
const SCRATCH: &str = "self-test-";

/// Version that this program was built as.
pub(super) fn own_version() -> Version {
    env!("CARGO_PKG_VERSION").parse().unwrap_or(Version(0, 0, 0))
}

/// A program that lies in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Installed {
    /// Its version, as signed.
    pub(crate) version: Version,
    /// SHA-256 of its bytes; the name of its folder.
    pub(crate) sha256: Hash,
}

/// A program on probation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trial {
    /// Which.
    pub(crate) program: Installed,
    /// Starts that are left before the old one comes back.
    pub(crate) starts_left: u32,
    /// No version below this one, once it is accepted.
    pub(crate) floor: Version,
    /// Whether it has to reach the server, because the one before it did.
    pub(crate) needs_contact: bool,
}

/// What is known of programs; members that a later version added are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Journal {
    /// The one that has proved itself; none is the one that the box came with.
    pub(crate) accepted: Option<Installed>,
    /// The one that is being tried.
    pub(crate) trial: Option<Trial>,
    /// No version below this one is installed.
    pub(crate) floor: Option<Version>,
    /// Programs that failed, latest last: they are not tried again by themselves.
    pub(crate) refused: Vec<Hash>,
}

impl Journal {
    /// The newest version that is in use: the accepted one, or a newer one that came with the box.
    pub(crate) fn version(&self) -> Version {
        self.accepted.as_ref().map_or_else(own_version, |it| it.version.max(own_version()))
    }

    /// Version of the program that runs in this process.
    pub(crate) fn running(&self) -> Version {
        let own: Option<Hash> =
            std::env::var(PROGRAM_VARIABLE).ok().and_then(|text| text.parse().ok());
        let trial = self.trial.as_ref().map(|trial| &trial.program);
        let known = [trial, self.accepted.as_ref()].into_iter().flatten();
        let found = known.into_iter().find(|it| Some(it.sha256) == own);
        found.map_or_else(own_version, |it| it.version)
    }

    fn refuse(&mut self, sha256: Hash) {
        self.refused.retain(|known| *known != sha256);
        self.refused.push(sha256);
        let over = self.refused.len().saturating_sub(REFUSED_MAX);
        self.refused.drain(..over);
    }

    /// For the person at the console.
    pub(crate) fn words(&self) -> String {
        let mut lines = vec![format!("当前程序 (program): {}", self.version())];
        if let Some(trial) = &self.trial {
            let (version, left) = (trial.program.version, trial.starts_left);
            lines.push(format!("试运行 (on probation): {version},剩余启动次数 {left}"));
        }
        if let Some(floor) = self.floor {
            lines.push(format!("最低版本 (floor): {floor}"));
        }
        for sha256 in &self.refused {
            lines.push(format!("试运行失败 (failed): {sha256}"));
        }
        lines.join("\n")
    }
}

/// The folder of programs.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    root: PathBuf,
}

impl Programs {
    /// Of an agent's directory; nothing is read yet.
    pub(crate) fn of(home: &Home) -> Self {
        Self { root: home.file("programs") }
    }

    /// The journal; none is a box that was never updated.
    ///
    /// # Errors
    /// It can't be read, or is damaged.
    pub(crate) fn journal(&self) -> Result<Journal> {
        let path = self.root.join(JOURNAL);
        match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Journal::default()),
            read => {
                let text = read.with_context(|| format!("cannot read {}", path.display()))?;
                serde_json::from_slice(&text)
                    .with_context(|| format!("{} is damaged", path.display()))
            }
        }
    }

    /// Replaces the journal as a whole.
    pub(super) fn write_journal(&self, journal: &Journal) -> Result<()> {
        let text = serde_json::to_vec_pretty(journal).context("journal as JSON")?;
        let beside = self.root.join(format!("{JOURNAL}.new"));
        write_synced(&beside, &text, 0o600)?;
        fs::rename(&beside, self.root.join(JOURNAL)).context("cannot replace the journal")?;
        self.sync()
    }

    /// Makes the folder.
    pub(super) fn create(&self) -> Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.root)
            .with_context(|| format!("cannot make {}", self.root.display()))
    }

    /// Where the bytes of a program are gathered.
    pub(super) fn part(&self, sha256: Hash) -> PathBuf {
        self.root.join(format!("{sha256}.part"))
    }

    /// A folder for the self-test, empty. It is this process's own: a test that an agent before us
    /// left running when it was killed finds its folder gone and ends.
    pub(super) fn scratch(&self) -> Result<PathBuf> {
        self.clear_scratch();
        let path = self.root.join(format!("{SCRATCH}{}", std::process::id()));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        Ok(path)
    }

    /// Removes the folders of self-tests.
    pub(super) fn clear_scratch(&self) {
        let Ok(entries) = fs::read_dir(&self.root) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(SCRATCH) {
                // What stays is cleared before the next self-test.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Where a program lies, when its bytes are there and whole.
    pub(super) fn staged(&self, manifest: &UpdateManifest) -> Option<PathBuf> {
        let there = self.root.join(manifest.sha256.to_string()).join(PROGRAM);
        let bytes = fs::read(&there).ok()?;
        manifest.check_program(&bytes).is_ok().then_some(there)
    }

    /// Lays a program down, complete and executable; gives its path.
    ///
    /// # Errors
    /// The bytes are others than the manifest's, or the disk's.
    pub(crate) fn stage(&self, manifest: &UpdateManifest, program: &[u8]) -> Result<PathBuf> {
        manifest.check_program(program)?;
        self.create()?;
        if let Some(there) = self.staged(manifest) {
            return Ok(there);
        }
        let folder = self.root.join(manifest.sha256.to_string());
        let there = folder.join(PROGRAM);
        let beside = self.root.join(format!("{}.new", manifest.sha256));
        for stale in [&beside, &folder] {
            if stale.exists() {
                fs::remove_dir_all(stale)?;
            }
        }
        fs::DirBuilder::new().mode(0o700).create(&beside)?;
        write_synced(&beside.join(PROGRAM), program, 0o700)?;
        sync_folder(&beside)?;
        fs::rename(&beside, &folder)?;
        self.sync()?;
        Ok(there)
    }

    /// Puts a staged program on probation: journal first, then the link.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn begin(&self, manifest: &UpdateManifest, needs_contact: bool) -> Result<()> {
        let mut journal = self.journal()?;
        journal.trial = Some(Trial {
            program: Installed { version: manifest.version, sha256: manifest.sha256 },
            starts_left: STARTS,
            floor: manifest.floor,
            needs_contact,
        });
        self.write_journal(&journal)?;
        self.point(Some(manifest.sha256))
    }

    /// The program on probation has proved itself.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn accept(&self) -> Result<()> {
        let mut journal = self.journal()?;
        let Some(trial) = journal.trial.take() else { return Ok(()) };
        journal.floor = journal.floor.max(Some(trial.floor));
        journal.refused.retain(|sha256| *sha256 != trial.program.sha256);
        journal.accepted = Some(trial.program);
        self.write_journal(&journal)?;
        self.sweep(&journal);
        Ok(())
    }

    /// Ends a probation in failure: the link first, so that it never points to nothing.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn give_up(&self) -> Result<Journal> {
        let mut journal = self.journal()?;
        let Some(trial) = journal.trial.take() else { return Ok(journal) };
        self.point(journal.accepted.as_ref().map(|it| it.sha256))?;
        journal.refuse(trial.program.sha256);
        self.write_journal(&journal)?;
        Ok(journal)
    }

    /// Remembers a program that failed its self-test.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn refuse(&self, sha256: Hash) -> Result<()> {
        let mut journal = self.journal()?;
        journal.refuse(sha256);
        self.write_journal(&journal)
    }

    /// Uses one start of the probation, durably, before the program runs; `false`: none is left.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn use_start(&self) -> Result<bool> {
        self.count(|left| left.checked_sub(1))
    }

    /// Gives a start back: the program was asked to end while it was well.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn return_start(&self) -> Result<()> {
        self.count(|left| Some((left + 1).min(STARTS))).map(drop)
    }

    /// Leaves no start: the next launch returns to the old program.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn use_up(&self) -> Result<()> {
        self.count(|_| Some(0)).map(drop)
    }

    fn count(&self, change: impl FnOnce(u32) -> Option<u32>) -> Result<bool> {
        let mut journal = self.journal()?;
        let Some(trial) = &mut journal.trial else { return Ok(false) };
        let Some(left) = change(trial.starts_left) else { return Ok(false) };
        trial.starts_left = left;
        self.write_journal(&journal)?;
        Ok(true)
    }

    /// Path of an installed program, when its bytes are there.
    pub(super) fn path(&self, program: &Installed) -> Result<PathBuf> {
        let path = self.root.join(program.sha256.to_string()).join(PROGRAM);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let found = Hash::of(&bytes);
        ensure!(found == program.sha256, "{} was changed: its hash is {found}", path.display());
        Ok(path)
    }

    /// Turns the link to a program, or removes it, in one step.
    pub(super) fn point(&self, to: Option<Hash>) -> Result<()> {
        let link = self.root.join(LINK);
        let aim = to.map(|sha256| PathBuf::from(sha256.to_string()));
        if fs::read_link(&link).ok() == aim {
            return Ok(());
        }
        match aim {
            Some(aim) => {
                let beside = self.root.join(format!("{LINK}.new"));
                // A cut may have left one behind.
                let _ = fs::remove_file(&beside);
                symlink(&aim, &beside).context("cannot make the link")?;
                fs::rename(&beside, &link).context("cannot turn the link")?;
            }
            None => fs::remove_file(&link).context("cannot remove the link")?,
        }
        self.sync()
    }

    /// Removes programs that nobody needs any more.
    fn sweep(&self, journal: &Journal) {
        let kept = journal.accepted.as_ref().map(|it| it.sha256.to_string());
        let Ok(entries) = fs::read_dir(&self.root) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let (stem, ending) = name.split_once('.').unwrap_or((&name, ""));
            let ours = stem.parse::<Hash>().is_ok() && matches!(ending, "" | "part" | "new");
            if ours && kept.as_deref() != Some(&*name) {
                let path = entry.path();
                let gone =
                    if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                if let Err(error) = gone {
                    tracing::warn!(%error, path = %path.display(), "an old program stays");
                }
            }
        }
    }

    fn sync(&self) -> Result<()> {
        sync_folder(&self.root)
    }
}

fn sync_folder(path: &Path) -> Result<()> {
    let flushed = fs::File::open(path).and_then(|folder| folder.sync_all());
    flushed.with_context(|| format!("cannot flush {}", path.display()))
}

fn write_synced(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}
