//! Serial lines that are listened to, unplugged and plugged in again.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::unistd::ttyname;
use tl_device::stability::ScaleState;

use super::Bench;
use crate::board::PortState;
use crate::config::PortConfig;
use crate::port::scale;

const PORT: &str = "
[[port]]
kind = 'KIND'
name = 'bridge'
path = 'DIR/by-id'
meter = 'm'
stable_frames = 2
profile = { protocol = 'text_st' }
";

/// The device's end of a line, which stands under a name that stays.
struct Plug {
    device: File,
    link: std::path::PathBuf,
}

impl Plug {
    fn into(link: &Path) -> Self {
        let pair = openpty(None, None).expect("a pseudo-terminal");
        symlink(ttyname(&pair.slave).expect("a name"), link).expect("a name that stays");
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("set");
        Self { device: File::from(pair.master), link: link.to_owned() }
    }

    fn send(&mut self, text: &str) {
        // Before anybody listens there may be no room.
        let _ = self.device.write(text.as_bytes());
    }

    /// What the program has sent to the device.
    fn heard(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; 4096];
        match self.device.read(&mut bytes) {
            Ok(count) => bytes.truncate(count),
            Err(error) => {
                let quiet =
                    error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(5);
                assert!(quiet, "{error}");
                bytes.clear();
            }
        }
        bytes
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        std::fs::remove_file(&self.link).expect("unplugged");
    }
}

fn listens(kind: &str) {
    let bench = Bench::new(&PORT.replace("KIND", kind));
    let link = bench.directory.path().join("by-id");
    let thread = match bench.config.ports[0].clone() {
        PortConfig::ScaleTap(port) => scale::start_tap(bench.ports.clone(), port),
        PortConfig::ScaleSerial(port) => scale::start_serial(bench.ports.clone(), port),
        _ => panic!("a scale"),
    };
    let thread = thread.expect("started");
    let view = || bench.ports.board.ports()["bridge"].clone();
    let stable = || match bench.ports.scales["bridge"].state() {
        ScaleState::Stable { weight, .. } => weight.value.to_string(),
        other => format!("{other:?}"),
    };
    bench.until("not there yet", || view().state == PortState::Gone);
    for (frame, value) in [("ST,GS,+011.120kg\r\n", "11.120"), ("ST,GS,+020.500kg\r\n", "20.500")] {
        let mut plug = Plug::into(&link);
        bench.until("plugged in", || view().state == PortState::Open);
        bench.until(value, || {
            plug.send(frame);
            stable() == value
        });
        assert_eq!(plug.heard(), b"", "{kind} sends nothing, and echoes nothing");
        drop(plug);
        bench.until("unplugged", || view().state == PortState::Gone);
        assert!(!view().detail.is_empty(), "and says why");
    }
    bench.ports.stop.store(true, std::sync::atomic::Ordering::Release);
    thread.join().expect("ended");
}

#[test]
fn a_tap_listens_never_sends_and_finds_its_line_again() {
    listens("scale_tap");
}

#[test]
fn a_scale_on_a_serial_line_is_found_again() {
    listens("scale_serial");
}

/// A quiet line whose device is gone from its name: nothing is read that would say so.
#[test]
fn an_unplugged_device_is_noticed_on_a_quiet_line() {
    for kind in ["scale_tap", "scale_serial"] {
        let bench = Bench::new(&PORT.replace("KIND", kind));
        let link = bench.directory.path().join("by-id");
        let plug = Plug::into(&link);
        let thread = match bench.config.ports[0].clone() {
            PortConfig::ScaleTap(port) => scale::start_tap(bench.ports.clone(), port),
            PortConfig::ScaleSerial(port) => scale::start_serial(bench.ports.clone(), port),
            _ => panic!("a scale"),
        };
        let view = || bench.ports.board.ports()["bridge"].clone();
        bench.until("plugged in", || view().state == PortState::Open);
        // The line itself stays up; only the name leads nowhere.
        std::fs::rename(&link, bench.directory.path().join("gone")).expect("renamed");
        bench.until("unplugged", || view().state == PortState::Gone);
        bench.ports.stop.store(true, std::sync::atomic::Ordering::Release);
        thread.expect("started").join().expect("ended");
        std::fs::rename(bench.directory.path().join("gone"), &link).expect("renamed");
        drop(plug);
    }
}

#[test]
fn a_tap_takes_the_usual_rates_alone() {
    let bench =
        Bench::new(&PORT.replace("KIND", "scale_tap").replace("meter", "baud = 9601\nmeter"));
    let plug = Plug::into(&bench.directory.path().join("by-id"));
    let PortConfig::ScaleTap(port) = &bench.config.ports[0] else {
        panic!("a tap");
    };
    let error = crate::port::serial::open_tap(&port.line).err().expect("no such rate");
    assert!(error.to_string().contains("9601"), "{error}");
    drop(plug);
}
