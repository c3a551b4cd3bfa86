//! Two real agents as child processes: enrolled with one-time tokens, started, watched, stopped.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tl_domain::event::KeyRole;

use super::bodies::name;
use super::plants::ZINC;
use crate::app::App;
use crate::usecase::installation::{NewDevice, device_token};

/// Longest wait for an agent to come up.
const START: Duration = Duration::from_secs(15);
/// Longest wait for an agent to end after SIGTERM.
const STOP: Duration = Duration::from_secs(5);
/// Pause between two looks.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// How an agent is set up.
pub(super) struct Setup<'a> {
    pub(super) device: &'static str,
    pub(super) zh: &'static str,
    pub(super) role: KeyRole,
    /// Text of its `config.toml`.
    pub(super) config: &'a str,
    /// Address that it reaches the device port by, when a wire lies between.
    pub(super) through: Option<SocketAddr>,
}

/// A running agent; it is stopped when it is dropped.
#[derive(Debug)]
pub(super) struct Agent {
    child: Child,
    directory: PathBuf,
}

impl Agent {
    /// Enrols an agent in a folder of its own and starts it.
    ///
    /// # Errors
    /// The agent's program says why; its log is in its folder.
    pub(super) fn start(
        app: &App,
        page: SocketAddr,
        program: &Path,
        folder: &Path,
        setup: &Setup<'_>,
    ) -> anyhow::Result<Self> {
        let token = device_token(
            &app.store,
            &app.clock,
            NewDevice {
                device: name(setup.device),
                party: name(ZINC),
                site: name("main"),
                name: setup.zh.to_owned(),
                role: setup.role,
            },
        )?;
        let directory = folder.join(setup.device);
        let enrolled = Command::new(program)
            .arg("enrol")
            .args(["--server", &format!("https://{page}")])
            .args(["--ca-sha256", &app.authority.fingerprint().to_string()])
            .arg("--dir")
            .arg(&directory)
            .env("TL_EDGE_TOKEN", token)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot start {}", program.display()))?;
        if !enrolled.status.success() {
            let said = String::from_utf8_lossy(&enrolled.stderr).trim().to_owned();
            bail!("登记采集终端 {} 失败 (enrolment failed): {said}", setup.device);
        }
        fs::write(directory.join("config.toml"), setup.config)
            .with_context(|| format!("cannot write into {}", directory.display()))?;
        if let Some(address) = setup.through {
            reroute(&directory, address)?;
        }
        let log = File::create(directory.join("agent.log"))
            .with_context(|| format!("cannot write into {}", directory.display()))?;
        let child = Command::new(program)
            .args(["run", "--dir"])
            .arg(&directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self { child, directory })
    }

    /// A file of the agent's folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Waits for a file that the agent writes when something is ready; gives its text.
    ///
    /// # Errors
    /// The agent ended, or did not write it in time: the last lines of its log say why.
    pub(super) fn wait_for(&mut self, file: &str) -> anyhow::Result<String> {
        let path = self.file(file);
        let begun = Instant::now();
        loop {
            if let Some(text) = fs::read_to_string(&path).ok().filter(|text| !text.is_empty()) {
                return Ok(text.trim().to_owned());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > START {
                let log = fs::read_to_string(self.file("agent.log")).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(5).collect();
                bail!("{} 没有出现 (agent not ready): {}", path.display(), last.join(" | "));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// What the agent says of itself; absent while it starts.
    pub(super) fn state(&self) -> Option<Value> {
        serde_json::from_slice(&fs::read(self.file("state.json")).ok()?).ok()
    }

    /// How the agent sees its link: `online`, `offline`, …
    pub(super) fn link(&self) -> String {
        let state = self.state();
        let link = state.as_ref().and_then(|state| state.get("link")).and_then(Value::as_str);
        link.unwrap_or_default().to_owned()
    }

    /// Address of its page.
    pub(super) fn page(&self) -> Option<String> {
        Some(self.state()?.get("page")?.as_str()?.to_owned())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Ok(id) = i32::try_from(self.child.id()) {
            // It may have ended by itself meanwhile; then there is nobody to tell.
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        let begun = Instant::now();
        while begun.elapsed() < STOP {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets an agent reach the device port through a wire: the address in its identity is replaced.
fn reroute(directory: &Path, address: SocketAddr) -> anyhow::Result<()> {
    let path = directory.join("device.json");
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut identity: Value = serde_json::from_slice(&text)?;
    identity["device_url"] = Value::from(format!("https://{address}"));
    fs::write(&path, serde_json::to_vec_pretty(&identity)?)
        .with_context(|| format!("cannot write {}", path.display()))
}
