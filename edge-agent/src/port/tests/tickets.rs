//! Tickets of a weighbridge: once, edited, weighed once, unusable.

use std::sync::Barrier;
use std::thread;

use diesel::prelude::*;

use super::Bench;
use crate::outbox::schema::ticket;

const TICKETS: &str = "
[[port]]
kind = 'ticket_folder'
name = 'tickets'
path = 'DIR'
software = 'bridge-1'
node = 'gate'
approved_by = 'u-7'
[port.materials]
'锌精矿' = 'ore'
[port.mapping]
unit = 'kg'
date_format = '%Y-%m-%d %H:%M:%S'
default_direction = 'in'
[port.mapping.columns]
number = '磅单号'
plate = '车号'
material = '货名'
gross = '毛重'
tare = '皮重'
net = '净重'
gross_at = '毛重时间'
tare_at = '皮重时间'
";
const HEADER: &str = "磅单号,车号,货名,毛重,皮重,净重,毛重时间,皮重时间\r\n";
const FIRST: &str =
    "A001,桂M12345,锌精矿,32450,12450,20000,2026-11-23 08:41:00,2026-11-23 09:30:00\r\n";

#[test]
fn a_ticket_is_recorded_once_and_an_edit_becomes_a_correction() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    let file = bench.file("a.csv", format!("{HEADER}{FIRST}"));
    assert!(tickets.take(&file).expect("read"));
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh"]);
    assert!(tickets.take(&file).expect("read"), "the same bytes again");
    // The file grew: the old row is nothing new.
    let open = "A002,桂M2,锌精矿,30000,,,2026-11-23 10:00:00,\r\n";
    let file = bench.file("a.csv", format!("{HEADER}{FIRST}{open}"));
    assert!(tickets.take(&file).expect("read"));
    assert_eq!(bench.kinds().len(), 2, "a truck weighed once is only listed");
    let edited = FIRST.replace("12450,20000", "12400,20050");
    let file = bench.file("b.csv", format!("{HEADER}{edited}{open}"));
    assert!(tickets.take(&file).expect("read"));
    let entries = bench.entries();
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh", "supersede"]);
    let correction = &entries[2].1;
    assert_eq!(correction["replacement"]["net"]["value"], "20050");
    assert_eq!(correction["replacement"]["batch"], entries[1].1["batch"]);
    assert_eq!(correction["approved_by"], "u-7");
    assert!(correction["reason"].as_str().expect("words").contains("A001"));
    assert!(tickets.take(&file).expect("read"), "and again nothing new");
    assert_eq!(bench.kinds().len(), 3);
}

/// Byte order mark, strict UTF-8, GB 18030, in this order; bytes that are no text are named.
#[test]
fn exports_are_read_in_the_encodings_of_their_programs() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    let text = |number: &str| format!("{HEADER}{}", FIRST.replace("A001", number));
    let utf16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let with_mark = [b"\xef\xbb\xbf", text("U2").as_bytes()].concat();
    // 磅单号 … in code page 936, made by hand so that no library agrees with itself.
    let gbk: &[u8] = b"\xb0\xf5\xb5\xa5\xba\xc5,\xb3\xb5\xba\xc5,\xbb\xf5\xc3\xfb,\xc3\xab\xd6\xd8,\
        \xc6\xa4\xd6\xd8,\xbe\xbb\xd6\xd8,\xc3\xab\xd6\xd8\xca\xb1\xbc\xe4,\
        \xc6\xa4\xd6\xd8\xca\xb1\xbc\xe4\r\nG1,\xb9\xf0M1,\xd0\xbf\xbe\xab\xbf\xf3,32450,12450,20000,\
        2026-11-23 08:41:00,2026-11-23 09:30:00\r\n";
    let files: [(&str, Vec<u8>); 4] = [
        ("1.csv", text("U1").into_bytes()),
        ("2.csv", with_mark),
        ("3.csv", utf16(&text("U3"))),
        ("4.csv", gbk.to_vec()),
    ];
    for (name, bytes) in files {
        assert!(tickets.take(&bench.file(name, bytes)).expect("read"), "{name}");
    }
    let numbers: Vec<String> = bench
        .entries()
        .iter()
        .filter_map(|it| Some(it.1["ticket"]["number"].as_str()?.to_owned()))
        .collect();
    assert_eq!(numbers.iter().step_by(2).collect::<Vec<_>>(), ["U1", "U2", "U3", "G1"]);
    assert!(bench.reasons().is_empty(), "{:?}", bench.reasons());
    assert!(tickets.take(&bench.file("5.csv", b"\xb0\xf5,\xff\xff\r\n")).expect("read"));
    assert_eq!(bench.reasons(), ["unreadable_file"]);
}

#[test]
fn a_second_correction_names_the_original() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    for (name, tare, net) in
        [("1.csv", "12450", "20000"), ("2.csv", "12400", "20050"), ("3.csv", "12300", "20150")]
    {
        let row = FIRST.replace("12450,20000", &format!("{tare},{net}"));
        let file = bench.file(name, format!("{HEADER}{row}"));
        assert!(tickets.take(&file).expect("read"));
    }
    let entries = bench.entries();
    assert_eq!(entries.len(), 4);
    assert_eq!(entries[2].1["target"], entries[3].1["target"]);
}

#[test]
fn a_truck_that_comes_back_empty_is_recorded_at_its_time() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    let open = "A001,桂M12345,锌精矿,32450,,,2026-11-23 08:41:00,\r\n";
    tickets.take(&bench.file("1.csv", format!("{HEADER}{open}"))).expect("read");
    assert!(bench.kinds().is_empty());
    let waiting: i64 = bench
        .ports
        .outbox
        .read(|db| ticket::table.filter(ticket::register_id.is_null()).count().get_result(db))
        .expect("counted");
    assert_eq!(waiting, 1);
    tickets.take(&bench.file("2.csv", format!("{HEADER}{FIRST}"))).expect("read");
    let entries = bench.entries();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].2, "2026-11-23T09:30:00.000+08:00");
    assert_eq!(entries[1].1["gross"]["value"], "32450");
}

#[test]
fn rows_that_cannot_be_used_are_set_aside_with_their_reason() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    let wrong = "A003,桂M3,锌精矿,32450,12450,19000,,\r\n";
    let unmapped = FIRST.replace("A001", "A004").replace("锌精矿", "铅精矿");
    let file = bench.file("a.csv", format!("{HEADER}{wrong}{unmapped}{FIRST}"));
    for _ in 0..2 {
        assert!(!tickets.take(&file).expect("read"), "tried again: a mapping may be added");
    }
    assert_eq!(bench.reasons(), ["net_mismatch", "unmapped_material"]);
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh"]);
}

/// A copy of the exports in a second folder, read at the same moment.
#[test]
fn a_ticket_in_two_folders_at_once_is_recorded_once() {
    const TICKETS_IN_ALL: usize = 60;
    let bench = Bench::new(TICKETS);
    let mut text = HEADER.to_owned();
    for number in 0..TICKETS_IN_ALL {
        text.push_str(&FIRST.replace("A001", &format!("T{number}")));
    }
    let start = Barrier::new(2);
    thread::scope(|scope| {
        for name in ["a.csv", "b.csv"] {
            let (tickets, start) = (bench.tickets(), &start);
            // A byte more, so that it is another file.
            let file =
                bench.file(name, format!("{text}{}", if name == "a.csv" { "" } else { "\r\n" }));
            scope.spawn(move || {
                start.wait();
                assert!(tickets.take(&file).expect("read"));
            });
        }
    });
    assert_eq!(bench.kinds().len(), 2 * TICKETS_IN_ALL);
}
