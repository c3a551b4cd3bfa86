//! Totalisers over real sockets and a pseudo-terminal; their spans as entries.

mod simulator;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tl_device::modbus::crc16;

use super::Bench;
use crate::board::PortState;
use crate::config::{Framed, PortConfig};
use crate::port::modbus::{Answered, Bus};
use crate::port::{serial, tcp};
use simulator::{Mode, Simulator, rtu};

const MINUTE: i64 = 60_000_000;
/// 2026-11-23T00:00:00+08:00.
const DAY: i64 = 1_795_363_200_000_000;

const METER: &str = "
[[port]]
kind = 'modbus_tcp'
name = 'belts'
connect = '127.0.0.1:1'
timeout_ms = 300
shifts = ['08:00', '16:00', '00:00']
[[port.meters]]
meter = 'belt-1'
stream = 'feed'
device = 17
table = 'holding'
unit = 't'
basis = 'wet'
total = [{ address = 107, type = 'u32', words = 'high_first', scale = '0.1' }]
";

fn bus(bench: &Bench, framed: Framed) -> Bus {
    let PortConfig::ModbusTcp(port) = &bench.config.ports[0] else {
        panic!("totalisers on TCP");
    };
    Bus::new(bench.ports.clone(), &port.name, &port.rules, framed).expect("a bus")
}

/// An answer as the meter gives it.
fn total(value: u32) -> Answered {
    let registers = vec![(value >> 16) as u16, value as u16];
    Answered { frame: rtu(17, &registers), content: Ok(registers) }
}

fn take(bus: &mut Bus, minutes: i64, value: u32) {
    bus.take(0, DAY + minutes * MINUTE, &total(value));
}

fn state(bench: &Bench) -> (PortState, String) {
    let ports = bench.ports.board.ports();
    (ports["belts"].state, ports["belts"].detail.clone())
}

#[test]
fn a_shift_becomes_one_entry_with_both_readings_and_their_registers() {
    let bench = Bench::new(METER);
    let mut bus = bus(&bench, Framed::Rtu);
    for (minutes, value) in [(480, 10_000), (700, 11_500), (960, 12_345), (961, 12_400)] {
        take(&mut bus, minutes, value);
    }
    let entries = bench.entries();
    assert_eq!(bench.kinds(), ["flow.report"]);
    let (_, body, observed_at) = &entries[0];
    assert_eq!(body["stream"], "feed");
    assert_eq!(body["meter"], "belt-1");
    assert_eq!(body["source"], "measured");
    assert_eq!(body["amount"]["mass"]["value"], "234.5");
    assert_eq!(body["amount"]["mass"]["basis"], "wet");
    assert_eq!(body["span"]["from"], "2026-11-23T08:00:00.000+08:00");
    assert_eq!(body["span"]["to"], "2026-11-23T16:00:00.000+08:00");
    assert_eq!(body["reading"], serde_json::json!({"start": "1000.0", "end": "1234.5"}));
    assert_eq!(observed_at, "2026-11-23T16:00:00.000+08:00");
    // Both answers as they came, each with its own check sum.
    let bytes = STANDARD.decode(body["raw"]["base64"].as_str().expect("text")).expect("base64");
    let (start, end) = bytes.split_at(9);
    assert_eq!((crc16(start), crc16(end)), (0, 0));
    assert_eq!((&start[3..7], &end[3..7]), (&[0, 0, 0x27, 0x10][..], &[0, 0, 0x30, 0x39][..]));
    let decoder = "modbus_rtu:holding:u32@107:words=high_first:x0.1:resolution=0.1";
    assert_eq!(body["raw"]["decoder"], decoder);
}

#[test]
fn a_span_goes_on_after_a_restart_and_a_missed_end_stays_one_span() {
    let bench = Bench::new(METER);
    let mut before = bus(&bench, Framed::Tcp);
    take(&mut before, 480, 1000);
    take(&mut before, 481, 1010);
    drop(before);
    // Off from 08:01 to 18:30, over the change of shift.
    let mut after = bus(&bench, Framed::Tcp);
    take(&mut after, 1110, 3000);
    take(&mut after, 1440, 4000);
    let spans: Vec<Value> = bench.entries().into_iter().map(|it| it.1["span"].clone()).collect();
    let values: Vec<Value> =
        bench.entries().into_iter().map(|it| it.1["amount"]["mass"]["value"].clone()).collect();
    assert_eq!(values, ["200.0", "100.0"]);
    assert_eq!(spans[0]["from"], "2026-11-23T08:00:00.000+08:00");
    assert_eq!(spans[0]["to"], "2026-11-23T18:30:00.000+08:00");
    assert_eq!(spans[1]["from"], spans[0]["to"], "no gap");
    assert_eq!(spans[1]["to"], "2026-11-24T00:00:00.000+08:00");
}

#[test]
fn a_reset_ends_the_span_and_is_set_aside_with_both_answers() {
    let bench = Bench::new(METER);
    let mut bus = bus(&bench, Framed::Tcp);
    for (minutes, value) in [(480, 5000), (600, 5200), (601, 7), (960, 107)] {
        take(&mut bus, minutes, value);
    }
    let values: Vec<Value> =
        bench.entries().into_iter().map(|it| it.1["amount"]["mass"]["value"].clone()).collect();
    assert_eq!(values, ["20.0", "10.0"], "what flowed between 10:00 and 10:01 is nobody's guess");
    assert_eq!(bench.reasons(), ["meter_reset"]);
}

#[test]
fn another_declaration_does_not_bridge_two_readings() {
    let bench = Bench::new(METER);
    let mut before = bus(&bench, Framed::Tcp);
    take(&mut before, 480, 1000);
    take(&mut before, 600, 1200);
    before.keep();
    drop(before);
    let PortConfig::ModbusTcp(port) = bench.config.ports[0].clone() else {
        panic!("totalisers on TCP");
    };
    let text = METER.replace("scale = '0.1'", "scale = '1'");
    let PortConfig::ModbusTcp(other) =
        crate::config::Config::parse(&text).expect("a configuration").ports[0].clone()
    else {
        panic!("totalisers on TCP");
    };
    let mut after =
        Bus::new(bench.ports.clone(), &port.name, &other.rules, Framed::Tcp).expect("a bus");
    take(&mut after, 660, 1300);
    take(&mut after, 960, 1500);
    let values: Vec<Value> =
        bench.entries().into_iter().map(|it| it.1["amount"]["mass"]["value"].clone()).collect();
    assert_eq!(values, ["20.0", "200"]);
    assert_eq!(bench.reasons(), ["meter_redeclared"]);
}

#[test]
fn the_step_of_a_total_in_floating_point_is_said() {
    let text =
        METER.replace("type = 'u32'", "type = 'f32'").replace("scale = '0.1'", "scale = '1'");
    let bench = Bench::new(&text);
    let mut bus = bus(&bench, Framed::Tcp);
    let float = |value: f32| value.to_bits();
    take(&mut bus, 480, float(20_000_000.0));
    take(&mut bus, 960, float(20_000_002.0));
    let body = &bench.entries()[0].1;
    assert_eq!(body["amount"]["mass"]["value"], "2");
    let decoder = body["raw"]["decoder"].as_str().expect("text");
    assert!(decoder.ends_with(":resolution=2"), "{decoder}");
}

#[test]
fn a_meter_is_read_over_tcp_and_its_silence_is_seen() {
    let bench = Bench::new(METER);
    let mut bus = bus(&bench, Framed::Tcp);
    let simulator = Simulator::new(&[(107, 0), (108, 12_345)]);
    let mut line = tcp::connect(&simulator.listen_tcp()).expect("connected");
    assert_eq!(bus.round(&mut line), Ok(true));
    assert_eq!(state(&bench), (PortState::Open, "belt-1 1234.5 t ±0.1".to_owned()));
    simulator.set(Mode::Silent);
    assert_eq!(bus.round(&mut line), Ok(false));
    let (open, detail) = state(&bench);
    assert_eq!(open, PortState::Gone);
    assert!(detail.contains("no answer"), "{detail}");
    // Answers that come too late are not those to later questions.
    simulator.set(Mode::Late);
    assert_eq!(bus.round(&mut line), Ok(true), "the second try passes over the first one's answer");
    simulator.set(Mode::Exception(2));
    assert_eq!(bus.round(&mut line), Ok(true));
    let (_, detail) = state(&bench);
    assert!(detail.contains("no such registers"), "{detail}");
    simulator.set(Mode::OtherDevice);
    let why = bus.round(&mut line).expect_err("the stream can't be followed");
    assert!(why.contains("another device"), "{why}");
}

#[test]
fn a_meter_is_read_by_rtu_on_a_serial_line_with_echo_and_noise() {
    let bench = Bench::new(METER);
    let mut bus = bus(&bench, Framed::Rtu);
    let simulator = Simulator::new(&[(107, 1), (108, 2)]);
    let line = simulator.listen_pty();
    let mut port = serial::open(&line).expect("opened");
    for mode in [Mode::Good, Mode::Echo, Mode::Noise] {
        simulator.set(mode);
        assert_eq!(bus.round(&mut port), Ok(true), "{mode:?}");
        assert_eq!(state(&bench).1, "belt-1 6553.8 t ±0.1", "{mode:?}");
    }
    for (mode, words) in [
        (Mode::Silent, "no answer"),
        (Mode::Damaged, "CRC"),
        (Mode::OtherDevice, "no answer among"),
    ] {
        simulator.set(mode);
        assert_eq!(bus.round(&mut port), Ok(false), "{mode:?}");
        let (_, detail) = state(&bench);
        assert!(detail.contains(words), "{mode:?}: {detail}");
    }
    simulator.set(Mode::Good);
    assert_eq!(bus.round(&mut port), Ok(true), "the line is listened empty first");
    simulator.unplug();
    assert!(bus.round(&mut port).is_err(), "the line is gone");
}

/// Asked again and again from the start: spans never hang on one connection.
#[test]
fn the_port_opens_the_line_again_and_records_what_a_shift_brought() {
    let simulator = Simulator::new(&[(107, 0), (108, 100)]);
    let text = METER
        .replace("127.0.0.1:1", &simulator.listen_tcp())
        .replace("timeout_ms = 300", "timeout_ms = 300\npoll_seconds = 1");
    let bench = Bench::new(&text);
    let PortConfig::ModbusTcp(port) = bench.config.ports[0].clone() else {
        panic!("totalisers on TCP");
    };
    let thread = crate::port::modbus::start_tcp(bench.ports.clone(), port).expect("started");
    let accepted = || bench.ports.board.ports()["belts"].accepted;
    bench.until("a reading", || accepted() > 0);
    simulator.set(Mode::Close);
    bench.until("the line is gone", || state(&bench).0 == PortState::Gone);
    simulator.set(Mode::Good);
    let before = accepted();
    bench.until("readings again", || accepted() > before);
    bench.ports.stop.store(true, std::sync::atomic::Ordering::Release);
    thread.join().expect("ended");
    let kept = bench.ports.outbox.read(|db| crate::outbox::meter_state(db, "belts", "belt-1"));
    let (declared, state) = kept.expect("read").expect("the span is open");
    assert!(declared.starts_with("feed 17 holding u32@107"), "{declared}");
    assert!(state.contains("10.0"), "{state}");
}
