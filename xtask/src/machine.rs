//! What the machine has to have: build tools that are checked for, and test tools that Debian's
//! packages bring when they are missing.
//!
//! Invariant: nothing is installed except by root, through apt-get, for the tests; everybody else
//! gets one line that says what to install. No version is pinned here and nothing is downloaded.

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
/// What judges an exported ledger without code of ours, beside the Go packages and PyPI.
const VERIFIER_NEEDS: &[Need] = &[
    Need { programs: &["go"], purpose: "a verifier in Go", package: "golang-go" },
    Need { programs: &["openssl"], purpose: "a verifier in bash", package: "openssl" },
    Need { programs: &["xxd"], purpose: "a verifier in bash", package: "xxd" },
];
/// Where Debian puts golang.org/x/mod, and the package that brings it.
const GO_MODULE: (&str, &str) =
    ("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog", "golang-golang-x-mod-dev");

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
    packages.extend(verifier_packages());
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

/// Debian's packages that the independent verifiers lack.
fn verifier_packages() -> Vec<&'static str> {
    let (folder, package) = GO_MODULE;
    let mut packages: Vec<&str> = VERIFIER_NEEDS
        .iter()
        .filter(|need| need.programs.iter().all(|program| find(program).is_none()))
        .map(|need| need.package)
        .collect();
    if !Path::new(folder).is_dir() {
        packages.push(package);
    }
    let makes_environments = || {
        let mut command = Command::new("python3");
        command.args(["-c", "import ensurepip, venv"]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !makes_environments() {
        packages.push("python3-venv");
    }
    packages
}

/// A Python that has what `requirements` pins, in an environment below `target`; `None`, after one
/// line that says what is missing, when PyPI can't be reached.
pub(crate) fn provide_python(requirements: &Path, target: &Path) -> Result<Option<PathBuf>> {
    let folder = target.join("verify-python");
    let (python, done) = (folder.join("bin").join("python"), folder.join("requirements.txt"));
    let wanted = std::fs::read(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    // Kept beside what was installed by it: a pin that changes makes the environment anew.
    if std::fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(Some(python));
    }
    let mut environment = Command::new("python3");
    environment.args(["-m", "venv", "--clear"]).arg(&folder);
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--only-binary", ":all:", "--require-hashes", "-r"]).arg(requirements);
    if process::succeeds(&mut environment)? && process::succeeds(&mut pip)? {
        std::fs::write(&done, wanted).with_context(|| done.display().to_string())?;
        return Ok(Some(python));
    }
    println!(
        "missing: what {} pins, from PyPI; the test of entries by it is skipped",
        requirements.display()
    );
    Ok(None)
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
