//! Programs for agents: a folder of signed files, and which device may get which of them.
//!
//! A file that the update key did not sign, or whose bytes are others, is never offered; each is
//! verified when it is first seen. What is offered is settled per installation, party, site or
//! device, and the narrowest counts. The server can't make a program: the key is elsewhere.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tl_ledger::{Hash, PublicKey};
use tl_store::{Device, Rollout, Store, StoreError};
use tl_wire::problem::ErrorCode;
use tl_wire::report::DeviceReport;
use tl_wire::update::{PROGRAM_BYTES_MAX, PROGRAM_PIECE_BYTES, UpdateManifest, Version, split};

use crate::app::App;
use crate::error::Failure;

/// Folder of the signed files, below the data.
pub const FOLDER: &str = "updates";
/// Ending of their names.
pub const ENDING: &str = "update";
/// File of the public key, below the keys.
pub const KEY_FILE: &str = "update.pub";
/// Files that are looked at; more are a mistake.
const FILES_MAX: usize = 256;

/// A signed program that lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where.
    pub path: PathBuf,
    /// What was signed.
    pub manifest: UpdateManifest,
    /// The signed manifest, as agents get it.
    pub envelope: Vec<u8>,
}

/// A file by what changes when it is replaced: length, time, number.
type Stamp = (u64, i64, i64, u64);
/// What is known of a file: the program, or why it is none.
type Known = Result<Arc<Program>, String>;

/// The folder, and what is known of its files.
#[derive(Debug, Default)]
pub struct Shelf {
    known: Mutex<HashMap<PathBuf, (Stamp, Known)>>,
}

/// The public half of the key that signs programs, when the installation was given one.
///
/// # Errors
/// A file that can't be read or holds no key.
pub fn key(keys: &Path) -> anyhow::Result<Option<PublicKey>> {
    let path = keys.join(KEY_FILE);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(anyhow::anyhow!("{}: {error}", path.display())),
        Ok(text) => match text.trim().parse() {
            Ok(key) => Ok(Some(key)),
            Err(error) => Err(anyhow::anyhow!("{}: {error}", path.display())),
        },
    }
}

/// Reads and verifies a file.
///
/// # Errors
/// In words: another key, other bytes, no file of this kind.
pub fn read(path: &Path, key: &PublicKey) -> anyhow::Result<Program> {
    let size = fs::metadata(path)?.len();
    let most = PROGRAM_BYTES_MAX + tl_wire::update::MANIFEST_BYTES_MAX as u64 + 1;
    anyhow::ensure!(size <= most, "it has {size} bytes; at most {most} are allowed");
    let bytes = fs::read(path)?;
    let (envelope, program) = split(&bytes)?;
    let manifest = UpdateManifest::read(envelope, key)?;
    manifest.check_program(program)?;
    Ok(Program { path: path.to_owned(), manifest, envelope: envelope.to_vec() })
}

impl Shelf {
    /// Every file of the folder by name, with why it can't be offered.
    ///
    /// # Errors
    /// The folder's.
    pub fn files(&self, data: &Path, key: &PublicKey) -> io::Result<Vec<(PathBuf, Known)>> {
        let entries = match fs::read_dir(data.join(FOLDER)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read?,
        };
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
            .collect();
        paths.sort();
        paths.truncate(FILES_MAX);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|path, _| paths.contains(path));
        Ok(paths.into_iter().map(|path| look(&mut known, path, key)).collect())
    }
}

fn look(
    known: &mut HashMap<PathBuf, (Stamp, Known)>,
    path: PathBuf,
    key: &PublicKey,
) -> (PathBuf, Known) {
    let stamp = match fs::metadata(&path) {
        Ok(it) => (it.size(), it.mtime(), it.mtime_nsec(), it.ino()),
        Err(error) => return (path, Err(error.to_string())),
    };
    if let Some((seen, found)) = known.get(&path)
        && *seen == stamp
    {
        return (path, found.clone());
    }
    let found = read(&path, key).map(Arc::new).map_err(|error| format!("{error:#}"));
    if let Err(reason) = &found {
        tracing::error!(path = %path.display(), %reason, "an update file is not offered");
    }
    known.insert(path.clone(), (stamp, found.clone()));
    (path, found)
}

/// Every program of the folder that could be offered.
///
/// # Errors
/// The folder's, or the key's.
pub fn programs(app: &App) -> Result<Vec<Arc<Program>>, Failure> {
    let key = key(&app.config.keys).map_err(|error| Failure::internal(&error))?;
    let Some(key) = key else { return Ok(Vec::new()) };
    let files = app.updates.files(&app.config.data, &key);
    let files = files.map_err(|error| Failure::internal(&error))?;
    Ok(files.into_iter().filter_map(|(_, known)| known.ok()).collect())
}

/// The row of the roll-out that counts for a device.
#[must_use]
pub fn settled<'a>(rollouts: &'a [Rollout], device: &Device) -> Option<&'a Rollout> {
    rollouts.iter().filter(|it| it.fits(device)).max_by_key(|it| it.narrowness())
}

/// Devices, other than this one, at which a program failed.
///
/// # Errors
/// The store's.
pub fn failed_at(
    store: &Store,
    sha256: Hash,
    but: Option<&Device>,
) -> Result<Vec<String>, StoreError> {
    let reports = store.device_reports(None)?.into_iter();
    let others = reports.filter(|report| but.is_none_or(|it| it.id != report.device));
    let failed = others.filter(|report| {
        let said: Option<DeviceReport> = serde_json::from_str(&report.doc).ok();
        said.is_some_and(|said| said.refused.contains(&sha256))
    });
    Ok(failed.map(|report| report.device.to_string()).collect())
}

/// The signed manifest of a newer program for a device, when there is one for it.
///
/// # Errors
/// The store's or the folder's.
pub fn offer(
    app: &App,
    device: &Device,
    target: &str,
    have: Version,
) -> Result<Option<Vec<u8>>, Failure> {
    let found = chosen(app, device)?;
    let program = found.into_iter().find(|program| program.manifest.target == target);
    let newer = program.filter(|program| program.manifest.version > have);
    Ok(newer.map(|program| program.envelope.clone()))
}

/// Bytes of a program that a device may get, from `offset` on; empty at its end.
///
/// # Errors
/// `NotFound` for another one, also when the offer was taken back meanwhile.
pub fn piece(app: &App, device: &Device, sha256: Hash, offset: u64) -> Result<Vec<u8>, Failure> {
    let found = chosen(app, device)?;
    let program = found.into_iter().find(|program| program.manifest.sha256 == sha256);
    let program = program.ok_or_else(Failure::not_found)?;
    let size = program.manifest.size;
    if offset > size {
        let detail = format!("offset {offset} lies behind the end: {size} bytes");
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    let here = usize::try_from(size - offset).unwrap_or(usize::MAX).min(PROGRAM_PIECE_BYTES);
    let mut bytes = vec![0; here];
    let head = program.envelope.len() as u64 + 1;
    let file = File::open(&program.path).map_err(|error| Failure::internal(&error))?;
    file.read_exact_at(&mut bytes, head + offset).map_err(|error| Failure::internal(&error))?;
    Ok(bytes)
}

/// The programs of the version that was settled for a device, one per machine.
///
/// A wide roll-out stops by itself where the program failed at another device; who names the
/// device alone has decided.
fn chosen(app: &App, device: &Device) -> Result<Vec<Arc<Program>>, Failure> {
    let rollouts = app.store.rollouts()?;
    let Some(rollout) = settled(&rollouts, device) else { return Ok(Vec::new()) };
    let Some(version) = rollout.version.as_deref().and_then(|text| text.parse().ok()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for program in programs(app)? {
        if program.manifest.version != version {
            continue;
        }
        if rollout.device.is_none() {
            let failed = failed_at(&app.store, program.manifest.sha256, Some(device))?;
            if let Some(other) = failed.first() {
                tracing::warn!(%version, device = %device.id, failed_at = %other,
                    "not offered: it failed at another device");
                continue;
            }
        }
        found.push(program);
    }
    Ok(found)
}
