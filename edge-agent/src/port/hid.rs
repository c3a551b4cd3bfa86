//! Scanners that pretend to be keyboards: grabbed, so that no other program types what they read.
//!
//! Opening, grabbing and waiting is all that is here. Which keys mean what is in the device crate,
//! what a scan means in `scanner`; both take events as plain numbers and are tested without a
//! device. Without the grab nothing is read: the desktop would get every scan as well.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use evdev::raw_stream::RawDevice;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tl_device::Decoder;
use tl_device::scanner_hid::evdev::KeyEvents;

use super::Ports;
use super::line::{READ_TIMEOUT, reopen};
use super::scanner::Scanner;
use crate::board::PortState;
use crate::config::{ScannerHid, hid_profile};
use crate::run::spawn;

/// Starts the thread of a scanner.
pub(super) fn start(ports: Ports, config: ScannerHid) -> anyhow::Result<JoinHandle<()>> {
    let profile = hid_profile(&config.profile).map_err(|error| anyhow::anyhow!(error))?;
    let scanner = Scanner::silent(ports.clone(), &config.name, profile, config.station.clone());
    spawn("scanner", move || {
        let name = &config.name;
        let mut keys = match Keys::new(&scanner) {
            Ok(keys) => keys,
            Err(why) => return ports.board.set(name, PortState::Gone, &why),
        };
        reopen(&ports, name, || open(&config.path), |device| keys.listen(&ports, device));
    })
}

/// Opens an event device for reading alone and takes it away from everybody else.
fn open(path: &Path) -> Result<RawDevice> {
    let file: File = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let mut device = RawDevice::try_from(file)?;
    device.grab().map_err(|error| {
        let words = format!("{}: another program has grabbed it: {error}", path.display());
        std::io::Error::new(error.kind(), words)
    })?;
    Ok(device)
}

/// Keys of one scanner on their way to scans.
pub(super) struct Keys<'a> {
    scanner: &'a Scanner,
    events: KeyEvents,
    decoder: Box<dyn Decoder>,
    heard: Instant,
}

impl<'a> Keys<'a> {
    /// Nothing is pressed.
    pub(super) fn new(scanner: &'a Scanner) -> std::result::Result<Self, String> {
        let decoder =
            tl_device::decoder_for(scanner.profile()).map_err(|error| error.to_string())?;
        Ok(Self { scanner, events: KeyEvents::default(), decoder, heard: Instant::now() })
    }

    /// Takes events as the system gives them: kind, code, value.
    pub(super) fn take(&mut self, events: impl IntoIterator<Item = (u16, u16, i32)>) {
        let mut outputs = Vec::new();
        for (kind, code, value) in events {
            if let Some(report) = self.events.report(kind, code, value) {
                self.decoder.push(&report, &mut outputs);
            }
        }
        self.heard = Instant::now();
        outputs.iter().for_each(|output| self.scanner.hear(output));
    }

    /// Ends what is incomplete when the scanner has been quiet for long, or is gone.
    pub(super) fn quiet(&mut self, gone: bool) {
        let patience = Duration::from_millis(self.decoder.patience_ms());
        if self.decoder.buffered() > 0 && (gone || self.heard.elapsed() > patience) {
            let mut outputs = Vec::new();
            self.decoder.finish(&mut outputs);
            self.events = KeyEvents::default();
            outputs.iter().for_each(|output| self.scanner.hear(output));
        }
    }

    /// Listens until the device is gone; says why.
    fn listen(&mut self, ports: &Ports, device: &mut RawDevice) -> String {
        let why = loop {
            if ports.stopping() {
                break "stopping".to_owned();
            }
            match fetch(device) {
                Ok(Some(events)) => self.take(events),
                Ok(None) => self.quiet(false),
                Err(error) => break format!("the scanner was unplugged: {error}"),
            }
        };
        self.quiet(true);
        why
    }
}

/// What the device has to say, within one wait.
fn fetch(device: &mut RawDevice) -> Result<Option<Vec<(u16, u16, i32)>>> {
    let wait = PollTimeout::try_from(READ_TIMEOUT).unwrap_or(PollTimeout::ZERO);
    let ready = poll(&mut [PollFd::new(device.as_fd(), PollFlags::POLLIN)], wait)?;
    if ready == 0 {
        return Ok(None);
    }
    match device.fetch_events() {
        Ok(events) => {
            Ok(Some(events.map(|it| (it.event_type().0, it.code(), it.value())).collect()))
        }
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
