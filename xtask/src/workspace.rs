//! Where things are: the root of the checkout, cargo itself, the folder builds go to.
//!
//! Invariant: every path handed out is absolute, so a child may change its folder.

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the checkout that this program was built from.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package lies one level below the root").to_path_buf()
}

/// A cargo command in the root, with the cargo that started this program.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    // `cargo run` tells this program of its own package. Build scripts that watch those variables
    // would build again each time a build from here and one by hand take turns.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The folder that cargo builds into, as cargo itself says.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata = metadata(&["--no-deps"])?;
    let folder = metadata["target_directory"].as_str();
    Ok(PathBuf::from(folder.context("cargo metadata names no target directory")?))
}

/// The folders in which cargo keeps the sources of other crates; none when it keeps them elsewhere.
pub(crate) fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.map(|home| home.join("registry").join("src"));
    let folders = sources.and_then(|sources| std::fs::read_dir(sources).ok());
    let mut folders: Vec<PathBuf> =
        folders.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders
}

/// `cargo metadata` with further arguments, parsed.
pub(crate) fn metadata(arguments: &[&str]) -> Result<serde_json::Value> {
    let output = cargo(&["metadata", "--format-version", "1"])
        .args(arguments)
        .output()
        .context("cannot run cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cargo metadata printed something else")
}

/// The value after a flag such as `--seconds 30`, taken out of the arguments.
pub(crate) fn take_number(arguments: &mut Vec<String>, flag: &str) -> Result<Option<u32>> {
    let Some(at) = arguments.iter().position(|argument| argument == flag) else {
        return Ok(None);
    };
    if at + 1 >= arguments.len() {
        bail!("{flag} wants a number after it");
    }
    let text = arguments.remove(at + 1);
    arguments.remove(at);
    let number = text.parse().with_context(|| format!("{flag} wants a number, not {text:?}"))?;
    Ok(Some(number))
}

/// Takes a flag without a value out of the arguments and says whether it was there.
pub(crate) fn take_flag(arguments: &mut Vec<String>, flag: &str) -> bool {
    let before = arguments.len();
    arguments.retain(|argument| argument != flag);
    arguments.len() != before
}

/// Refuses what no flag and no name has claimed.
pub(crate) fn no_more(arguments: &[String]) -> Result<()> {
    match arguments.first() {
        Some(unknown) => bail!("cannot understand {unknown:?}; `cargo xtask help` lists the tasks"),
        None => Ok(()),
    }
}
