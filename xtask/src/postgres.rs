//! A PostgreSQL cluster that lives as long as a task: own folder, own port, gone at the end.
//!
//! Invariant: it listens on 127.0.0.1 only, trusts who comes from there, and never touches a
//! cluster that the machine has. What is in its databases is the tests' business.

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::{User, geteuid};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

use crate::process::{self, Group};

/// PostgreSQL refuses to run as root: these accounts stand in, the first that exists.
const STAND_INS: &[&str] = &["postgres", "nobody"];
const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// A free port can be taken between the look and the start.
const START_TRIES: u32 = 5;
/// Line of `postmaster.pid` that says whether the server takes connections (pg_ctl reads it too).
const STATUS_LINE_INDEX: usize = 7;
const LOG_TAIL_LINES: usize = 8;

/// Whether a commit has to survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// `fsync` off: for tests, which need speed and no survival.
    Fast,
    /// As installed: for measurements.
    Full,
}

/// A running cluster; dropping it stops the server and removes its folder.
pub(crate) struct Cluster {
    // Dropped in this order: the server first, then its folder.
    _server: Group,
    _folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes and starts a cluster with the programs in `programs`.
    pub(crate) fn start(programs: &Path, durability: Durability) -> Result<Self> {
        let account = stand_in()?;
        let folder = tempfile::Builder::new()
            .prefix("tl-postgres-")
            .tempdir()
            .context("cannot make a folder for the PostgreSQL cluster")?;
        if let Some(account) = &account {
            let (user, group) = (account.uid.as_raw(), account.gid.as_raw());
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))
                .with_context(|| format!("cannot give the cluster's folder to {}", account.name))?;
        }
        let place = Place { programs, folder: folder.path(), account: account.as_ref() };
        place.create()?;
        for _ in 0..START_TRIES {
            let port = free_port()?;
            if let Some(server) = place.serve(port, durability)? {
                return Ok(Self { _server: server, _folder: folder, port });
            }
        }
        bail!("PostgreSQL did not start: {}", place.log_tail("server.log"))
    }

    /// The URL of its maintenance database, for whoever makes databases of their own.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

/// Programs, folder and account of a cluster that is being made.
struct Place<'a> {
    programs: &'a Path,
    folder: &'a Path,
    account: Option<&'a User>,
}

impl Place<'_> {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A command of PostgreSQL as the cluster's account, its output in a log.
    fn command(&self, program: &str, log: &str) -> Result<Command> {
        let output =
            File::create(self.folder.join(log)).context("cannot write the cluster's log")?;
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder).stdout(output.try_clone()?).stderr(output);
        if let Some(account) = self.account {
            command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
        }
        Ok(command)
    }

    fn create(&self) -> Result<()> {
        let mut command = self.command("initdb", "initdb.log")?;
        command.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]);
        command.arg("--no-sync").arg("--pgdata").arg(self.data());
        if !process::succeeds(&mut command)? {
            bail!("initdb failed: {}", self.log_tail("initdb.log"));
        }
        Ok(())
    }

    /// Starts the server; None when it ended at once, as when its port was taken.
    fn serve(&self, port: u16, durability: Durability) -> Result<Option<Group>> {
        let mut settings = vec![
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("unix_socket_directories={}", self.folder.display()),
            "max_connections=200".to_owned(),
        ];
        if durability == Durability::Fast {
            for name in ["fsync", "synchronous_commit", "full_page_writes"] {
                settings.push(format!("{name}=off"));
            }
        }
        let mut command = self.command("postgres", "server.log")?;
        command.arg("-D").arg(self.data());
        for setting in settings {
            command.args(["-c", &setting]);
        }
        // SIGTERM would wait for clients to leave; SIGINT sends them away.
        let mut server = Group::spawn(&mut command)?.stopped_by(Signal::SIGINT);
        let deadline = Instant::now() + START_TIMEOUT;
        while Instant::now() < deadline {
            process::proceed()?;
            if server.try_wait()?.is_some() {
                return Ok(None);
            }
            if self.takes_connections() {
                return Ok(Some(server));
            }
            thread::sleep(POLL);
        }
        bail!("PostgreSQL was not ready in time: {}", self.log_tail("server.log"))
    }

    fn takes_connections(&self) -> bool {
        fs::read_to_string(self.data().join("postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(STATUS_LINE_INDEX).map(str::trim) == Some("ready"))
    }

    fn log_tail(&self, log: &str) -> String {
        let text = fs::read_to_string(self.folder.join(log)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join(" | ")
    }
}

/// The account to run as when we are root, None when we are somebody else.
fn stand_in() -> Result<Option<User>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    for name in STAND_INS {
        if let Some(user) = User::from_name(name).context("cannot read the machine's accounts")? {
            return Ok(Some(user));
        }
    }
    bail!("PostgreSQL refuses to run as root and there is no account {}", STAND_INS.join(" or "))
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests;
