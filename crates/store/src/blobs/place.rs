//! Where the bytes of a blob lie, and how they get there so that they stay.
//!
//! `of-PARTY/ab/abcd….part` grows piece by piece and becomes `of-PARTY/ab/abcd…` in one rename
//! after its hash was found right. Files and the folders that name them are synced each time. Knows
//! nothing of the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tl_domain::ids::PartyId;
use tl_ledger::Hash;

use super::{BlobRow, BlobState};
use crate::StoreError;

/// Bytes that are hashed at once.
const HASH_BUFFER_BYTES: usize = 128 * 1024;

/// The files of one blob.
#[derive(Debug)]
pub(crate) struct BlobPlace {
    /// SHA-256 that it is named by.
    pub(super) name: Hash,
    party_folder: PathBuf,
    folder: PathBuf,
    part: PathBuf,
    whole: PathBuf,
}

/// Held while the files of a blob change; other threads and processes wait.
#[derive(Debug)]
pub(super) struct Turn {
    _lock: File,
}

/// What came of copying a blob.
#[derive(Debug)]
pub(crate) enum Copied {
    /// It is there, durable and whole.
    Whole,
    /// The bytes have another hash; nothing was kept.
    Other(Hash),
    /// The source could not be read; nothing was kept.
    Unreadable(io::Error),
}

impl BlobPlace {
    pub(crate) fn new(blob_dir: &Path, party: &PartyId, name: &Hash) -> Self {
        let text = name.to_string();
        // With a prefix, because `..` is a possible name of a party.
        let party_folder = blob_dir.join(format!("of-{party}"));
        let folder = party_folder.join(&text[..2]);
        Self {
            name: *name,
            part: folder.join(format!("{text}.part")),
            whole: folder.join(text),
            party_folder,
            folder,
        }
    }

    /// The file of a complete blob.
    pub(crate) fn whole(&self) -> &Path {
        &self.whole
    }

    /// Makes the folders and waits for whoever works on a blob in the same folder.
    pub(super) fn wait_turn(&self) -> Result<Turn, StoreError> {
        fs::create_dir_all(&self.folder).map_err(failed(&self.folder))?;
        let path = self.folder.join("lock");
        let open = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let lock = open.and_then(|file| file.lock().map(|()| file)).map_err(failed(&path))?;
        Ok(Turn { _lock: lock })
    }

    /// What is there: the less of what the database counted and what the disk still holds.
    pub(super) fn state(&self, row: &BlobRow) -> Result<BlobState, StoreError> {
        let size = row.size.unsigned_abs();
        let whole = length(&self.whole)? == Some(size);
        if whole {
            return Ok(BlobState { size, received: size, complete: row.complete != 0 });
        }
        let kept = length(&self.part)?.unwrap_or(0);
        let received = row.received.unsigned_abs().min(kept);
        Ok(BlobState { size, received, complete: false })
    }

    /// Writes bytes behind the first `offset` ones, which stay; returns when they are durable.
    pub(super) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let new = length(&self.part)?.is_none();
        let write = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = options.write(true).create(true).truncate(false).open(&self.part)?;
            // What a kill left behind the acknowledged bytes may be half written.
            file.set_len(offset)?;
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(failed(&self.part))?;
        if new { self.sync_folders() } else { Ok(()) }
    }

    /// Makes a file's name durable, and the names of the folders that lead to it.
    fn sync_folders(&self) -> Result<(), StoreError> {
        let blob_dir = self.party_folder.parent().unwrap_or(&self.party_folder);
        [&self.folder, &self.party_folder, blob_dir].into_iter().try_for_each(sync_folder)
    }

    /// Copies a whole blob to this place, hashing it on the way.
    pub(crate) fn copy_from(&self, source: &Path) -> Result<Copied, StoreError> {
        fs::create_dir_all(&self.folder).map_err(failed(&self.folder))?;
        let mut target = File::create(&self.part).map_err(failed(&self.part))?;
        let mut copy = || -> Result<Result<Hash, io::Error>, StoreError> {
            let mut digest = Sha256::new();
            let mut buffer = vec![0; HASH_BUFFER_BYTES];
            let mut source = match File::open(source) {
                Ok(source) => source,
                Err(error) => return Ok(Err(error)),
            };
            loop {
                match source.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => {
                        digest.update(&buffer[..read]);
                        target.write_all(&buffer[..read]).map_err(failed(&self.part))?;
                    }
                    Err(error) => return Ok(Err(error)),
                }
            }
            target.sync_all().map_err(failed(&self.part))?;
            Ok(Ok(Hash(digest.finalize().into())))
        };
        let copied = match copy()? {
            Ok(found) if found == self.name => {
                fs::rename(&self.part, &self.whole).map_err(failed(&self.part))?;
                self.sync_folders()?;
                return Ok(Copied::Whole);
            }
            Ok(found) => Copied::Other(found),
            Err(error) => Copied::Unreadable(error),
        };
        fs::remove_file(&self.part).map_err(failed(&self.part))?;
        Ok(copied)
    }

    /// Hashes the bytes and gives the file its final name. Bytes with another hash are dropped,
    /// and their hash is given.
    pub(super) fn settle(&self) -> Result<Option<Hash>, StoreError> {
        let received = if length(&self.part)?.is_some() { &self.part } else { &self.whole };
        let found = hash_file(received)?;
        if found != self.name {
            fs::remove_file(received).map_err(failed(received))?;
            sync_folder(&self.folder)?;
            return Ok(Some(found));
        }
        if received == &self.part {
            fs::rename(&self.part, &self.whole).map_err(failed(&self.part))?;
        }
        sync_folder(&self.folder)?;
        Ok(None)
    }
}

/// SHA-256 of a file's bytes, read in pieces.
pub(crate) fn hash_file(path: &Path) -> Result<Hash, StoreError> {
    let hash = || -> io::Result<Hash> {
        let mut file = File::open(path)?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; HASH_BUFFER_BYTES];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(Hash(digest.finalize().into())),
                read => digest.update(&buffer[..read]),
            }
        }
    };
    hash().map_err(failed(path))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(failed(folder))
}

/// Length of a file, `None` when there is none.
fn length(path: &Path) -> Result<Option<u64>, StoreError> {
    match fs::metadata(path) {
        Ok(facts) => Ok(Some(facts.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path)(error)),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::File { path, source }
}
