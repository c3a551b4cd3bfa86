//! What the machine has to have: build tools that are checked for, and test tools that Debian's
//! packages bring when they are missing.
//!
//! Invariant: nothing is installed except by root, through apt-get, for the tests; everybody else
//! gets one line that says what to install. No version is pinned here and nothing is downloaded.

use anyhow::{Result, bail};
use nix::unistd::geteuid;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

/// A program that the build calls, and the Debian package that brings it.
struct Need {
    programs: &'static [&'static str],
    purpose: &'static str,
    package: &'static str,
}

const BUILD_NEEDS: &[Need] = &[
    Need { programs: &["cc"], purpose: "SQLite and libpq are built from C", package: "gcc" },
    Need { programs: &["node"], purpose: "npm runs on it", package: "nodejs" },
    Need { programs: &["npm"], purpose: "scripts and fonts come from npm", package: "npm" },
];

const POSTGRES_PROGRAMS: &[&str] = &["initdb", "postgres"];
/// Where Debian keeps the server's programs: one folder per major version, not on the PATH.
const POSTGRES_FOLDERS: &str = "/usr/lib/postgresql";
const CHROMIUM_PROGRAMS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// Where the tools of the tests were found.
pub(crate) struct TestTools {
    /// Folder with `initdb` and `postgres`.
    pub(crate) postgres_folder: PathBuf,
    /// The browser.
    pub(crate) chromium: PathBuf,
}

/// Fails with one line when the programs can't be built here.
pub(crate) fn require_build_tools() -> Result<()> {
    let missing = missing(BUILD_NEEDS, |programs| programs.iter().all(|name| find(name).is_some()));
    match missing {
        Some(line) => bail!("{line}"),
        None => Ok(()),
    }
}

/// One line about everything that is missing, None when nothing is.
fn missing(needs: &[Need], present: impl Fn(&[&str]) -> bool) -> Option<String> {
    let absent: Vec<&Need> = needs.iter().filter(|need| !present(need.programs)).collect();
    if absent.is_empty() {
        return None;
    }
    let list = |text: fn(&Need) -> String, glue: &str| {
        absent.iter().map(|need| text(need)).collect::<Vec<_>>().join(glue)
    };
    Some(format!(
        "missing: {}. On Debian: apt-get install {}",
        list(|need| format!("{} ({})", need.programs.join(", "), need.purpose), "; "),
        list(|need| need.package.to_owned(), " "),
    ))
}

/// Finds PostgreSQL's server and Chromium, after installing what is missing.
pub(crate) fn provide_test_tools() -> Result<TestTools> {
    let mut packages = Vec::new();
    if postgres_folder().is_none() {
        packages.push("postgresql");
    }
    if chromium().is_none() {
        packages.push("chromium");
    }
    if !packages.is_empty() {
        install(&packages)?;
    }
    let (Some(postgres_folder), Some(chromium)) = (postgres_folder(), chromium()) else {
        bail!("{} installed, but its programs are not where Debian puts them", packages.join(", "));
    };
    Ok(TestTools { postgres_folder, chromium })
}

/// The folder that holds PostgreSQL's server programs: the PATH first, then Debian's newest.
pub(crate) fn postgres_folder() -> Option<PathBuf> {
    let mut folders = path_folders();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(POSTGRES_FOLDERS)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder.join("bin")));
    folders
        .into_iter()
        .find(|folder| POSTGRES_PROGRAMS.iter().all(|program| is_program(&folder.join(program))))
}

/// The browser on the PATH.
pub(crate) fn chromium() -> Option<PathBuf> {
    CHROMIUM_PROGRAMS.iter().find_map(|program| find(program))
}

fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !geteuid().is_root() || find("apt-get").is_none() {
        bail!(
            "the tests need {list}. On Debian: sudo apt-get install {list} \
             (or run `cargo xtask test --quick`, which does without)"
        );
    }
    println!("installing Debian's packages {list} for the tests; this takes a minute or two");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-y"]).args(arguments);
        command
    };
    process::require(&mut apt(&["update"]), "apt-get update")?;
    let mut command = apt(&["install", "--no-install-recommends"]);
    process::require(command.args(packages), &format!("apt-get install {list}"))
}

/// A program on the PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    path_folders().into_iter().map(|folder| folder.join(program)).find(|path| is_program(path))
}

fn path_folders() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests;
