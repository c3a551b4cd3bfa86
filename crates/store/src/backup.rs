//! Backup and restore: one folder that holds everything but the keys.
//!
//! Logs, evidence and blobs are copied byte by byte and hashed on the way; projections are left out
//! because they follow from the entries. Sessions and enrolment tokens are left out too: ended
//! sessions and used tokens must not come back to life. The manifest is written last, so a folder
//! without one is no backup. Restoring goes only into an empty store, in one transaction. Keys are
//! backed up apart.

mod audit;
mod manifest;
mod tables;

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use diesel::sql_types::Text;
use tl_domain::event::ContinueReason;
use tl_domain::ids::PartyId;
use tl_ledger::Hash;

use crate::blobs::{BlobPlace, Copied, hash_file, sync_folder};
use crate::sql::{Conn, Value};
use crate::trees::next_trees;
use crate::{Store, StoreError};
use audit::Audit;
use manifest::{Manifest, MissingBlob, TableReader, TableWriter};
use tables::{Row, TABLES, Table};

/// Folder of the blobs within a backup.
const BLOBS: &str = "blobs";
/// Rows that are held at once; an entry has at most 64 KiB.
const ROWS_AT_ONCE: usize = 128;
/// Versions of site snapshots that a restore skips: agents refuse one that is not newer than the
/// last they had, and the backup does not know how many were made after it.
const SNAPSHOT_VERSIONS_SKIPPED: i64 = 1_000_000;

/// Size and root of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// Whose log.
    pub party: PartyId,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
}

/// What a backup holds, or what a restore brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The logs.
    pub logs: Vec<LogHead>,
    /// Rows of people, devices and settings.
    pub records: u64,
    /// Blobs.
    pub blobs: u64,
    /// Blobs whose file was gone or damaged when the backup was made; the senders are asked again.
    pub blobs_missing: u64,
}

/// Gets the checked rows of a table.
type Take<'a> = dyn FnMut(&Table, &[Row]) -> Result<(), StoreError> + 'a;

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Store {
    /// Writes a backup into a new or empty folder: one state of the database, while the store goes
    /// on working. Blobs that are damaged are left out, named in the manifest and warned of.
    ///
    /// # Errors
    /// `Backup` when the folder is not empty; `File`, the database's.
    pub fn backup(&self, folder: &Path) -> Result<BackupReport, StoreError> {
        prepare(folder)?;
        let mut manifest = self.read_all(|conn| {
            let mut manifest = Manifest::default();
            for table in &TABLES {
                write_table(conn, table, folder, &mut manifest)?;
            }
            Ok(manifest)
        })?;
        self.copy_blobs(folder, &mut manifest)?;
        manifest.write(folder)?;
        Ok(manifest.report())
    }

    /// Restores a backup into this empty store; the installation then writes in a new epoch. All of
    /// it is checked on the way as by `verify_backup`, and nothing is kept when something is wrong.
    ///
    /// # Errors
    /// `NotEmpty`, `Backup`, `File`, `Blob` when this store has no folder for blobs.
    pub fn restore(&self, folder: &Path) -> Result<BackupReport, StoreError> {
        let manifest = Manifest::read(folder)?;
        self.write(|conn| {
            refuse_filled(conn)?;
            walk(folder, &manifest, &mut |table, rows| {
                for (party, name) in blobs_of(table, rows, &manifest) {
                    let source = place(folder, &party, &name);
                    let copied = self.blob_place(&party, &name)?.copy_from(source.whole())?;
                    intact(&source, copied)?;
                }
                conn.insert(&table.insert_head(), "", rows).map(drop)
            })?;
            begin_anew(conn)
        })?;
        self.finish_rebuild(&mut |_, _| {})?;
        Ok(manifest.report())
    }

    /// Reads a backup and checks it: every byte against the manifest, every entry's leaf, signature
    /// and place in its stream, every root, every blob. Changes nothing.
    ///
    /// # Errors
    /// `Backup` names the file and what is wrong; `File`.
    pub fn verify_backup(folder: &Path) -> Result<BackupReport, StoreError> {
        let manifest = Manifest::read(folder)?;
        walk(folder, &manifest, &mut |table, rows| {
            for (party, name) in blobs_of(table, rows, &manifest) {
                let place = place(folder, &party, &name);
                let found = match hash_file(place.whole()) {
                    Ok(found) if found == name => Copied::Whole,
                    Ok(found) => Copied::Other(found),
                    Err(StoreError::File { source, .. }) => Copied::Unreadable(source),
                    Err(error) => return Err(error),
                };
                intact(&place, found)?;
            }
            Ok(())
        })?;
        Ok(manifest.report())
    }

    /// Copies the blobs that the written table names.
    fn copy_blobs(&self, folder: &Path, manifest: &mut Manifest) -> Result<(), StoreError> {
        let mut found = Vec::new();
        let mut reader = TableReader::open(folder, tables::named("blob"), manifest)?;
        while let Some(row) = reader.next_row()? {
            let Some((party, name)) = tables::blob(&row) else { continue };
            let source = self.blob_place(&party, &name)?;
            let reason = match place(folder, &party, &name).copy_from(source.whole())? {
                Copied::Whole => {
                    manifest.blobs += 1;
                    continue;
                }
                Copied::Other(other) => format!("the file has SHA-256 {other}"),
                Copied::Unreadable(error) => error.to_string(),
            };
            tracing::warn!(party = %party, blob = %name, reason, "blob left out of the backup");
            found.push(MissingBlob { party, name, reason });
        }
        manifest.missing_blobs = found;
        Ok(())
    }
}

/// Makes the folder, which only its owner may read: it holds hashes of passwords.
fn prepare(folder: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::File { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        let reason = "is not empty: name a new folder".to_owned();
        return Err(StoreError::Backup { path: folder.to_owned(), reason });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    let blobs = folder.join(BLOBS);
    fs::create_dir(&blobs).map_err(|source| StoreError::File { path: blobs, source })?;
    folder.parent().filter(|parent| parent.is_dir()).map_or(Ok(()), sync_folder)
}

/// Writes the rows of a table, a page at a time.
fn write_table(
    conn: &mut Conn,
    table: &Table,
    folder: &Path,
    manifest: &mut Manifest,
) -> Result<(), StoreError> {
    let mut writer = TableWriter::create(folder, table)?;
    let mut last: Row = Vec::new();
    loop {
        let sql = table.page_sql(conn, !last.is_empty());
        let mut binds = last;
        binds.push(Value::count(ROWS_AT_ONCE as u64));
        let lines: Vec<Line> = conn.load(&sql, &binds)?;
        let Some(end) = lines.last() else { break };
        let damaged = StoreError::Damaged;
        let end = table.row(&end.line).map_err(damaged)?;
        for Line { line } in &lines {
            writer.line(line)?;
            if table.name == "log" {
                let head = table.row(line).and_then(|row| audit::head_of(&row));
                manifest.logs.push(head.map_err(damaged)?);
            }
        }
        last = end.into_iter().take(table.key.len()).collect();
    }
    manifest.tables.push(writer.finish()?);
    Ok(())
}

/// Reads all tables of a backup in order; `take` gets checked rows.
fn walk(folder: &Path, manifest: &Manifest, take: &mut Take<'_>) -> Result<(), StoreError> {
    let mut audit = Audit::default();
    for table in &TABLES {
        if table.came_later() && !manifest.names(table) {
            continue;
        }
        let mut reader = TableReader::open(folder, table, manifest)?;
        let mut rows = Vec::new();
        while let Some(mut row) = reader.next_row()? {
            audit.row(table.name, &row).map_err(|reason| reader.wrong(reason))?;
            if manifest.misses(table, &row) {
                tables::blob_not_received(&mut row);
            }
            rows.push(row);
            if rows.len() == ROWS_AT_ONCE {
                take(table, &rows)?;
                rows.clear();
            }
        }
        take(table, &rows)?;
        reader.finish()?;
    }
    audit
        .finish(&manifest.logs)
        .map_err(|reason| StoreError::Backup { path: folder.to_owned(), reason })
}

/// The blobs that rows name and that the backup holds.
fn blobs_of(table: &Table, rows: &[Row], manifest: &Manifest) -> Vec<(PartyId, Hash)> {
    if table.name != "blob" {
        return Vec::new();
    }
    let there = rows.iter().filter(|row| !manifest.misses(table, row));
    there.filter_map(|row| tables::blob(row)).collect()
}

fn place(folder: &Path, party: &PartyId, name: &Hash) -> BlobPlace {
    BlobPlace::new(&folder.join(BLOBS), party, name)
}

fn intact(place: &BlobPlace, copied: Copied) -> Result<(), StoreError> {
    let reason = match copied {
        Copied::Whole => return Ok(()),
        Copied::Other(found) => format!("the file has SHA-256 {found}"),
        Copied::Unreadable(error) => error.to_string(),
    };
    Err(StoreError::Backup { path: place.whole().to_owned(), reason })
}

fn refuse_filled(conn: &mut Conn) -> Result<(), StoreError> {
    let sql = "SELECT (SELECT COUNT(*) FROM log) + (SELECT COUNT(*) FROM account) \
               + (SELECT COUNT(*) FROM device) AS number";
    match conn.number(sql, &[])? {
        0 => conn.script("DELETE FROM setting"),
        filled => Err(StoreError::NotEmpty(filled.unsigned_abs())),
    }
}

/// What must not go on as if nothing had happened between the backup and now.
fn begin_anew(conn: &mut Conn) -> Result<(), StoreError> {
    conn.script("UPDATE log SET term = term + 1, own_epoch = own_epoch + 1, projected = 0")?;
    let skip = Value::Int(SNAPSHOT_VERSIONS_SKIPPED);
    conn.run(
        "UPDATE snapshot SET version = version + ?, content = ''",
        std::slice::from_ref(&skip),
    )?;
    let missing = "INSERT INTO snapshot (device, version, content) SELECT id, ?, '' FROM device \
                   WHERE NOT EXISTS (SELECT 1 FROM snapshot WHERE snapshot.device = device.id)";
    conn.run(missing, &[skip])?;
    // Heads that were signed after the backup are not in it: the old trees are signed no further.
    next_trees(conn, ContinueReason::Restored)
}
