//! `cargo xtask demo`: builds both programs and runs the server's own demonstration.
//!
//! Invariant: when it ends, by itself or by a signal, no process and no key, password or data of
//! the demonstration is left, unless the caller named the folder with `--dir`. What is shown is
//! the server's.

use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use tempfile::TempDir;

use crate::process::{self, Group};
use crate::stage;

/// Runs the demonstration; arguments go to `tl-server demo` as they are.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let programs = stage::build_shipped()?;
    let names_folder =
        arguments.iter().any(|argument| argument == "--dir" || argument.starts_with("--dir="));
    let temporary = if names_folder { None } else { Some(temporary_folder()?) };
    let mut command = Command::new(&programs.server);
    command.arg("demo").arg("--edge-binary").arg(&programs.edge);
    if let Some(folder) = &temporary {
        command.arg("--dir").arg(folder.path());
    }
    let status = Group::spawn(command.args(arguments))?.wait()?;
    if let Some(folder) = temporary {
        let path: PathBuf = folder.path().to_path_buf();
        folder.close().with_context(|| format!("cannot remove {}", path.display()))?;
    }
    match process::interruption() {
        // Ctrl-C is how a demonstration ends, so it is no failure.
        Some(signal) => {
            println!("stopped by {signal}: nothing of the demonstration is left running");
            Ok(ExitCode::SUCCESS)
        }
        None if status.success() => Ok(ExitCode::SUCCESS),
        None => {
            eprintln!("error: tl-server demo ended with {status}; its output above says why");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn temporary_folder() -> Result<TempDir> {
    tempfile::Builder::new()
        .prefix("tl-demo-")
        .tempdir()
        .context("cannot make a temporary folder for the demonstration")
}
