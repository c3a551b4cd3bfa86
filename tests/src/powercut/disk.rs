//! A disk in memory: what is on it for certain, and what is only on its way there.
//!
//! A file's bytes are certain up to its last sync, a name up to the last sync of its folder. It
//! asks nothing of the machine; chance comes as an argument.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, ensure};

use super::log::Record;
use crate::chance::Chance;

/// What a disk writes at once: a write is torn at these bounds.
const SECTOR_BYTES: usize = 512;

/// What a cut took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// Writes that were not synced and are gone, whole or in part.
    pub writes: usize,
    /// Names made, changed or removed without a sync of their folder, and taken back.
    pub names: usize,
}

/// Paths below the directory with their bytes, `None` for a folder; parents come first.
type Names = Vec<(String, Option<Vec<u8>>)>;

#[derive(Debug, Default)]
pub(super) struct Disk {
    files: Vec<Content>,
    by_inode: HashMap<u64, usize>,
    /// Names as they are certain, and as the program sees them.
    certain: BTreeMap<String, Node>,
    seen: BTreeMap<String, Node>,
    /// Changes of names that no sync has covered, in order.
    pending: Vec<NameChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    File(usize),
}

#[derive(Debug, Default)]
struct Content {
    certain: Vec<u8>,
    pending: Vec<Change>,
    /// Written through memory: what of it is on the disk nobody knows.
    is_mapped: bool,
}

#[derive(Debug)]
enum Change {
    Written { offset: usize, bytes: Vec<u8> },
    Resized(usize),
}

#[derive(Debug)]
struct NameChange {
    /// Whose sync makes it certain.
    folder: String,
    removed: Option<String>,
    put: Option<(String, Node)>,
}

impl Disk {
    /// A folder that is there for certain.
    pub(super) fn hold_folder(&mut self, name: &str) {
        self.certain.insert(name.to_owned(), Node::Folder);
        self.seen.insert(name.to_owned(), Node::Folder);
    }

    /// A file that is there for certain.
    pub(super) fn hold_file(&mut self, name: &str, inode: u64, bytes: Vec<u8>) {
        let node = Node::File(self.new_file(inode));
        self.content(inode).expect("it was made just now").certain = bytes;
        self.certain.insert(name.to_owned(), node);
        self.seen.insert(name.to_owned(), node);
    }

    /// Does what the program did; `prefix` is the directory.
    ///
    /// # Errors
    /// The record names what is not there.
    pub(super) fn apply(&mut self, prefix: &str, record: &Record<'_>) -> Result<()> {
        match record {
            Record::Created { inode, path } => {
                let file = Node::File(self.new_file(*inode));
                self.change_name(None, Some((below(prefix, path)?, file)));
            }
            Record::FolderMade { path } => {
                self.change_name(None, Some((below(prefix, path)?, Node::Folder)));
            }
            Record::Removed { path } => self.change_name(Some(below(prefix, path)?), None),
            Record::Renamed { from, to } => {
                let from = below(prefix, from)?;
                let node = *self.seen.get(&from).with_context(|| format!("{from} is not there"))?;
                ensure!(node != Node::Folder, "the folder {from} is renamed");
                self.change_name(Some(from), Some((below(prefix, to)?, node)));
            }
            Record::FolderSynced { path } => self.sync_folder(&below(prefix, path)?),
            Record::Written { inode, offset, bytes } => {
                let written = Change::Written { offset: *offset, bytes: bytes.to_vec() };
                self.content(*inode)?.pending.push(written);
            }
            Record::Resized { inode, length } => {
                self.content(*inode)?.pending.push(Change::Resized(*length));
            }
            Record::FileSynced { inode } => self.content(*inode)?.sync(),
            Record::Mapped { inode } => self.content(*inode)?.is_mapped = true,
        }
        Ok(())
    }

    /// An inode's number is used again after its file is gone: the newest file has it.
    fn new_file(&mut self, inode: u64) -> usize {
        self.files.push(Content::default());
        self.by_inode.insert(inode, self.files.len() - 1);
        self.files.len() - 1
    }

    fn content(&mut self, inode: u64) -> Result<&mut Content> {
        let at = self.by_inode.get(&inode).with_context(|| format!("no file {inode}"))?;
        Ok(&mut self.files[*at])
    }

    fn change_name(&mut self, removed: Option<String>, put: Option<(String, Node)>) {
        let changed = put.as_ref().map(|(name, _)| name).or(removed.as_ref());
        let folder = changed.map(|name| parent(name).to_owned()).unwrap_or_default();
        let change = NameChange { folder, removed, put };
        change.carry_out(&mut self.seen);
        self.pending.push(change);
    }

    fn sync_folder(&mut self, folder: &str) {
        for change in std::mem::take(&mut self.pending) {
            if change.folder == folder {
                change.carry_out(&mut self.certain);
            } else {
                self.pending.push(change);
            }
        }
    }

    /// What the disk holds after a cut, and how much of what was on its way is not there.
    pub(super) fn after_cut(mut self, chance: &mut Chance) -> (Names, Lost) {
        let mut lost = Lost::default();
        self.keep_some_names(chance, &mut lost);
        let mut names = Names::new();
        for (name, node) in &self.certain {
            let parent = parent(name);
            let is_reached = parent.is_empty() || names.iter().any(|(known, _)| known == parent);
            if !is_reached {
                continue;
            }
            let content = match node {
                Node::Folder => None,
                Node::File(at) => Some(self.files[*at].after_cut(chance, &mut lost.writes)),
            };
            names.push((name.clone(), content));
        }
        (names, lost)
    }

    /// Of each folder's open changes the first few are on the disk: they are written in order.
    fn keep_some_names(&mut self, chance: &mut Chance, lost: &mut Lost) {
        let mut kept: HashMap<String, u64> = HashMap::new();
        for change in &self.pending {
            *kept.entry(change.folder.clone()).or_default() += 1;
        }
        kept.values_mut().for_each(|count| *count = chance.pick(0..*count + 1));
        for change in &self.pending {
            match kept.get_mut(&change.folder) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    change.carry_out(&mut self.certain);
                }
                _ => lost.names += 1,
            }
        }
    }
}

impl NameChange {
    fn carry_out(&self, names: &mut BTreeMap<String, Node>) {
        if let Some(removed) = &self.removed {
            names.remove(removed);
        }
        if let Some((name, node)) = &self.put {
            names.insert(name.clone(), *node);
        }
    }
}

impl Content {
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Written { offset, bytes } => put(&mut self.certain, offset, &bytes),
                Change::Resized(length) => self.certain.resize(length, 0),
            }
        }
    }

    fn after_cut(&self, chance: &mut Chance, lost: &mut usize) -> Vec<u8> {
        let mut bytes = self.certain.clone();
        for change in &self.pending {
            match change {
                Change::Resized(length) => match chance.pick(0..2) {
                    0 => *lost += 1,
                    _ => bytes.resize(*length, 0),
                },
                Change::Written { offset, bytes: written } => match chance.pick(0..3) {
                    0 => *lost += 1,
                    1 => put(&mut bytes, *offset, written),
                    _ => *lost += usize::from(tear(&mut bytes, *offset, written, chance)),
                },
            }
        }
        if self.is_mapped {
            bytes.iter_mut().for_each(|byte| *byte = chance.pick(0..256) as u8);
        }
        bytes
    }
}

/// Puts some of a write's sectors; says whether one is missing.
fn tear(bytes: &mut Vec<u8>, offset: usize, written: &[u8], chance: &mut Chance) -> bool {
    let mut is_torn = false;
    let mut at = 0;
    while at < written.len() {
        let to_bound = SECTOR_BYTES - (offset + at) % SECTOR_BYTES;
        let end = written.len().min(at + to_bound);
        if chance.pick(0..2) == 0 {
            is_torn = true;
        } else {
            put(bytes, offset + at, &written[at..end]);
        }
        at = end;
    }
    is_torn
}

/// Writes as a file is written: what lies between its end and the offset is zero.
fn put(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    let end = offset + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(written);
}

fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A path as a name below the directory; the directory itself is the empty name.
fn below(prefix: &str, path: &str) -> Result<String> {
    let rest =
        path.strip_prefix(prefix).with_context(|| format!("{path} is not below {prefix}"))?;
    let parts = rest.split('/').filter(|part| !part.is_empty() && *part != ".");
    Ok(parts.collect::<Vec<_>>().join("/"))
}
