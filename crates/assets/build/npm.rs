//! Runs `npm ci` when the packages that the build needs are not installed as the lock file says.
//! Invariant: at most one installation at a time per checkout (a file lock, freed by the system
//! when its holder dies). Never runs package scripts and never changes the lock file.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

/// npm's own record of what is installed, relative to `web/`.
pub(crate) const INSTALLED_LOCK: &str = "node_modules/.package-lock.json";

/// Installs the locked packages unless every one of `packages` is there with the locked hash.
pub(crate) fn ensure_installed(web: &Path, lock: &str, packages: &[&str]) -> Result<(), String> {
    if is_installed(web, lock, packages) {
        return Ok(());
    }
    let guard = web.join(".install.lock");
    let file = File::create(&guard).map_err(|e| format!("cannot create {guard:?}: {e}"))?;
    file.lock().map_err(|e| format!("cannot lock {guard:?}: {e}"))?;
    // Another build may have installed them while this one waited.
    if is_installed(web, lock, packages) {
        return Ok(());
    }
    install(web)?;
    if !is_installed(web, lock, packages) {
        return Err(format!("npm ci ended well but {packages:?} are not in web/node_modules"));
    }
    date_back(web)
}

/// The integrity hash that a package lock gives for a package.
pub(crate) fn integrity<'a>(lock: &'a str, package: &str) -> Result<&'a str, String> {
    let entry = format!("\"node_modules/{package}\": {{");
    let hash = lock.split_once(&entry).and_then(|(_, rest)| {
        let body = rest.split_once('}').map_or(rest, |(body, _)| body);
        let value = body.split_once("\"integrity\": \"")?.1;
        Some(value.split_once('"')?.0)
    });
    hash.ok_or_else(|| format!("package-lock.json has no integrity hash for {package}"))
}

fn is_installed(web: &Path, lock: &str, packages: &[&str]) -> bool {
    let Ok(installed) = fs::read_to_string(web.join(INSTALLED_LOCK)) else {
        return false;
    };
    packages.iter().all(|package| {
        let folder = web.join("node_modules").join(package);
        let same = match (integrity(lock, package), integrity(&installed, package)) {
            (Ok(wanted), Ok(found)) => wanted == found,
            _ => false,
        };
        same && folder.is_dir()
    })
}

fn install(web: &Path) -> Result<(), String> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(web)
        .output()
        .map_err(|e| {
            format!(
                "npm cannot be started ({e}), and it must fetch the fonts and scripts that \
                 web/package-lock.json names: install Node.js 20 or newer with npm (Debian: \
                 apt install nodejs npm), then build again"
            )
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Err(format!(
        "npm ci failed in web/ ({}); check the network or npm's registry setting, then build \
         again; npm said: {}",
        output.status,
        said.join(" | ")
    ))
}

/// Gives npm's record the time of our lock file; otherwise cargo would see a watched file that is
/// newer than this run and rebuild everything once more.
fn date_back(web: &Path) -> Result<(), String> {
    let times = || -> std::io::Result<()> {
        let source = fs::metadata(web.join("package-lock.json"))?.modified()?;
        File::options().write(true).open(web.join(INSTALLED_LOCK))?.set_modified(source)
    };
    times().map_err(|e| format!("cannot set the time of {INSTALLED_LOCK}: {e}"))
}
