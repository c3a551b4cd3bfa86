//! Keyboard scanners: recorded events through the port, without a device.

use tl_domain::code::{Code, CodeKind, qr_text};

use super::Bench;
use crate::board::PortState;
use crate::config::{PortConfig, hid_profile};
use crate::port::hid::Keys;
use crate::port::scanner::Scanner;

const PORT: &str = "
[[port]]
kind = 'scanner_hid'
name = 'desk'
path = 'DIR/event'
profile = { layout = 'us', aim = 'optional' }
";

fn scanner(bench: &Bench) -> Scanner {
    let PortConfig::ScannerHid(port) = bench.config.ports[0].clone() else {
        panic!("a keyboard scanner");
    };
    let profile = hid_profile(&port.profile).expect("a profile");
    Scanner::silent(bench.ports.clone(), &port.name, profile, port.station)
}

const LEFT_SHIFT: u16 = 42;
/// Linux key codes of letters and digits on the rows of a US keyboard.
const ROWS: &[(u16, &str)] =
    &[(2, "1234567890-="), (16, "qwertyuiop[]"), (30, "asdfghjkl;'"), (44, "zxcvbnm,./")];

/// Events as a scanner's device gives them: scan codes, keys, synchronisation, held keys.
fn typed(text: &str) -> Vec<(u16, u16, i32)> {
    let mut events = Vec::new();
    let mut key = |code: u16, value: i32| {
        events.extend([(4, 4, 0x0007_0000 + i32::from(code)), (1, code, value), (0, 0, 0)]);
    };
    for character in text.chars() {
        if character == '\r' {
            key(28, 1);
            key(28, 0);
            continue;
        }
        let (plain, shift) = match character {
            'A'..='Z' => (character.to_ascii_lowercase(), true),
            ':' => (';', true),
            _ => (character, false),
        };
        let code = ROWS
            .iter()
            .find_map(|(first, row)| {
                row.chars().position(|it| it == plain).map(|at| first + at as u16)
            })
            .expect("a key of the rows");
        if shift {
            key(LEFT_SHIFT, 1);
        }
        key(code, 1);
        // The system repeats a held key; a scan has it once.
        key(code, 2);
        key(code, 0);
        if shift {
            key(LEFT_SHIFT, 0);
        }
    }
    events
}

fn shown(bench: &Bench) -> Vec<String> {
    let mut scans = Vec::new();
    let mut last = 0;
    while let Some(scan) = bench.ports.board.scan_after(last) {
        last = scan.number;
        scans.push(scan.data);
    }
    scans
}

fn counts(bench: &Bench) -> (u64, u64) {
    let port = &bench.ports.board.ports()["desk"];
    (port.accepted, port.rejected)
}

#[test]
fn recorded_events_become_a_scan_for_the_page() {
    let bench = Bench::new(PORT);
    let scanner = scanner(&bench);
    let mut keys = Keys::new(&scanner).expect("a profile");
    let events = typed("HTTPS://TL.EXAMPLE/B/AB1\r");
    // One by one, as they come.
    for event in &events {
        keys.take([*event]);
    }
    assert_eq!(shown(&bench), ["HTTPS://TL.EXAMPLE/B/AB1"]);
    assert_eq!(counts(&bench), (1, 0));
}

#[test]
fn lost_events_and_half_scans_give_nothing() {
    let bench = Bench::new(PORT);
    let scanner = scanner(&bench);
    let mut keys = Keys::new(&scanner).expect("a profile");
    let mut events = typed("AB");
    // The system's buffer ran over: keys are lost.
    events.push((0, 3, 0));
    events.extend(typed("CD\r"));
    keys.take(events);
    assert_eq!((shown(&bench), counts(&bench)), (Vec::new(), (0, 1)));
    // Unplugged in the middle; what the next one types does not join it.
    keys.take(typed("12"));
    keys.quiet(true);
    keys.take(typed("34\r"));
    assert_eq!(shown(&bench), ["34"]);
    assert_eq!(counts(&bench), (1, 2));
}

#[test]
fn a_scan_at_a_station_is_recorded() {
    let bench = Bench::new(&format!("{PORT}station = {{ material = 'ore', node = 'gate' }}\n"));
    let scanner = scanner(&bench);
    let mut keys = Keys::new(&scanner).expect("a profile");
    let code = Code::issue(77).expect("a code");
    keys.take(typed(&format!("{}\r", qr_text("tl.example", CodeKind::Batch, &code))));
    assert_eq!(bench.kinds(), ["batch.register"]);
    assert_eq!(counts(&bench), (1, 0));
}

/// No uinput here: what can be proved without a device is that its absence is seen.
#[test]
fn a_device_that_is_not_there_or_is_none_is_gone_and_said() {
    let bench = Bench::new(PORT);
    let PortConfig::ScannerHid(port) = bench.config.ports[0].clone() else {
        panic!("a keyboard scanner");
    };
    let path = port.path.clone();
    let thread = crate::port::hid::start(bench.ports.clone(), port).expect("started");
    let view = || bench.ports.board.ports()["desk"].clone();
    bench.until("not there", || view().detail.contains("No such file"));
    std::fs::write(path, "no event device").expect("written");
    bench.until("no device", || view().detail.contains("ioctl"));
    assert_eq!(view().state, PortState::Gone);
    bench.ports.stop.store(true, std::sync::atomic::Ordering::Release);
    thread.join().expect("ended");
}
