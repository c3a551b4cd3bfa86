//! `cargo xtask fuzz`: runs the fuzz targets that `fuzz/Cargo.toml` names, one or each in turn.
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
    let path = workspace::root().join("fuzz").join("Cargo.toml");
    let text = fs::read_to_string(&path).context("there is no fuzz/Cargo.toml")?;
    named(&text).context("fuzz/Cargo.toml")
}

/// The programs that a manifest names.
fn named(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse()?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array);
    let names = bins.into_iter().flatten().filter_map(|bin| bin.get("name")?.as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

/// All targets, or the wanted one when it is among them.
fn chosen(targets: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>> {
    if targets.is_empty() {
        bail!("fuzz/Cargo.toml names no target");
    }
    match wanted {
        None => Ok(targets),
        Some(name) if targets.iter().any(|target| target == name) => Ok(vec![name.to_owned()]),
        Some(name) => bail!("there is no target {name:?}; there are: {}", targets.join(", ")),
    }
}

#[cfg(test)]
mod tests;
