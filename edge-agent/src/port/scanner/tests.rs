//! A scanner at a station: one weight for one scan, one scan for one weight; links that die.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

use socket2::SockRef;
use tl_domain::code::{Code, CodeKind, qr_text};

use super::*;
use crate::config::PortConfig;
use crate::port::line::READ_TIMEOUT;
use crate::port::tcp::{PROBE_AFTER, PROBE_EVERY, PROBES, WRITE_TIMEOUT, watched};
use crate::port::tests::Bench;

const STATION: &str = "
[[port]]
kind = 'scanner_tcp'
name = 'gate'
listen = '127.0.0.1:0'
profile = { suffix = \"\\r\" }
[port.station]
material = 'ore'
node = 'gate'
scale = 'bridge'
[[port]]
kind = 'scale_serial'
name = 'bridge'
path = '/dev/null'
meter = 'm-1'
stable_frames = 3
profile = { protocol = 'yaohua_tf0', layout = '6d+dp', unit = 'kg' }
";
/// Frames of the published protocol: 1560 kg and 0 kg.
const LOADED: &str = "022b30303135363030313903";
const EMPTY: &str = "022b30303030303030314203";

impl Bench {
    fn shows(&self, frame: &str, times: usize) {
        let profile = serde_json::json!({
            "protocol": "yaohua_tf0", "layout": "6d+dp", "unit": "kg"
        });
        let mut decoder = tl_device::decoder_for(&profile).expect("a profile");
        let mut outputs = Vec::new();
        for _ in 0..times {
            decoder.push(&hex::decode(frame).expect("hex"), &mut outputs);
        }
        let scale = &self.ports.scales["bridge"];
        outputs.iter().for_each(|output| scale.observe(output));
    }

    fn scanner(&self, name: &str) -> Scanner {
        let PortConfig::ScannerTcp(config) = self.config.ports[0].clone() else {
            panic!("not a scanner");
        };
        let ports = self.ports.clone();
        let scanner = Scanner::new(ports, name, &config.profile, config.station);
        Scanner { answer: true, ..scanner.expect("a profile") }
    }
}

impl Scanner {
    /// Whether a scan of a code is answered by "done".
    fn reads(&self, code: &Code) -> bool {
        let mut decoder = tl_device::decoder_for(&self.profile).expect("a profile");
        let mut outputs = Vec::new();
        let text = qr_text("tl.example", CodeKind::Batch, code);
        decoder.push(format!("]Q1{text}\r").as_bytes(), &mut outputs);
        let mut line = std::io::Cursor::new(Vec::new());
        outputs.iter().for_each(|output| self.take(output, &mut line));
        line.into_inner() == [ACK]
    }
}

fn code(number: u64) -> Code {
    Code::issue(1_000_000 + number).expect("issued")
}

#[test]
fn a_scan_whose_answer_was_lost_weighs_nothing_again() {
    let bench = Bench::new(STATION);
    let (gate, second) = (bench.scanner("gate"), bench.scanner("second"));
    bench.shows(LOADED, 5);
    assert!(gate.reads(&code(1)));
    // At once it is the trigger, from another scanner it is no repeat, but still the same load.
    assert!(gate.reads(&code(1)) && second.reads(&code(1)));
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh"]);
    assert!(!gate.reads(&code(2)), "one stable phase is one weight");
    assert_eq!(bench.kinds().len(), 2, "nothing of the refused scan stays");
    bench.shows(EMPTY, 5);
    bench.shows(LOADED, 5);
    assert!(gate.reads(&code(2)));
    assert_eq!(bench.kinds()[2..], ["batch.register", "batch.weigh"]);
}

#[test]
fn of_two_captures_of_one_phase_the_first_has_it() {
    let bench = Bench::new(STATION);
    let scale = bench.ports.scales["bridge"].clone();
    scale.claim(7, "a").expect("free");
    scale.claim(7, "b").expect_err("taken");
    assert!(!scale.recorded(7, "a"), "not durable yet");
    scale.settle(7, "a", false);
    scale.claim(7, "b").expect("free again after a failure");
    scale.settle(7, "b", true);
    scale.settle(7, "b", false);
    assert!(scale.recorded(7, "b") && !scale.recorded(7, "a") && !scale.recorded(8, "b"));
    scale.claim(7, "a").expect_err("taken");
    scale.claim(8, "a").expect("another phase");
}

#[test]
fn the_same_code_at_another_port_is_no_repeat() {
    let board = crate::board::Board::default();
    assert!(board.scan("form", "X", b"X"));
    assert!(board.repeats("form", "X") && !board.scan("form", "X", b"X"));
    assert!(!board.repeats("gate", "X"), "a station would answer and record nothing");
    assert!(!board.repeats("form", "Y"));
}

/// A scanner without power sends no goodbye; without probes its place is taken for ever.
#[test]
fn connections_are_probed() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
    let address = listener.local_addr().expect("bound");
    let stream = TcpStream::connect(address).expect("connected");
    watched(&stream).expect("set");
    let socket = SockRef::from(&stream);
    assert!(socket.keepalive().expect("read"));
    assert_eq!(socket.tcp_keepalive_time().expect("read"), PROBE_AFTER);
    assert_eq!(socket.tcp_keepalive_interval().expect("read"), PROBE_EVERY);
    assert_eq!(socket.tcp_keepalive_retries().expect("read"), PROBES);
    assert_eq!(stream.read_timeout().expect("read"), Some(READ_TIMEOUT));
    assert_eq!(stream.write_timeout().expect("read"), Some(WRITE_TIMEOUT));
}
