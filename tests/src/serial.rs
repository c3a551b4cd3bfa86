//! Pseudo-terminals that stand in for serial lines: a scale that sends all the time, a scanner.
//!
//! The program under test opens the other side by its path, as it would a tty; nothing here keeps
//! that side open, so that a program that comes back finds the line free.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::pty::openpty;
use nix::unistd::ttyname;

use crate::wait;

/// Pause between two frames of a scale.
const FRAME_PAUSE: Duration = Duration::from_millis(40);

/// A device on a serial line.
pub struct SerialDevice {
    device: File,
    path: PathBuf,
}

impl SerialDevice {
    /// Makes a line without a program at its other end.
    ///
    /// # Errors
    /// The machine has no pseudo-terminals.
    pub fn new() -> Result<Self> {
        let pair = openpty(None, None).context("no pseudo-terminal to be had")?;
        let path = ttyname(&pair.slave)?;
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        // A program that inherits the device's side keeps the line alive when the plug is drawn.
        fcntl(&pair.master, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        Ok(Self { device: File::from(pair.master), path })
    }

    /// The path that a program opens.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sends what there is room for; gives how much that was.
    ///
    /// # Errors
    /// The line is gone.
    pub fn offer(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.device.write(bytes) {
            Ok(count) => Ok(count),
            Err(error) if nobody(&error) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends all bytes; waits while the line is full.
    ///
    /// # Errors
    /// The line is gone, or nobody reads for a long time.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = wait::until("room on the serial line", || {
                Ok(Some(self.offer(rest)?).filter(|count| *count > 0))
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
            Err(error) if nobody(&error) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Nothing to read or no room now, or no program at the other end yet.
fn nobody(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(Errno::EIO as i32)
}

/// A scale that sends its frame again and again, as long as it lives.
pub struct FakeScale {
    path: PathBuf,
    /// What it shows next; without this end the thread stops.
    load: Option<Sender<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl FakeScale {
    /// A scale that sends this frame.
    ///
    /// # Errors
    /// The machine has no pseudo-terminals.
    pub fn sending(frame: &[u8]) -> Result<Self> {
        let mut line = SerialDevice::new()?;
        let path = line.path().to_owned();
        let mut shown = frame.to_vec();
        let (load, loads) = channel();
        let thread = thread::spawn(move || {
            loop {
                // A frame for which there is no room is one that nobody listens to.
                if line.offer(&shown).is_err() {
                    return;
                }
                let _ = line.received();
                // The next frame is due when its time has come, or when the load changes.
                match loads.recv_timeout(FRAME_PAUSE) {
                    Ok(frame) => shown = frame,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Ok(Self { path, load: Some(load), thread: Some(thread) })
    }

    /// The path that a program opens.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sends another frame from now on; an empty one is silence.
    pub fn show(&self, frame: &[u8]) {
        // A line that is gone shows nothing any more.
        let _ = self.load.as_ref().map(|load| load.send(frame.to_vec()));
    }
}

impl Drop for FakeScale {
    fn drop(&mut self) {
        self.load = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A frame of the XK3190 continuous format: sign, six digits, number of decimals, XOR.
///
/// # Panics
/// More than six digits.
#[must_use]
pub fn yaohua_frame(digits: u32, decimals: u32) -> Vec<u8> {
    assert!(digits < 1_000_000 && decimals < 5, "six digits and up to four decimals");
    let body = format!("+{digits:06}{decimals}");
    let xor = body.bytes().fold(0, |sum, byte| sum ^ byte);
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 };
    let mut frame = vec![0x02];
    frame.extend(body.bytes());
    frame.extend([digit(xor >> 4), digit(xor & 15), 0x03]);
    frame
}

#[cfg(test)]
mod tests {
    use super::yaohua_frame;

    /// The published frame of 1560 kg.
    #[test]
    fn frames_are_those_of_the_manual() {
        assert_eq!(hex::encode(yaohua_frame(1560, 0)), "022b30303135363030313903");
        assert_eq!(hex::encode(yaohua_frame(2000, 2)), "022b30303230303032314203");
    }
}
