//! The reference programs beside the checkout and a Python that can run them: the peers of ours.
//!
//! Invariant: what is missing is said in one line and its figures are left out; nothing is
//! installed. Our programs never need any of it.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process;
use crate::workspace;

/// Names a Python that has numpy and scipy, clarabel for bounded problems; else the PATH's.
const PYTHON_VARIABLE: &str = "TL_BENCH_PYTHON";

/// The folder of the reference programs, with a Python.
pub(super) struct Reference {
    tools: PathBuf,
    python: PathBuf,
    has_numpy: bool,
    has_clarabel: bool,
}

impl Reference {
    /// What is there; `None`, after a line that says so, without the folder or any Python.
    pub(super) fn find() -> Option<Self> {
        let tools = workspace::root().parent()?.join("shared").join("tools");
        if !tools.is_dir() {
            println!("skipped: the reference programs are not beside the checkout");
            return None;
        }
        let named = std::env::var_os(PYTHON_VARIABLE);
        let python = named.map_or_else(|| PathBuf::from("python3"), PathBuf::from);
        if !imports(&python, "json") {
            println!("skipped: {} does not run", python.display());
            return None;
        }
        let has_numpy = imports(&python, "numpy, scipy.sparse.linalg");
        let has_clarabel = has_numpy && imports(&python, "clarabel");
        if !has_numpy {
            println!(
                "skipped: the reference's times, {} has no numpy and scipy \
                 ({PYTHON_VARIABLE} may name another)",
                python.display()
            );
        } else if !has_clarabel {
            println!("skipped: the reference's times with bounds, {} has no clarabel", {
                python.display()
            });
        }
        Some(Self { tools, python, has_numpy, has_clarabel })
    }

    /// Whether the reference can be timed at all.
    pub(super) fn can_run(&self) -> bool {
        self.has_numpy
    }

    /// Whether it can be timed with bounds.
    pub(super) fn can_bound(&self) -> bool {
        self.has_clarabel
    }

    /// Runs a program of the folder that needs nothing but Python.
    pub(super) fn require(&self, program: &str, arguments: &[&str]) -> Result<()> {
        process::require(self.command(program).args(arguments), program)
    }

    /// Runs a reference program; gives the JSON object of its last line.
    pub(super) fn measure(&self, program: &str, arguments: &[&str]) -> Result<Value> {
        let output = printed(self.command(program).args(arguments), program)?;
        let last = output.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("{program} printed {last:?}"))
    }

    /// Runs a program of ours that imports the reference; gives the JSON object of its last line.
    /// Its first argument is the folder of the reference programs.
    pub(super) fn evaluate(&self, program: &Path, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(&self.python);
        command.arg(program).arg(&self.tools).args(arguments);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let name = program.display().to_string();
        let output = printed(&mut command, &name)?;
        let last = output.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("{name} printed {last:?}"))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(self.tools.join(program)).current_dir(&self.tools);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

fn imports(python: &Path, modules: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", &format!("import {modules}")]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs an example of a crate, built for speed; gives what it printed.
pub(super) fn example(package: &str, name: &str, arguments: &[&str]) -> Result<String> {
    let run = ["run", "--release", "--quiet", "--package", package, "--example", name, "--"];
    printed(workspace::cargo(&run).args(arguments), name)
}

/// Runs a program that must succeed, its errors on ours; gives its standard output.
fn printed(command: &mut Command, name: &str) -> Result<String> {
    process::proceed()?;
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    process::proceed()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{name} ended with {}: {text}", output.status);
    }
    Ok(text)
}

/// A number of a measurement's object.
pub(super) fn number(object: &Value, key: &str) -> Result<f64> {
    object[key].as_f64().with_context(|| format!("no number {key:?} in {object}"))
}
