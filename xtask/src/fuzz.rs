//! `cargo xtask fuzz`: runs the fuzz targets of `fuzz/fuzz_targets`, one or each in turn.
//!
//! Invariant: it never installs anything and never says that a target passed which did not run.
//! cargo-fuzz wants unstable compiler flags; RUSTC_BOOTSTRAP lets the stable compiler take them.

use anyhow::{Context, Result, bail};
use std::fs;
use std::process::{ExitCode, Stdio};

use crate::process;
use crate::workspace;

const SECONDS_BY_DEFAULT: u32 = 60;

/// Fuzzes the named target, or all, for some seconds each.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let seconds = workspace::take_number(&mut rest, "--seconds")?.unwrap_or(SECONDS_BY_DEFAULT);
    let wanted = if rest.is_empty() { None } else { Some(rest.remove(0)) };
    workspace::no_more(&rest)?;
    let targets = chosen(targets()?, wanted.as_deref())?;
    let installed = workspace::cargo(&["fuzz", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !installed {
        bail!("cargo-fuzz is not installed; `cargo install cargo-fuzz` brings it");
    }
    for target in &targets {
        println!("== {target} for {seconds} s");
        let limit = format!("-max_total_time={seconds}");
        let mut command = workspace::cargo(&["fuzz", "run", target, "--", &limit]);
        command.env("RUSTC_BOOTSTRAP", "1");
        process::require(&mut command, &format!("fuzzing {target}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The targets that are there, by name.
fn targets() -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz").join("fuzz_targets");
    let entries = fs::read_dir(&folder).context("there is no folder fuzz/fuzz_targets")?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// All targets, or the wanted one when it is among them.
fn chosen(targets: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>> {
    if targets.is_empty() {
        bail!("fuzz/fuzz_targets holds no target");
    }
    match wanted {
        None => Ok(targets),
        Some(name) if targets.iter().any(|target| target == name) => Ok(vec![name.to_owned()]),
        Some(name) => bail!("there is no target {name:?}; there are: {}", targets.join(", ")),
    }
}

#[cfg(test)]
mod tests;
