//! Tables of tickets in an SQLite file that another program writes.

use std::path::PathBuf;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use serde_json::Value;

use super::Bench;
use crate::config::PortConfig;
use crate::outbox::schema::{ticket_seen, ticket_source};
use crate::port::tickets::Table;

const PORT: &str = "
[[port]]
kind = 'ticket_sqlite'
name = 'bridge'
database = 'DIR/weigh.db'
query = \"SELECT * FROM t WHERE changed >= '{since}' ORDER BY changed LIMIT {limit}\"
start = '2026-11-01 00:00:00'
overlap = 24
deep = 240
software = 'bridge-1'
node = 'gate'
approved_by = 'u-7'
[port.materials]
'锌精矿' = 'ore'
[port.mapping]
unit = 'kg'
date_format = '%Y-%m-%d %H:%M:%S'
default_direction = 'in'
stamp = 'changed'
columns = { number = 'no', plate = 'plate', material = 'goods', gross = 'gross', tare = 'tare', \
             net = 'net', gross_at = 'gross_at' }
";

/// The weighbridge's software: its own file, its own connection.
pub(super) struct Software {
    pub(super) path: PathBuf,
}

impl Software {
    pub(super) fn new(bench: &Bench) -> Self {
        let software = Self { path: bench.directory.path().join("weigh.db") };
        software.does(
            "CREATE TABLE t (no TEXT PRIMARY KEY, plate TEXT, goods TEXT, gross REAL, tare \
             INTEGER, net NUMERIC, gross_at TEXT, changed TEXT)",
        );
        software
    }

    pub(super) fn does(&self, statement: &str) {
        let path = self.path.to_str().expect("a name");
        let mut own = SqliteConnection::establish(path).expect("opened");
        own.batch_execute(statement).expect(statement);
    }

    /// A finished ticket, weighed and changed at a time.
    pub(super) fn weighs(&self, number: &str, at: &str) {
        self.does(&format!(
            "INSERT INTO t VALUES ('{number}', '桂M1', '锌精矿', 32450.0, 12450, 20000, '{at}', \
             '{at}')"
        ));
    }
}

pub(super) fn table(bench: &Bench) -> Table {
    match &bench.config.ports[0] {
        PortConfig::TicketSqlite(port) => Table::sqlite(bench.ports.clone(), port).expect("one"),
        PortConfig::TicketCommand(port) => Table::command(bench.ports.clone(), port).expect("one"),
        _ => panic!("a table of tickets"),
    }
}

fn numbers(bench: &Bench) -> Vec<String> {
    let of = |body: &Value| body["ticket"]["number"].as_str().map(str::to_owned);
    let entries = bench.entries();
    entries.iter().filter(|it| it.0 == "batch.register").filter_map(|it| of(&it.1)).collect()
}

#[test]
fn rows_become_entries_once_and_edits_corrections() {
    let bench = Bench::new(PORT);
    let (software, table) = (Software::new(&bench), table(&bench));
    software.weighs("A0", "2026-10-31 23:59:59");
    software.weighs("A1", "2026-11-20 08:00:00");
    table.look().expect("read");
    assert_eq!(numbers(&bench), ["A1"], "what is before the start is never read");
    let entries = bench.entries();
    assert_eq!(entries[1].1["gross"]["value"], "32450");
    assert_eq!(entries[1].2, "2026-11-20T08:00:00.000+08:00");
    software.weighs("A2", "2026-11-20 09:00:00");
    software.does("UPDATE t SET tare = 12400, net = 20050 WHERE no = 'A1'");
    for _ in 0..2 {
        table.look().expect("read");
    }
    let mut kinds = bench.kinds().split_off(2);
    kinds.sort();
    assert_eq!(kinds, ["batch.register", "batch.weigh", "supersede"]);
}

#[test]
fn a_ticket_that_is_gone_is_reported_and_what_was_recorded_stays() {
    let bench = Bench::new(PORT);
    let (software, table) = (Software::new(&bench), table(&bench));
    for (number, at) in [("A1", "08"), ("A2", "09"), ("A3", "10")] {
        software.weighs(number, &format!("2026-11-20 {at}:00:00"));
    }
    table.look().expect("read");
    software.does("DELETE FROM t WHERE no IN ('A2', 'A3')");
    for _ in 0..3 {
        table.look().expect("read");
    }
    assert_eq!(bench.reasons(), ["ticket_deleted"], "once");
    assert_eq!(numbers(&bench), ["A1", "A2", "A3"]);
    assert_eq!(bench.kinds().len(), 6, "nothing was taken back");
    let detail = bench.ports.board.ports()["bridge"].clone();
    assert_eq!((detail.accepted, detail.rejected), (3, 1));
    // It comes back, and goes again: that is news.
    software.weighs("A3", "2026-11-20 10:00:00");
    table.look().expect("read");
    software.does("DELETE FROM t WHERE no = 'A3'");
    table.look().expect("read");
    assert_eq!(bench.reasons(), ["ticket_deleted", "ticket_deleted"]);
}

/// A table of years is not read at each look: what is far behind the newest row only once a day.
#[test]
fn rows_far_behind_the_newest_one_are_read_once_a_day() {
    let bench = Bench::new(PORT);
    let (software, table) = (Software::new(&bench), table(&bench));
    software.weighs("OLD", "2026-11-02 08:00:00");
    software.weighs("WEEK", "2026-11-15 08:00:00");
    software.weighs("NEW", "2026-11-20 08:00:00");
    table.look().expect("read");
    software.does("UPDATE t SET tare = 12400, net = 20050");
    table.look().expect("read");
    let corrected = |bench: &Bench| {
        let kinds = bench.kinds();
        kinds.iter().filter(|kind| *kind == "supersede").count()
    };
    assert_eq!(corrected(&bench), 1, "within the overlap of a day");
    let yesterday = |bench: &Bench| {
        let written = bench.ports.outbox.write(|tx| {
            diesel::update(ticket_source::table)
                .set(ticket_source::deep_micros.eq(0))
                .execute(tx.connection)?;
            Ok(())
        });
        written.expect("written");
    };
    yesterday(&bench);
    table.look().expect("read");
    assert_eq!(corrected(&bench), 2, "within ten days; the oldest is not watched any more");
    let watched: Vec<String> = bench
        .ports
        .outbox
        .read(|db| {
            ticket_seen::table.order(ticket_seen::number).select(ticket_seen::number).load(db)
        })
        .expect("rows");
    assert_eq!(watched, ["NEW", "WEEK"], "and is not kept in memory");
    software.does("DELETE FROM t WHERE no = 'OLD'");
    yesterday(&bench);
    table.look().expect("read");
    assert!(bench.reasons().is_empty(), "nobody looks there, so nobody says that it is gone");
}

#[test]
fn a_table_is_read_page_by_page() {
    let bench = Bench::new(&PORT.replace("overlap = 24", "overlap = 24\nlimit = 3"));
    let (software, table) = (Software::new(&bench), table(&bench));
    for hour in 0..10 {
        software.weighs(&format!("A{hour}"), &format!("2026-11-20 {hour:02}:00:00"));
    }
    table.look().expect("read");
    assert_eq!(numbers(&bench).len(), 10);
    software.does("DELETE FROM t WHERE no = 'A7'");
    table.look().expect("read");
    assert_eq!(bench.reasons(), ["ticket_deleted"], "over all pages");
    software.does("UPDATE t SET changed = '2026-11-20 12:00:00'");
    let why = table.look().expect_err("all rows have one stamp");
    assert!(why.contains("limit"), "{why}");
}

#[test]
fn pages_that_are_not_in_order_are_refused() {
    let unordered = PORT.replace("ORDER BY changed", "ORDER BY no DESC");
    let bench = Bench::new(&unordered.replace("overlap = 24", "overlap = 24\nlimit = 2"));
    let (software, table) = (Software::new(&bench), table(&bench));
    for hour in 0..5 {
        software.weighs(&format!("A{hour}"), &format!("2026-11-20 {hour:02}:00:00"));
    }
    let why = table.look().expect_err("rows would be passed over");
    assert!(why.contains("order"), "{why}");
    assert!(bench.kinds().is_empty());
}

#[test]
fn the_file_is_never_written_and_its_owner_never_locked_out() {
    let bench = Bench::new(PORT);
    let software = Software::new(&bench);
    software.weighs("A1", "2026-11-20 08:00:00");
    let before = std::fs::read(&software.path).expect("read");
    table(&bench).look().expect("read");
    assert_eq!(std::fs::read(&software.path).expect("read"), before);
    for statement in ["DELETE FROM t WHERE changed >= '{since}'", "DROP TABLE t -- {since}"] {
        let text = PORT
            .lines()
            .map(|line| match line.starts_with("query") {
                true => format!("query = \"{statement}\"\n"),
                false => format!("{line}\n"),
            })
            .collect::<String>();
        let text = text.replace("DIR/weigh.db", software.path.to_str().expect("a name"));
        let writing = Bench::new(&text);
        let why = table(&writing).look().expect_err(statement);
        assert!(why.contains("readonly") || why.contains("read"), "{why}");
    }
    assert_eq!(std::fs::read(&software.path).expect("read"), before);
    // In WAL mode, and while the software is in the middle of a change.
    software.does("PRAGMA journal_mode = WAL");
    let mut own =
        SqliteConnection::establish(software.path.to_str().expect("a name")).expect("opened");
    own.batch_execute("BEGIN IMMEDIATE; UPDATE t SET tare = 1 WHERE no = 'A1'").expect("begun");
    table(&bench).look().expect("read beside the writer");
    own.batch_execute("COMMIT").expect("the writer goes on");
}

#[test]
fn what_stands_in_old_files_is_read_as_it_is() {
    let bench = Bench::new(PORT);
    let (software, table) = (Software::new(&bench), table(&bench));
    // GBK bytes in a text column, no plate, a weight as text.
    software.does(
        "INSERT INTO t VALUES ('A1', NULL, CAST(x'D0BFBEABBFF3' AS TEXT), '32450.50', 12450, \
         20000.5, '2026-11-20 08:00:00', '2026-11-20 08:00:00')",
    );
    table.look().expect("read");
    assert!(bench.reasons().is_empty(), "{:?}", bench.reasons());
    assert_eq!(bench.entries()[1].1["net"]["value"], "20000.5");
    software.does("ALTER TABLE t RENAME COLUMN gross TO weight");
    let why = table.look().expect_err("a column is gone");
    assert!(why.contains("gross"), "{why}");
}

#[test]
fn a_file_that_is_not_there_is_said_and_not_made() {
    let bench = Bench::new(PORT);
    let why = table(&bench).look().expect_err("no file");
    assert!(why.contains("no such file"), "{why}");
    assert!(!bench.directory.path().join("weigh.db").exists());
}

#[test]
fn numbers_can_be_stamps_too() {
    let text = PORT
        .replace("changed >= '{since}' ORDER BY changed", "rowid >= {since} ORDER BY rowid")
        .replace("SELECT *", "SELECT *, rowid AS id")
        .replace("stamp = 'changed'", "stamp = 'id'")
        .replace(
            "start = '2026-11-01 00:00:00'\noverlap = 24\ndeep = 240",
            "stamps = 'number'\nstart = '2'\noverlap = 1",
        );
    let bench = Bench::new(&text);
    let (software, table) = (Software::new(&bench), table(&bench));
    for number in ["A1", "A2", "A3"] {
        software.weighs(number, "2026-11-20 08:00:00");
    }
    table.look().expect("read");
    software.weighs("A4", "2026-11-20 08:00:00");
    table.look().expect("read");
    assert_eq!(numbers(&bench), ["A2", "A3", "A4"]);
}
