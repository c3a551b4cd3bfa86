//! An agent with its directory: enrolled by its own command line, started, killed, started again.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

use crate::http::Client;
use crate::installation::{Installation, Token};
use crate::program::{self, Program};
use crate::wait;

/// An agent of a plant.
pub struct Agent {
    folder: TempDir,
    directory: PathBuf,
    /// Another program than the one that was built.
    program: Option<PathBuf>,
    environment: Vec<(String, String)>,
    /// Whether it is started as the service does, by its launcher.
    launched: bool,
    running: Option<Program>,
}

impl Agent {
    /// Enrols an agent at a running server.
    ///
    /// # Errors
    /// The command failed.
    pub fn enrol(installation: &Installation, token: &Token) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tl-agent-").tempdir()?;
        let directory = folder.path().join("agent");
        Self::enrol_in(installation, token, folder, directory)
    }

    /// Enrols an agent whose directory lies somewhere special; the folder goes with it.
    ///
    /// # Errors
    /// The command failed.
    pub fn enrol_in(
        installation: &Installation,
        token: &Token,
        folder: TempDir,
        directory: PathBuf,
    ) -> Result<Self> {
        let server = format!("https://{}", installation.bound()?.page);
        let mut command = Command::new(program::edge()?);
        command.args(["enrol", "--server", &server, "--token", &token.token]);
        command.args(["--ca-sha256", &token.ca_sha256, "--dir"]).arg(&directory);
        program::succeed(&mut command)?;
        Ok(Self::new(folder, directory))
    }

    fn new(folder: TempDir, directory: PathBuf) -> Self {
        let (program, environment) = (None, vec![]);
        Self { folder, directory, program, environment, launched: false, running: None }
    }

    /// Starts another program from now on, with what was enrolled.
    pub fn use_program(&mut self, program: PathBuf) {
        self.program = Some(program);
    }

    /// Starts it by its launcher from now on, as the service does.
    pub fn use_launcher(&mut self) {
        self.launched = true;
    }

    /// Variables that it is started with from now on.
    pub fn environment(&mut self) -> &mut Vec<(String, String)> {
        &mut self.environment
    }

    fn command(&self) -> Result<Command> {
        Ok(Command::new(match &self.program {
            Some(program) => program.clone(),
            None => program::edge()?,
        }))
    }

    /// A second box with a copy of this one's directory, as a thief or a careless person makes it.
    ///
    /// # Errors
    /// The directory can't be copied.
    pub fn copied(&self) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tl-agent-").tempdir()?;
        let directory = folder.path().join("agent");
        program::succeed(Command::new("cp").arg("-r").arg(&self.directory).arg(&directory))?;
        Ok(Self::new(folder, directory))
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A folder for files that it watches.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes its configuration.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn configure(&self, text: &str) -> Result<()> {
        fs::write(self.directory.join("config.toml"), text).context("the agent's configuration")
    }

    /// Starts it.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(&mut self) -> Result<()> {
        // Addresses of the last run must not be taken for those of this one.
        for file in fs::read_dir(&self.directory)? {
            let path = file?.path();
            if path.extension().is_some_and(|ending| ending == "addr") {
                fs::remove_file(path)?;
            }
        }
        let mut command = self.command()?;
        let verb = if self.launched { "launch" } else { "run" };
        command.arg(verb).arg("--dir").arg(&self.directory);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let log = self.folder.path().join("agent.log");
        self.running = Some(Program::start(&mut command, &log)?);
        Ok(())
    }

    /// The address of its page, once it listens.
    ///
    /// # Errors
    /// It ended, or has no page.
    pub fn page(&mut self) -> Result<SocketAddr> {
        self.address("page.addr")
    }

    /// An address that it wrote to a file of its directory.
    ///
    /// # Errors
    /// It ended, or did not write it in time.
    pub fn address(&mut self, file: &str) -> Result<SocketAddr> {
        let path = self.directory.join(file);
        let program = self.running.as_mut().context("the agent is not running")?;
        wait::until(file, || {
            program.require_running()?;
            Ok(fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok()))
        })
    }

    /// A client of its page.
    ///
    /// # Errors
    /// It has no page.
    pub fn client(&mut self, installation: &Installation) -> Result<Client> {
        let page = self.page()?;
        Client::new(&format!("https://127.0.0.1:{}", page.port()), &installation.ca_pem()?, None)
    }

    /// The running program.
    ///
    /// # Errors
    /// It was not started.
    pub fn program(&mut self) -> Result<&mut Program> {
        self.running.as_mut().context("the agent is not running")
    }

    /// Kills it as `kill -9` does.
    ///
    /// # Errors
    /// It was not running any more.
    pub fn kill_nine(&mut self) -> Result<()> {
        self.running.take().context("the agent is not running")?.kill_nine()
    }

    /// Asks it to end.
    ///
    /// # Errors
    /// It did not.
    pub fn stop(&mut self) -> Result<()> {
        self.running.take().context("the agent is not running")?.stop().map(drop)
    }

    /// What it has written.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("agent.log")).unwrap_or_default()
    }

    /// What `tl-edge status` says.
    ///
    /// # Errors
    /// The command failed.
    pub fn status(&self) -> Result<String> {
        let mut command = self.command()?;
        program::succeed(command.arg("status").arg("--dir").arg(&self.directory))
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// The command failed, or printed something else.
    pub fn status_value(&self) -> Result<Value> {
        let mut command = self.command()?;
        let command = command.arg("status").arg("--json").arg("--dir").arg(&self.directory);
        serde_json::from_str(&program::succeed(command)?).context("status as JSON")
    }
}
