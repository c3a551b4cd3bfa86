//! Programs as children: found in the build folder, their output kept, killed when dropped.
//!
//! Nothing is built here: `cargo xtask test` does it beforehand, and a missing program is said in
//! one line.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::wait;

/// Where the built programs are.
pub const FOLDER_VARIABLE: &str = "TL_BIN_DIR";
/// The agent as it ships, for measurements.
pub const EDGE_VARIABLE: &str = "TL_EDGE_BIN";
/// Lines of a program's output that an error shows.
const TAIL_LINES: usize = 30;

/// The server's program.
///
/// # Errors
/// It was not built.
pub fn server() -> Result<PathBuf> {
    find("tl-server")
}

/// The agent's program.
///
/// # Errors
/// It was not built.
pub fn edge() -> Result<PathBuf> {
    match std::env::var_os(EDGE_VARIABLE) {
        Some(path) => existing(PathBuf::from(path)),
        None => find("tl-edge"),
    }
}

/// The witness's program.
///
/// # Errors
/// It was not built.
pub fn witness() -> Result<PathBuf> {
    find("tl-witness")
}

fn find(name: &str) -> Result<PathBuf> {
    let folder = match std::env::var_os(FOLDER_VARIABLE) {
        Some(folder) => PathBuf::from(folder),
        None => build_folder()?,
    };
    existing(folder.join(name))
}

/// The folder above `deps`, where this test itself was built.
fn build_folder() -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this test lies")?;
    let folder = own.parent().context("a program lies in a folder")?;
    let in_deps = folder.file_name() == Some(OsStr::new("deps"));
    let folder = if in_deps { folder.parent().unwrap_or(folder) } else { folder };
    Ok(folder.to_owned())
}

fn existing(path: PathBuf) -> Result<PathBuf> {
    if path.is_file() {
        return Ok(path);
    }
    bail!(
        "{} is not built: run `cargo build --workspace --bins`, or name its folder in \
         {FOLDER_VARIABLE}",
        path.display()
    )
}

/// A running child. Dropping it kills it.
pub struct Program {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Program {
    /// Starts a program; its output goes to a log file.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let name = Path::new(command.get_program()).file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let output = File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { child, name, log: log.to_owned() })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it at once, as `kill -9` does.
    ///
    /// # Errors
    /// It was gone already.
    pub fn kill_nine(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended by itself before it was killed: {status}\n{}", self.name, self.tail());
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// It did not end in time.
    pub fn stop(mut self) -> Result<ExitStatus> {
        self.signal(Signal::SIGTERM)?;
        wait::until(&format!("{} ends after SIGTERM", self.name), || Ok(self.child.try_wait()?))
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// The process is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let id = Pid::from_raw(i32::try_from(self.child.id())?);
        kill(id, signal).with_context(|| format!("{signal} to {}", self.name))
    }

    /// Fails with the end of its output when it is not running any more.
    ///
    /// # Errors
    /// It ended.
    pub fn require_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended: {status}\n{}", self.name, self.tail()),
        }
    }

    /// What it has written so far.
    #[must_use]
    pub fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn tail(&self) -> String {
        let text = self.output();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        if std::thread::panicking() {
            eprintln!("--- end of the output of {}:\n{}", self.name, self.tail());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end.
///
/// # Errors
/// It can't be started.
pub fn run(command: &mut Command) -> Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))
}

/// Runs a program that must succeed; gives its standard output.
///
/// # Errors
/// It failed: what it said.
pub fn succeed(command: &mut Command) -> Result<String> {
    let output = run(command)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} ended with {}:\n{text}{errors}", output.status);
    }
    Ok(text)
}
