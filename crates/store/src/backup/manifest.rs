//! The files of a backup: one of lines for each table, and the manifest that holds their hashes.
//!
//! `manifest.json` is written after everything else and `manifest.sha256` after it, in the form
//! that `sha256sum -c` reads; so no byte of a backup can change unnoticed.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tl_domain::ids::PartyId;
use tl_ledger::Hash;

use super::tables::{Row, TABLES, Table, blob};
use super::{BackupReport, LogHead};
use crate::StoreError;
use crate::blobs::sync_folder;
use crate::sql::Value;

const FORMAT: &str = "tl-backup/1";
const MANIFEST: &str = "manifest.json";
const MANIFEST_HASH: &str = "manifest.sha256";
/// Longest line that is read; an entry has at most 64 KiB, refused bytes are bounded by uploads.
const LINE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Largest manifest that is read.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a backup holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: String,
    pub(super) logs: Vec<LogLine>,
    pub(super) tables: Vec<TableLine>,
    /// Blobs that are there.
    pub(super) blobs: u64,
    pub(super) missing_blobs: Vec<MissingBlob>,
}

/// Head of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogLine {
    pub(super) party: PartyId,
    pub(super) size: u64,
    pub(super) root: Hash,
}

/// File of a table.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableLine {
    name: String,
    rows: u64,
    sha256: Hash,
}

/// A blob that the store has lost.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingBlob {
    pub(super) party: PartyId,
    pub(super) name: Hash,
    pub(super) reason: String,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            logs: vec![],
            tables: vec![],
            blobs: 0,
            missing_blobs: vec![],
        }
    }
}

impl Manifest {
    /// Writes the manifest; the backup counts from then on.
    pub(super) fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_string_pretty(self).map_err(|e| wrong(&path, e))? + "\n";
        write_synced(&path, text.as_bytes())?;
        sync_folder(folder)?;
        let line = format!("{}  {MANIFEST}\n", Hash::of(text.as_bytes()));
        write_synced(&folder.join(MANIFEST_HASH), line.as_bytes())?;
        sync_folder(folder)
    }

    /// Reads the manifest of a backup.
    pub(super) fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(MANIFEST);
        let bytes = read_bounded(&path)?;
        let hash_path = folder.join(MANIFEST_HASH);
        if read_bounded(&hash_path)? != format!("{}  {MANIFEST}\n", Hash::of(&bytes)).as_bytes() {
            return Err(wrong(&hash_path, format!("is not the hash of {MANIFEST}")));
        }
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|e| wrong(&path, e))?;
        if manifest.format != FORMAT {
            let read = &manifest.format;
            return Err(wrong(&path, format!("format {read:?}; this program reads {FORMAT:?}")));
        }
        Ok(manifest)
    }

    /// Whether it names the file of a table.
    pub(super) fn names(&self, table: &Table) -> bool {
        self.tables.iter().any(|line| line.name == table.name)
    }

    /// Whether a row names a blob that is not in the backup.
    pub(super) fn misses(&self, table: &Table, row: &[Value<'static>]) -> bool {
        if table.name != "blob" || self.missing_blobs.is_empty() {
            return false;
        }
        let named = blob(row);
        self.missing_blobs.iter().any(|missing| {
            named
                .as_ref()
                .is_some_and(|(party, name)| *party == missing.party && *name == missing.name)
        })
    }

    /// What it holds, in numbers.
    pub(super) fn report(&self) -> BackupReport {
        let is_record = |name: &str| TABLES.iter().any(|t| t.name == name && t.is_record);
        let records = self.tables.iter().filter(|line| is_record(&line.name));
        let head = |line: &LogLine| LogHead {
            party: line.party.clone(),
            size: line.size,
            root: line.root,
        };
        BackupReport {
            logs: self.logs.iter().map(head).collect(),
            records: records.map(|line| line.rows).sum(),
            blobs: self.blobs,
            blobs_missing: self.missing_blobs.len() as u64,
        }
    }
}

/// Writes the lines of a table.
pub(super) struct TableWriter {
    path: PathBuf,
    file: BufWriter<File>,
    digest: Sha256,
    line: TableLine,
}

impl TableWriter {
    pub(super) fn create(folder: &Path, table: &Table) -> Result<Self, StoreError> {
        let path = path(folder, table);
        let file = File::create_new(&path)
            .map_err(|source| StoreError::File { path: path.clone(), source })?;
        let line = TableLine { name: table.name.to_owned(), rows: 0, sha256: Hash::ZERO };
        let mut writer = Self { path, file: BufWriter::new(file), digest: Sha256::new(), line };
        writer.put(&table.header())?;
        Ok(writer)
    }

    /// A row.
    pub(super) fn line(&mut self, line: &str) -> Result<(), StoreError> {
        self.line.rows += 1;
        self.put(line)
    }

    fn put(&mut self, line: &str) -> Result<(), StoreError> {
        for bytes in [line.as_bytes(), b"\n"] {
            self.digest.update(bytes);
            let written = self.file.write_all(bytes);
            written.map_err(|source| StoreError::File { path: self.path.clone(), source })?;
        }
        Ok(())
    }

    /// Makes the file durable.
    pub(super) fn finish(self) -> Result<TableLine, StoreError> {
        let Self { path, file, digest, mut line } = self;
        let synced = file.into_inner().map_err(|e| e.into_error()).and_then(|f| f.sync_all());
        synced.map_err(|source| StoreError::File { path, source })?;
        line.sha256 = Hash(digest.finalize().into());
        Ok(line)
    }
}

/// Reads the lines of a table and hashes them.
pub(super) struct TableReader {
    path: PathBuf,
    table: &'static Table,
    file: BufReader<File>,
    digest: Sha256,
    columns: usize,
    rows: u64,
    expected: (u64, Hash),
}

impl TableReader {
    pub(super) fn open(
        folder: &Path,
        table: &'static Table,
        manifest: &Manifest,
    ) -> Result<Self, StoreError> {
        let path = path(folder, table);
        let line = manifest.tables.iter().find(|line| line.name == table.name);
        let line = line.ok_or_else(|| wrong(&path, "the manifest does not name it"))?;
        let file = File::open(&path).map_err(|e| wrong(&path, e))?;
        let (file, digest) = (BufReader::new(file), Sha256::new());
        let expected = (line.rows, line.sha256);
        let mut reader = Self { path, table, file, digest, columns: 0, rows: 0, expected };
        let header = reader.next_line()?;
        let Some(columns) = header.and_then(|line| table.columns_in(&line)) else {
            let header = table.header();
            return Err(reader.wrong(format!("expected the columns {header} in the first line")));
        };
        Ok(Self { columns, ..reader })
    }

    /// The next row.
    pub(super) fn next_row(&mut self) -> Result<Option<Row>, StoreError> {
        let Some(line) = self.next_line()? else { return Ok(None) };
        self.rows += 1;
        self.table.row_of(&line, self.columns).map(Some).map_err(|reason| self.wrong(reason))
    }

    fn next_line(&mut self) -> Result<Option<String>, StoreError> {
        let mut line = Vec::new();
        let read = (&mut self.file).take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        if read.map_err(|e| wrong(&self.path, e))? == 0 {
            return Ok(None);
        }
        self.digest.update(&line);
        if line.pop() != Some(b'\n') {
            return Err(self.wrong("a line does not end".to_owned()));
        }
        String::from_utf8(line).map(Some).map_err(|e| self.wrong(e.to_string()))
    }

    /// An error at the last line that was read.
    pub(super) fn wrong(&self, reason: String) -> StoreError {
        wrong(&self.path, format!("line {}: {reason}", self.rows + 1))
    }

    /// Compares what was read with the manifest; to be called after the last row.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        let found = (self.rows, Hash(self.digest.finalize().into()));
        if found == self.expected {
            return Ok(());
        }
        let (rows, hash) = self.expected;
        let reason = format!(
            "{} rows with SHA-256 {}; the manifest says {rows} rows with {hash}",
            found.0, found.1
        );
        Err(wrong(&self.path, reason))
    }
}

fn path(folder: &Path, table: &Table) -> PathBuf {
    folder.join(format!("{}.jsonl", table.name))
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|f| f.take(MANIFEST_BYTES_MAX).read_to_end(&mut bytes));
    read.map_err(|e| wrong(path, format!("{e}: this is no complete backup")))?;
    Ok(bytes)
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || {
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| StoreError::File { path: path.to_owned(), source })
}

fn wrong(path: &Path, reason: impl ToString) -> StoreError {
    StoreError::Backup { path: path.to_owned(), reason: reason.to_string() }
}
