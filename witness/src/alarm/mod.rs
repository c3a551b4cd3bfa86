//! Evidence: two notes that one log signed and that can't both be true, kept for people to judge.
//!
//! An alarm is a folder with three files: `alarm.txt` in words, `kept.checkpoint` with what this
//! witness had cosigned, `offered.checkpoint` with what it was shown, and for a proof that failed
//! `request.txt` with the whole request. It appears at once or not at all. What has been judged is
//! moved away by people; only suspicions that were settled are bounded by dropping them. Kinds:
//!
//! - `split`: two roots for one size. Proves that the log lied to somebody: it signed both.
//! - `rollback`: our own signature on a head that we do not know. This folder is older than what
//!   was signed, or the key signs elsewhere too: signing stops.
//! - `unproven`: a larger head came with a proof that fails. Proves nothing alone: anybody may send
//!   a signed head with a wrong proof.
//! - `settled`: such a head that was proven later; a false alarm.

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tl_ledger::{Hash, SignedCheckpoint, TreeHead};

use crate::clock;
use crate::files;
use crate::limits::{ALARMS_PER_LOG_MAX, STATE_BYTES_MAX};

/// What an alarm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Two roots for one size, both signed by the log.
    Split,
    /// Our own signature on something newer than what we keep.
    Rollback,
    /// A larger head whose consistency was not shown.
    Unproven,
    /// Such a head that was shown to be consistent later.
    Settled,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Split, "split"),
    (Kind::Rollback, "rollback"),
    (Kind::Unproven, "unproven"),
    (Kind::Settled, "settled"),
];

/// Names an alarm: its kind, the log, and the head that was offered. The same head offered twice
/// is one alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AlarmName {
    /// What it says.
    pub(crate) kind: Kind,
    /// SHA-256 of the log's origin.
    pub(crate) log: Hash,
    /// Size that was offered.
    pub(crate) size: u64,
    /// Root that was offered.
    pub(crate) root: Hash,
}

/// A file of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// In words.
    Alarm,
    /// What the witness had cosigned.
    Kept,
    /// What it was shown.
    Offered,
    /// The request with its proof.
    Request,
}

/// What is written into a new alarm.
#[derive(Debug)]
pub(crate) struct Content<'a> {
    /// One line that says what happened.
    pub(crate) why: &'a str,
    /// What the witness had cosigned; `None` when it knew nothing.
    pub(crate) kept: Option<&'a SignedCheckpoint>,
    /// What it was shown.
    pub(crate) offered: &'a SignedCheckpoint,
    /// The request, when its proof is what matters.
    pub(crate) request: Option<String>,
    /// Now, in seconds since 1970.
    pub(crate) seen_seconds: u64,
}

/// What became of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Written and flushed.
    New,
    /// It was there.
    Already,
    /// There is so much of this kind that more is not kept.
    Enough,
}

/// The folder of evidence.
#[derive(Debug)]
pub(crate) struct Alarms {
    folder: PathBuf,
}

impl Alarms {
    /// Names the folder; nothing is read yet.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// All alarms, settled ones included, in the order of their names.
    pub(crate) fn list(&self) -> io::Result<Vec<AlarmName>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            names.extend(
                entry?.file_name().to_str().and_then(|name| name.parse::<AlarmName>().ok()),
            );
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Keeps evidence; durable when it returns.
    pub(crate) fn keep(&self, name: AlarmName, content: &Content<'_>) -> io::Result<Kept> {
        let place = self.folder.join(name.to_string());
        if place.exists() {
            return Ok(Kept::Already);
        }
        if self.is_full(name)? {
            return Ok(Kept::Enough);
        }
        let beside = self.folder.join(format!("{name}.new"));
        match fs::remove_dir_all(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::create_dir(&beside)?;
        for (evidence, text) in content.files(name) {
            let path = beside.join(evidence.to_string());
            files::write_new(&path, text.as_bytes(), files::PUBLIC_MODE)?;
        }
        fs::File::open(&beside)?.sync_all()?;
        fs::rename(&beside, &place)?;
        files::sync_parent(&place)?;
        Ok(Kept::New)
    }

    /// Marks a suspicion as settled: the head was shown to be consistent.
    pub(crate) fn settle(&self, name: AlarmName) -> io::Result<()> {
        let settled = AlarmName { kind: Kind::Settled, ..name };
        if self.is_full(settled)? {
            return fs::remove_dir_all(self.folder.join(name.to_string()));
        }
        let (from, to) =
            (self.folder.join(name.to_string()), self.folder.join(settled.to_string()));
        fs::rename(&from, &to)?;
        files::sync_parent(&to)
    }

    fn is_full(&self, name: AlarmName) -> io::Result<bool> {
        let alike = |other: &&AlarmName| (other.kind, other.log) == (name.kind, name.log);
        Ok(self.list()?.iter().filter(alike).count() >= ALARMS_PER_LOG_MAX)
    }

    /// A file of an alarm.
    pub(crate) fn read(&self, name: AlarmName, evidence: Evidence) -> io::Result<Vec<u8>> {
        let place = self.folder.join(name.to_string());
        files::read(&place.join(evidence.to_string()), STATE_BYTES_MAX)
    }

    /// The checkpoint that raised an alarm.
    pub(crate) fn offered(&self, name: AlarmName) -> io::Result<SignedCheckpoint> {
        SignedCheckpoint::parse(&self.read(name, Evidence::Offered)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Where an alarm lies, for people.
    pub(crate) fn place(&self, name: AlarmName) -> PathBuf {
        self.folder.join(name.to_string())
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Content<'_> {
    fn files(&self, name: AlarmName) -> Vec<(Evidence, String)> {
        let head = |head: TreeHead| format!("{} {}", head.size, head.root);
        let mut words = format!(
            "kind {}\nlog {}\nseen {}\noffered {}\n",
            name.kind,
            self.offered.checkpoint().origin(),
            clock::shown(self.seen_seconds),
            head(self.offered.head()),
        );
        let mut files = vec![(Evidence::Offered, self.offered.to_string())];
        if let Some(kept) = self.kept {
            words.push_str(&format!("kept {}\n", head(kept.head())));
            files.push((Evidence::Kept, kept.to_string()));
        }
        files.extend(self.request.clone().map(|text| (Evidence::Request, text)));
        words.push_str(&format!("why {}\n", self.why.replace('\n', " ")));
        files.push((Evidence::Alarm, words));
        files
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(kind, _)| kind == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl fmt::Display for Evidence {
    /// The file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alarm => "alarm.txt",
            Self::Kept => "kept.checkpoint",
            Self::Offered => "offered.checkpoint",
            Self::Request => "request.txt",
        })
    }
}

/// A name that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoName;

impl FromStr for Evidence {
    type Err = NoName;

    fn from_str(text: &str) -> Result<Self, NoName> {
        [Self::Alarm, Self::Kept, Self::Offered, Self::Request]
            .into_iter()
            .find(|evidence| evidence.to_string() == text)
            .ok_or(NoName)
    }
}

impl fmt::Display for AlarmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-{}", self.kind, self.log, self.size, self.root)
    }
}

impl FromStr for AlarmName {
    type Err = NoName;

    /// Only what `Display` writes: names come from addresses too.
    fn from_str(text: &str) -> Result<Self, NoName> {
        let parts: Vec<&str> = text.split('-').collect();
        let [kind, log, size, root] = parts.as_slice() else { return Err(NoName) };
        let (kind, _) = KINDS.iter().find(|(_, name)| name == kind).ok_or(NoName)?;
        let log = log.parse().map_err(|_| NoName)?;
        let size = size.parse().map_err(|_| NoName)?;
        let root = root.parse().map_err(|_| NoName)?;
        let name = Self { kind: *kind, log, size, root };
        if name.to_string() == text { Ok(name) } else { Err(NoName) }
    }
}
