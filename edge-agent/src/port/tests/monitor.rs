//! Monitors over real sockets: kept before answered, once, and never by guess.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};

use super::Bench;
use crate::config::PortConfig;
use crate::port::monitor::Monitor;

const PORT: &str = "
[[port]]
kind = 'monitor_tcp'
name = 'outlet'
listen = '127.0.0.1:0'
record = ['hour', 'minute']
minute_span = 10
profile = { protocol = 'hj212', edition = '2017', units = 'standard' }
[port.monitors.010000A8900016F000169DC0]
stream = 'water-out'
meter = 'monitor-1'
";
const MN: &str = "010000A8900016F000169DC0";
const WAIT: Duration = Duration::from_secs(30);

fn telegram(qn: u32, mn: &str, cn: &str, flag: &str, cp: &str) -> Vec<u8> {
    let segment =
        format!("QN=20261101083000{qn:03};ST=32;CN={cn};PW=123456;MN={mn};Flag={flag};CP=&&{cp}&&");
    tl_device::hj212::frame_of(&segment)
}

fn hour(qn: u32, data_time: &str, items: &str) -> Vec<u8> {
    telegram(qn, MN, "2061", "5", &format!("DataTime={data_time};{items}"))
}

impl Bench {
    fn monitor(&self) -> Monitor {
        let PortConfig::MonitorTcp(port) = self.config.ports[0].clone() else {
            panic!("not a monitor");
        };
        Monitor::new(self.ports.clone(), port)
    }

    /// Sends bytes over a connection of their own; gives what was answered until it ended.
    fn tells(&self, bytes: &[u8]) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
        let address = listener.local_addr().expect("bound");
        let mut device = TcpStream::connect(address).expect("connected");
        let (stream, _) = listener.accept().expect("accepted");
        stream.set_read_timeout(Some(crate::port::line::READ_TIMEOUT)).expect("set");
        device.set_read_timeout(Some(WAIT)).expect("set");
        let monitor = self.monitor();
        std::thread::scope(|scope| {
            scope.spawn(move || monitor.serve(stream, "test"));
            device.write_all(bytes).expect("sent");
            device.shutdown(Shutdown::Write).expect("shut");
            let mut answer = Vec::new();
            device.read_to_end(&mut answer).expect("ended");
            String::from_utf8(answer).expect("ASCII")
        })
    }

    fn readings(&self) -> Vec<Value> {
        self.entries().into_iter().map(|(_, body, _)| body).collect()
    }
}

fn answers(text: &str) -> usize {
    text.matches("CN=9014").count()
}

#[test]
fn an_hour_becomes_an_entry_in_ng_per_litre_and_is_answered() {
    let bench = Bench::new(PORT);
    let items = "w20089-Min=100,w20089-Avg=120,w20089-Max=140,w20089-Cou=1.25,w20089-Flag=N";
    let sent = hour(1, "20261101080000", items);
    let answer = bench.tells(&sent);
    assert_eq!(answers(&answer), 1, "{answer}");
    assert!(answer.contains("QN=20261101083000001"), "{answer}");
    let readings = bench.readings();
    assert_eq!(readings.len(), 1, "{:?}", bench.reasons());
    let mut reading = readings[0].clone();
    let raw = reading.as_object_mut().and_then(|it| it.remove("raw")).expect("raw bytes");
    assert_eq!(raw["decoder"], "hj212:2017");
    assert_eq!(raw["base64"], {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(&sent)
    });
    let expected = json!({
        "stream": "water-out", "meter": "monitor-1",
        "span": { "from": "2026-11-01T08:00:00.000+08:00", "to": "2026-11-01T09:00:00.000+08:00" },
        "values": [{
            "analyte": "Tl", "unit": "ng/L", "flag": "N",
            "result": { "is": "value", "value": "120" },
        }],
    });
    assert_eq!(reading, expected);
}

#[test]
fn what_can_not_be_right_is_kept_with_its_bytes_and_answered() {
    let bench = Bench::new(PORT);
    let good = |value: &str| format!("w20089-Avg={value},w20089-Flag=N");
    let stranger = telegram(4, "X", "2061", "5", &format!("DataTime=20261101080000;{}", good("1")));
    let sent = [
        hour(1, "20261101080000", &good("0.0042")),
        hour(2, "20261101083000", &good("120")),
        hour(3, "20261101080000", "w20089-Max=9,w20089-Flag=N"),
        stranger,
        telegram(5, MN, "2051", "5", &format!("DataTime=20261101081300;{}", good("1"))),
    ];
    assert_eq!(answers(&bench.tells(&sent.concat())), 5);
    assert!(bench.readings().is_empty());
    let mut reasons = bench.reasons();
    reasons.sort_unstable();
    let expected = ["bad_span", "bad_span", "no_mean", "unit_conflict", "unknown_monitor"];
    assert_eq!(reasons, expected);
    use diesel::prelude::*;
    let raws: Vec<Vec<u8>> = bench
        .ports
        .outbox
        .read(|db| {
            use crate::outbox::schema::quarantine;
            quarantine::table.select(quarantine::raw).load(db)
        })
        .expect("rows");
    assert!(sent.iter().all(|telegram| raws.contains(telegram)), "every byte is there");
    let mut broken = hour(6, "20261101080000", &good("1"));
    broken[40] ^= 1;
    assert_eq!(answers(&bench.tells(&broken)), 0, "damage is not answered");
    assert!(bench.readings().is_empty());
}

#[test]
fn marks_live_data_and_data_that_are_not_recorded() {
    let bench = Bench::new(PORT);
    let items = "DataTime=20261101080000;w20089-Avg=7,w20089-Flag=M";
    let live = "DataTime=20261101080000;w20089-Rtd=7,w20089-Flag=N";
    let sent = [
        telegram(1, MN, "2061", "5", items),
        telegram(2, MN, "2031", "5", items),
        telegram(3, MN, "2011", "5", live),
        telegram(4, MN, "2051", "5", &items.replace("=7", "=8")),
    ];
    assert_eq!(answers(&bench.tells(&sent.concat())), 4);
    let readings = bench.readings();
    let spans: Vec<&Value> = readings.iter().map(|it| &it["span"]["to"]).collect();
    let mut ends = ["2026-11-01T09:00:00.000+08:00", "2026-11-01T08:10:00.000+08:00"];
    ends.sort_unstable();
    assert_eq!(spans, ends, "minutes before the hour, day and live data are not recorded");
    assert_eq!(readings[1]["values"][0]["flag"], "M", "kept with its mark");
    assert!(bench.reasons().is_empty());
}

#[test]
fn the_same_again_is_answered_and_known_and_a_change_is_set_aside() {
    let bench = Bench::new(PORT);
    let items = |value: &str| format!("w20089-Avg={value},w20089-Flag=N");
    let first = hour(1, "20261101080000", &items("120"));
    assert_eq!(answers(&bench.tells(&first)), 1);
    // As after a kill between commit and answer: another connection, the same telegram.
    assert_eq!(answers(&bench.tells(&first)), 1);
    // Sent later from the monitor's memory, with a stamp of its own.
    assert_eq!(answers(&bench.tells(&hour(2, "20261101080000", &items("120")))), 1);
    assert_eq!((bench.readings().len(), bench.reasons().len()), (1, 0));
    assert_eq!(answers(&bench.tells(&hour(3, "20261101080000", &items("121")))), 1);
    assert_eq!(bench.readings().len(), 1, "nothing is overwritten");
    assert_eq!(bench.reasons(), ["changed_value"]);
    assert_eq!(answers(&bench.tells(&hour(4, "20261101090000", &items("120")))), 1);
    assert_eq!(bench.readings().len(), 2, "another hour");
}

#[test]
fn parts_are_kept_before_each_is_answered() {
    let bench = Bench::new(PORT);
    let part_of = |count: u32, number: u32, item: &str| {
        let segment = format!(
            "QN=2026110108300000{number};ST=32;CN=2061;PW=123456;MN={MN};Flag=7;PNUM={count};\
             PNO={number};CP=&&DataTime=20261101080000;{item}&&"
        );
        tl_device::hj212::frame_of(&segment)
    };
    let part = |number, item| part_of(2, number, item);
    let first = part(1, "w20089-Avg=120,w20089-Flag=N");
    let second = part(2, "w20089-Cou=1,w20089-Flag=N");
    assert_eq!(answers(&bench.tells(&first)), 1);
    assert_eq!(bench.reasons(), ["held_part"]);
    assert!(bench.readings().is_empty());
    // The monitor was told that the first part is kept: it sends the other one alone.
    assert_eq!(answers(&bench.tells(&second)), 1);
    assert_eq!((bench.readings().len(), bench.reasons()), (1, vec![]));
    assert_eq!(answers(&bench.tells(&first)), 1, "sent again all the same");
    assert_eq!(bench.readings().len(), 1);
    let whole = Bench::new(PORT);
    assert_eq!(answers(&whole.tells(&[first, second].concat())), 2);
    assert_eq!((whole.readings().len(), whole.reasons()), (1, vec![]));
    let bench = Bench::new(PORT);
    let others = part_of(3, 1, "w00000-Avg=1,w00000-Flag=N");
    let value = part_of(3, 3, "w20089-Avg=120,w20089-Flag=N");
    let load = part_of(3, 2, "w20089-Cou=1,w20089-Flag=N");
    assert_eq!(answers(&bench.tells(&[others, value].concat())), 2);
    assert_eq!(bench.reasons(), ["held_part", "held_part"]);
    assert_eq!(answers(&bench.tells(&load)), 1);
    assert_eq!((bench.readings().len(), bench.reasons()), (1, vec![]));
}

#[test]
fn without_a_commit_nothing_is_answered_and_the_repetition_is_heard() {
    let bench = Bench::new(PORT);
    let path = bench.ports.home.database();
    let mut database = crate::outbox::open_writer(&path).expect("opened");
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON entry \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    database.batch_execute(refuse).expect("made");
    let sent = hour(1, "20261101080000", "w20089-Avg=120,w20089-Flag=N");
    assert_eq!(bench.tells(&[sent.clone(), sent.clone()].concat()), "", "not kept, not answered");
    assert_eq!((bench.readings().len(), bench.reasons().len()), (0, 0));
    database.batch_execute("DROP TRIGGER refuse").expect("dropped");
    assert_eq!(answers(&bench.tells(&sent)), 1);
    assert_eq!(bench.readings().len(), 1, "nothing was noted as known");
}

/// Keys of values are bounded by age, and what is older than they are is never recorded by guess.
#[test]
fn old_keys_are_forgotten_and_older_values_set_aside() {
    use diesel::prelude::*;

    use crate::outbox::schema::read_file;

    let bench = Bench::new(PORT);
    let items = "w20089-Avg=120,w20089-Flag=N";
    let two_years_ago = hour(1, "20241101080000", items);
    let clock = bench.ports.outbox.shared().clock.clone();
    let keys = |bench: &Bench| -> i64 {
        bench.ports.outbox.read(|db| read_file::table.count().get_result(db)).expect("counted")
    };
    let age = |bench: &Bench, micros: i64| {
        let aged = bench.ports.outbox.write(move |tx| {
            diesel::update(read_file::table)
                .set(read_file::read_micros.eq(micros))
                .execute(tx.connection)?;
            Ok(())
        });
        aged.expect("aged");
    };
    let days = |days: i64| clock.wall() - days * tl_domain::time::DAY_MICROS;
    // A clock that was never compared says nothing about age.
    assert_eq!(answers(&bench.tells(&two_years_ago)), 1);
    age(&bench, days(500));
    assert_eq!(answers(&bench.tells(&hour(2, "20261101080000", items))), 1);
    assert_eq!((bench.readings().len(), keys(&bench)), (2, 2));
    clock.compare(clock.wall());
    age(&bench, days(401));
    assert_eq!(answers(&bench.tells(&hour(3, "20261101090000", items))), 1);
    assert_eq!(keys(&bench), 3, "a key lives as long as its value could come again");
    age(&bench, days(403));
    assert_eq!(answers(&bench.tells(&hour(4, "20261101100000", items))), 1);
    assert_eq!(keys(&bench), 1, "the one of this hour");
    assert_eq!(answers(&bench.tells(&two_years_ago)), 1, "kept, so answered");
    assert_eq!((bench.readings().len(), bench.reasons()), (4, vec!["too_old".to_owned()]));
    // Noted while the clock stood in 1970: nobody knows how old that is.
    age(&bench, 1000);
    assert_eq!(answers(&bench.tells(&hour(5, "20261101110000", items))), 1);
    assert_eq!(keys(&bench), 2);
}

#[test]
fn only_devices_that_may_sign_open_such_a_port() {
    let bench = Bench::new(PORT);
    let error = bench.ports.start(&bench.config).expect_err("a plant's device");
    let text = error.to_string();
    assert!(text.contains("monitor.reading") && text.contains("Water"), "{text}");
}
