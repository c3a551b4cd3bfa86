//! Child processes in groups of their own, so that ending a task ends all it has started.
//!
//! Invariant: a `Group` that is dropped has no living member. A signal to this program is
//! remembered and handed on by whoever waits; nothing here decides what an interruption means.

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// How long a group may take to end after the polite signal, before SIGKILL.
const GRACE: Duration = Duration::from_secs(20);
/// How long members that outlive their leader may take.
const STRAGGLER_GRACE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);

static RECEIVED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// From here on SIGINT, SIGTERM and SIGHUP are remembered instead of ending the program.
pub(crate) fn listen() -> Result<()> {
    let received = RECEIVED.get_or_init(|| Arc::new(AtomicUsize::new(0)));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let number = usize::try_from(signal).context("a signal number is positive")?;
        signal_hook::flag::register_usize(signal, Arc::clone(received), number)
            .context("cannot listen to signals")?;
    }
    Ok(())
}

/// The last signal that asked this program to end, if any.
pub(crate) fn interruption() -> Option<Signal> {
    let number = RECEIVED.get()?.load(Ordering::SeqCst);
    Signal::try_from(i32::try_from(number).ok()?).ok()
}

/// Fails when a signal has asked this program to end: called between the parts of a task.
pub(crate) fn proceed() -> Result<()> {
    match interruption() {
        Some(signal) => bail!("stopped by {signal}"),
        None => Ok(()),
    }
}

/// A child and all its descendants that did not leave its process group.
pub(crate) struct Group {
    child: Child,
    id: Pid,
    stop_signal: Signal,
    ended: Option<ExitStatus>,
}

impl Group {
    /// Starts the command as the leader of a new group, without standard input.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let id = i32::try_from(child.id()).context("a process id fits in 31 bits")?;
        Ok(Self { child, id: Pid::from_raw(id), stop_signal: Signal::SIGTERM, ended: None })
    }

    /// Ends with this signal instead of SIGTERM.
    pub(crate) fn stopped_by(mut self, signal: Signal) -> Self {
        self.stop_signal = signal;
        self
    }

    /// The leader's pipes, for those who asked for pipes.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The exit status when the leader has ended.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().context("cannot wait for a child")?;
        }
        Ok(self.ended)
    }

    /// Waits for the leader; a signal to this program stops the whole group.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.try_wait()? {
                self.end_stragglers();
                return Ok(status);
            }
            if interruption().is_some() {
                return self.stop();
            }
            thread::sleep(POLL);
        }
    }

    /// Ends the group: politely, then with SIGKILL.
    pub(crate) fn stop(&mut self) -> Result<ExitStatus> {
        let deadline = Instant::now() + GRACE;
        self.signal(self.stop_signal);
        while Instant::now() < deadline {
            if let Some(status) = self.try_wait()? {
                self.end_stragglers();
                return Ok(status);
            }
            thread::sleep(POLL);
        }
        self.signal(Signal::SIGKILL);
        let status = self.child.wait().context("cannot wait for a child")?;
        self.ended = Some(status);
        Ok(status)
    }

    /// What the leader has started and left behind goes too.
    fn end_stragglers(&self) {
        let deadline = Instant::now() + STRAGGLER_GRACE;
        if !self.signal(Signal::SIGTERM) {
            return;
        }
        while Instant::now() < deadline {
            if killpg(self.id, None).is_err() {
                return;
            }
            thread::sleep(POLL);
        }
        self.signal(Signal::SIGKILL);
    }

    /// Sends to every member; false when there is none left.
    fn signal(&self, signal: Signal) -> bool {
        killpg(self.id, signal).is_ok()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.ended.is_none() && self.stop().is_err() {
            self.signal(Signal::SIGKILL);
        }
    }
}

/// Runs a command to its end with its output on ours; says whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    proceed()?;
    let status = Group::spawn(command)?.wait()?;
    proceed()?;
    Ok(status.success())
}

/// Runs a command that has to succeed for the task to go on.
pub(crate) fn require(command: &mut Command, doing: &str) -> Result<()> {
    if !succeeds(command)? {
        bail!("{doing} failed; its output above says why");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
