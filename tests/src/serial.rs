//! Pseudo-terminals that stand in for serial lines: a device's side that writes and reads bytes.
//!
//! The program under test opens the other side by its path, as it would a tty.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;

use crate::wait;

/// A device on a serial line.
pub struct SerialDevice {
    device: File,
    /// Kept open, so that the line does not hang up while the program restarts.
    _line: OwnedFd,
    path: PathBuf,
}

impl SerialDevice {
    /// Makes a line without a program at its other end.
    ///
    /// # Errors
    /// The machine has no pseudo-terminals.
    pub fn new() -> Result<Self> {
        let pair = openpty(None, None).context("no pseudo-terminal to be had")?;
        let mut settings = tcgetattr(&pair.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &settings)?;
        let path = ttyname(&pair.slave)?;
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self { device: File::from(pair.master), _line: pair.slave, path })
    }

    /// The path that a program opens.
    #[must_use]
    pub fn path(&self) -> &PathBuf {
        &self.path
    }

    /// Sends bytes; waits while the line is full.
    ///
    /// # Errors
    /// The line is gone, or nobody reads for a long time.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written =
                wait::until("room on the serial line", || match self.device.write(rest) {
                    Ok(count) => Ok(Some(count)),
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
                    Err(error) => Err(error.into()),
                })?;
            rest = &rest[written..];
        }
        Ok(())
    }

    /// Bytes that the program wrote since the last look.
    ///
    /// # Errors
    /// The line is gone.
    pub fn received(&mut self) -> Result<Vec<u8>> {
        let mut bytes = vec![0; 4096];
        match self.device.read(&mut bytes) {
            Ok(count) => {
                bytes.truncate(count);
                Ok(bytes)
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}
