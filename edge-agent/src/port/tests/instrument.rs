//! Instruments over real sockets: results before their ACK, once, on their samples.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use serde_json::Value;
use serialport::SerialPort as _;

use super::Bench;
use crate::config::PortConfig;
use crate::port::instrument::Instrument;
use crate::port::lab::record::match_waiting;

const PORT: &str = "
[[port]]
kind = 'lab_tcp'
name = 'icp'
listen = '127.0.0.1:0'
blank_limit = '0.05'
profile = { protocol = 'astm_lis', unit = 'ug/L' }
";
const WAIT: Duration = Duration::from_secs(30);
const ACK: u8 = 6;
const AT: &str = "20261101083000";

fn frame(number: usize, record: &str) -> Vec<u8> {
    let mut body = format!("{}{record}\r", number % 8).into_bytes();
    body.push(3);
    let sum = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    [vec![2], body, format!("{sum:02X}\r\n").into_bytes()].concat()
}

/// A session of one message: an order and a result for each sample.
fn session(results: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut records = vec![r"H|\^&|||ICPMS".to_owned(), "P|1".to_owned()];
    for (number, (sample, value, at)) in results.iter().enumerate() {
        records.push(format!("O|{}|{sample}||^^^Tl|R", number + 1));
        records.push(format!("R|1|^^^Tl^205|{value}|ug/L||N||F||||{at}"));
    }
    records.push("L|1|N".to_owned());
    let frames = records.iter().enumerate().flat_map(|(at, record)| frame(at + 1, record));
    [vec![5], frames.collect(), vec![4]].concat()
}

impl Bench {
    /// Sends bytes over a connection of their own; gives the answers until it ended.
    fn instrument(&self, bytes: &[u8]) -> Vec<u8> {
        let PortConfig::LabTcp(port) = self.config.ports[0].clone() else {
            panic!("not an instrument");
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
        let address = listener.local_addr().expect("bound");
        let mut device = TcpStream::connect(address).expect("connected");
        let (stream, _) = listener.accept().expect("accepted");
        stream.set_read_timeout(Some(crate::port::line::READ_TIMEOUT)).expect("set");
        device.set_read_timeout(Some(WAIT)).expect("set");
        let instrument = Instrument::new(self.ports.clone(), port);
        std::thread::scope(|scope| {
            scope.spawn(move || instrument.serve(stream, "test"));
            device.write_all(bytes).expect("sent");
            device.shutdown(Shutdown::Write).expect("shut");
            let mut answer = Vec::new();
            device.read_to_end(&mut answer).expect("ended");
            answer
        })
    }

    fn reported(&self) -> Vec<Value> {
        let entries = self.entries().into_iter().filter(|it| it.0 == "assay.report");
        entries.map(|it| it.1).collect()
    }
}

#[test]
fn results_become_reports_and_only_then_are_acknowledged() {
    let bench = Bench::new(PORT);
    bench.sample(None, Some("W-1"));
    let sent =
        session(&[("BLK", "ND", AT), ("W-1", "4.20", AT), ("W-2", "0.02L", AT), ("W-3", "ND", AT)]);
    let answer = bench.instrument(&sent);
    // ENQ and eleven frames.
    assert_eq!(answer, [ACK; 12]);
    let reports = bench.reported();
    assert_eq!(reports.len(), 1, "{:?}", bench.reasons());
    assert_eq!(reports[0]["determinations"][0]["result"]["value"], "4.20");
    assert_eq!(reports[0]["quality"][0]["passed"], Value::Bool(true), "nothing in the blank");
    assert_eq!(reports[0]["raw"]["decoder"], "astm_lis");
    assert_eq!(bench.reasons(), ["detection_limit_missing"]);
    assert_eq!(bench.counts().unmatched, 1);
    bench.sample(None, Some("W-2"));
    match_waiting(&bench.ports, "icp").expect("matched");
    let found = &bench.reported()[1]["determinations"][0]["result"];
    assert_eq!(*found, serde_json::json!({ "is": "not_detected", "lod": "0.02" }));
}

#[test]
fn a_message_whose_ack_was_lost_is_known() {
    let bench = Bench::new(PORT);
    bench.sample(None, Some("W-1"));
    let sent = session(&[("W-1", "4.20", AT)]);
    for _ in 0..2 {
        assert_eq!(bench.instrument(&sent), [ACK; 6]);
    }
    assert_eq!((bench.reported().len(), bench.reasons().len()), (1, 0));
    bench.instrument(&session(&[("W-1", "4.20", "20261101093000")]));
    assert_eq!(bench.reported().len(), 2, "measured again, with the same result");
    for _ in 0..2 {
        bench.instrument(&session(&[("W-1", "5.1", "")]));
    }
    assert_eq!(bench.reported().len(), 3);
    assert_eq!(bench.reasons(), ["duplicate"], "without a time a person decides");
}

#[test]
fn without_a_commit_the_last_frame_is_not_acknowledged() {
    let bench = Bench::new(PORT);
    bench.sample(None, Some("W-1"));
    let path = bench.ports.home.database();
    let mut database = crate::outbox::open_writer(&path).expect("opened");
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON entry \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    database.batch_execute(refuse).expect("made");
    let sent = session(&[("W-1", "4.20", AT)]);
    let last = sent.len() - frame(5, "L|1|N").len() - 1;
    // The frames before it hold nothing that is released yet.
    let PortConfig::LabTcp(port) = bench.config.ports[0].clone() else {
        panic!("not an instrument");
    };
    let instrument = Instrument::new(bench.ports.clone(), port);
    let mut decoder = tl_device::decoder_for(&serde_json::json!({
        "protocol": "astm_lis", "unit": "ug/L"
    }))
    .expect("a profile");
    let mut outputs = Vec::new();
    decoder.push(&sent[..last], &mut outputs);
    assert!(outputs.is_empty());
    decoder.push(&sent[last..], &mut outputs);
    assert!(instrument.keep("test", outputs).is_err());
    assert!(bench.instrument(&sent).len() < 6, "the last frame has no ACK");
    assert!(bench.reported().is_empty());
    database.batch_execute("DROP TRIGGER refuse").expect("dropped");
    assert_eq!(bench.instrument(&sent), [ACK; 6]);
    assert_eq!(bench.reported().len(), 1);
}

/// A serial line is a pseudo-terminal here: bytes in one by one, ACKs out.
#[test]
fn a_session_on_a_serial_line_is_answered_frame_by_frame() {
    let bench = Bench::new(PORT);
    bench.sample(None, Some("W-1"));
    let PortConfig::LabTcp(port) = bench.config.ports[0].clone() else {
        panic!("not an instrument");
    };
    let profile = port.profile.clone();
    let instrument = Instrument::new(bench.ports.clone(), port);
    let (mut device, mut line) = serialport::TTYPort::pair().expect("a pseudo-terminal");
    device.set_timeout(WAIT).expect("set");
    line.set_timeout(crate::port::line::READ_TIMEOUT).expect("set");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let keep = |outputs| instrument.keep("tty", outputs);
            let name = "icp";
            crate::port::exchange::converse(&bench.ports, name, &mut line, &profile, keep);
        });
        for byte in session(&[("W-1", "4.20", AT)]) {
            device.write_all(&[byte]).expect("sent");
        }
        let mut answer = [0; 6];
        device.read_exact(&mut answer).expect("answered");
        assert_eq!(answer, [ACK; 6]);
        bench.ports.stop.store(true, std::sync::atomic::Ordering::Release);
    });
    assert_eq!(bench.reported().len(), 1);
}

#[test]
fn a_line_with_a_wrong_setting_does_not_fill_the_outbox() {
    let bench = Bench::new(PORT);
    let most = crate::outbox::DAMAGE_ROWS_MAX;
    for chunk in 0..2 {
        // Different each time, so that none of it is known already.
        let outputs = (0..most).map(|number| {
            tl_device::Output::Rejected(tl_device::Rejection {
                reason: tl_device::Reason::Noise,
                detail: "64 bytes outside any frame".to_owned(),
                raw: format!("{chunk} {number}").into_bytes(),
                length: 64,
                offset: 0,
            })
        });
        let PortConfig::LabTcp(port) = bench.config.ports[0].clone() else {
            panic!("not an instrument");
        };
        Instrument::new(bench.ports.clone(), port).keep("tty", outputs.collect()).expect("kept");
    }
    assert_eq!(bench.reasons().len(), usize::try_from(most).expect("a count"));
}
