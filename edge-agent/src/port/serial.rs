//! Serial lines: opened for questions and answers, or as a tap that can only listen.
//!
//! A device that was unplugged is noticed within one wait, also on a quiet line: the path has to
//! lead to the device that was opened. Give a path that stays (/dev/serial/by-id/…): after a replug
//! the same device is found again under whatever number.

use std::fs::{File, OpenOptions, metadata};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{
    BaudRate, ControlFlags, FlushArg, SetArg, cfmakeraw, cfsetspeed, tcflush, tcgetattr, tcsetattr,
};
use serialport::{DataBits, FlowControl, Parity, SerialPort as _, StopBits, TTYPort};

use super::line::READ_TIMEOUT;
use crate::config::{LineParity, SerialLine};

/// Where paths stand that change with each replug.
const NUMBERED: &[&str] = &["/dev/ttyUSB", "/dev/ttyACM"];

/// A stream whose device may be unplugged.
pub(super) struct Plugged<S> {
    stream: S,
    path: PathBuf,
    /// Device number and node of what was opened.
    opened: Option<(u64, u64)>,
}

impl<S> Plugged<S> {
    pub(super) fn new(stream: S, path: &Path) -> Self {
        Self { stream, path: path.to_owned(), opened: at(path) }
    }
}

/// What a path leads to now.
fn at(path: &Path) -> Option<(u64, u64)> {
    metadata(path).ok().map(|about| (about.rdev(), about.ino()))
}

impl<S: Read> Read for Plugged<S> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.stream.read(buffer);
        match &read {
            Err(error)
                if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
                    && at(&self.path) != self.opened =>
            {
                Err(Error::new(
                    ErrorKind::NotConnected,
                    format!("{} was unplugged", self.path.display()),
                ))
            }
            _ => read,
        }
    }
}

impl<S: Write> Write for Plugged<S> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.stream.flush()
    }
}

/// Opens a serial line, or any pseudo-terminal under a path.
pub(super) fn open(line: &SerialLine) -> Result<Plugged<TTYPort>> {
    let path = line.path.to_string_lossy();
    let data_bits = if line.data_bits == 7 { DataBits::Seven } else { DataBits::Eight };
    let parity = match line.parity {
        LineParity::None => Parity::None,
        LineParity::Even => Parity::Even,
        LineParity::Odd => Parity::Odd,
    };
    let mut port = serialport::new(path, line.baud)
        .data_bits(data_bits)
        .parity(parity)
        .stop_bits(StopBits::One)
        .flow_control(FlowControl::None)
        .timeout(READ_TIMEOUT)
        .open_native()?;
    port.set_timeout(READ_TIMEOUT)?;
    Ok(Plugged::new(port, &line.path))
}

/// A line that is opened for reading alone: the system itself lets nothing be sent.
pub(super) struct Tap(File);

/// Opens a line that another program talks on; nothing is ever sent, no echo either.
pub(super) fn open_tap(line: &SerialLine) -> Result<Plugged<Tap>> {
    let flags = libc::O_NOCTTY | libc::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(&line.path)?;
    let mut settings = tcgetattr(&file)?;
    cfmakeraw(&mut settings);
    let control = &mut settings.control_flags;
    control.remove(
        ControlFlags::CSIZE
            | ControlFlags::CSTOPB
            | ControlFlags::PARENB
            | ControlFlags::PARODD
            | ControlFlags::CRTSCTS
            // Handshake lines stay as they are when the tap goes.
            | ControlFlags::HUPCL,
    );
    control.insert(ControlFlags::CREAD | ControlFlags::CLOCAL);
    control.insert(if line.data_bits == 7 { ControlFlags::CS7 } else { ControlFlags::CS8 });
    control.insert(match line.parity {
        LineParity::None => ControlFlags::empty(),
        LineParity::Even => ControlFlags::PARENB,
        LineParity::Odd => ControlFlags::PARENB | ControlFlags::PARODD,
    });
    cfsetspeed(&mut settings, rate(line.baud)?)?;
    tcsetattr(&file, SetArg::TCSANOW, &settings)?;
    tcflush(&file, FlushArg::TCIFLUSH)?;
    Ok(Plugged::new(Tap(file), &line.path))
}

fn rate(baud: u32) -> Result<BaudRate> {
    Ok(match baud {
        1200 => BaudRate::B1200,
        2400 => BaudRate::B2400,
        4800 => BaudRate::B4800,
        9600 => BaudRate::B9600,
        19_200 => BaudRate::B19200,
        38_400 => BaudRate::B38400,
        57_600 => BaudRate::B57600,
        115_200 => BaudRate::B115200,
        _ => {
            let words = format!(
                "baud {baud}: a tap takes 1200, 2400, 4800, 9600, 19200, 38400, 57600 or 115200"
            );
            return Err(Error::new(ErrorKind::InvalidInput, words));
        }
    })
}

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let wait = PollTimeout::try_from(READ_TIMEOUT).unwrap_or(PollTimeout::ZERO);
        let mut line = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
        if poll(&mut line, wait)? == 0 {
            return Err(ErrorKind::TimedOut.into());
        }
        let [line] = line;
        if line.revents().is_some_and(|it| it.contains(PollFlags::POLLIN)) {
            return self.0.read(buffer);
        }
        Ok(0)
    }
}

impl Write for Tap {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(Error::new(ErrorKind::PermissionDenied, "a tap sends nothing"))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Says once in the log that a path will not be the same after a replug.
pub(super) fn warn_of_number(port: &str, path: &Path) {
    let text = path.to_string_lossy();
    if NUMBERED.iter().any(|it| text.starts_with(it)) {
        tracing::warn!(
            port,
            path = %text,
            "this path changes when devices are plugged in another order; use one below \
             /dev/serial/by-id"
        );
    }
}
