//! `cargo xtask gen`: files that a program prints and the repository keeps.
//!
//! Invariant: a kept file equals what the program built from the same checkout prints, byte for
//! byte; `--check` fails where it does not and names the command that repairs it.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::process;
use crate::workspace;

/// One kept file and the arguments that make `tl-server` print it.
struct Generated {
    arguments: &'static [&'static str],
    path: &'static str,
}

const FILES: &[Generated] = &[
    Generated { arguments: &["openapi"], path: "docs/openapi.json" },
    Generated { arguments: &["errors"], path: "docs/errors.md" },
];

/// Whether to write the files or to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// Builds the server, then writes or compares every file.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let check = workspace::take_flag(&mut rest, "--check");
    workspace::no_more(&rest)?;
    let mut build = workspace::cargo(&["build", "--package", "tl-server"]);
    process::require(&mut build, "building the server")?;
    let passed = passes(if check { Mode::Check } else { Mode::Write })?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes or compares every file with the server that is built; true when all are as printed.
pub(crate) fn passes(mode: Mode) -> Result<bool> {
    let server = workspace::target_folder()?.join("debug").join("tl-server");
    let mut passed = true;
    for file in FILES {
        let printed = printed(&server, file.arguments)?;
        passed &= settle(&workspace::root().join(file.path), file.path, &printed, mode)?;
    }
    Ok(passed)
}

/// What the program prints, ending with one newline.
fn printed(program: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        bail!("tl-server {} ended with {}: {}", arguments.join(" "), output.status, why.trim());
    }
    let text = String::from_utf8(output.stdout).context("it printed something else than text")?;
    Ok(format!("{}\n", text.trim_end()))
}

fn settle(path: &Path, name: &str, printed: &str, mode: Mode) -> Result<bool> {
    let kept = fs::read_to_string(path).unwrap_or_default();
    if kept == printed {
        println!("{name}: up to date");
        return Ok(true);
    }
    if mode == Mode::Check {
        let line = first_difference(&kept, printed);
        println!("{name}: differs from line {line} on; `cargo xtask gen` writes it anew");
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, printed).with_context(|| format!("cannot write {name}"))?;
    println!("{name}: written");
    Ok(true)
}

/// Number of the first line that is not the same, from 1.
fn first_difference(left: &str, right: &str) -> usize {
    let same = left.lines().zip(right.lines()).take_while(|(left, right)| left == right).count();
    same + 1
}

#[cfg(test)]
mod tests;
