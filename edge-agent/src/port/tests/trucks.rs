//! Open trucks: of the weighbridge's software, and of our own weighings.

use rust_decimal::Decimal;

use super::Bench;
use super::tables::{Software, table};
use crate::capture::receive::{self, Register};
use crate::capture::weigh::{self, Side, Weighing};
use crate::outbox::state;
use crate::port::tickets::trucks::{OpenTruck, Waits, open_trucks};
use tl_domain::code::Code;
use tl_domain::event::Origin;
use tl_domain::quantity::MassUnit;

const PORT: &str = "
[[port]]
kind = 'ticket_sqlite'
name = 'bridge'
database = 'DIR/weigh.db'
query = \"SELECT * FROM t WHERE changed >= '{since}'\"
start = '2026-11-01 00:00:00'
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

fn trucks(bench: &Bench) -> Vec<OpenTruck> {
    let site = bench.ports.site.now();
    bench.ports.outbox.read(|db| open_trucks(db, &site, 10)).expect("read")
}

fn names(bench: &Bench) -> Vec<(String, Waits)> {
    trucks(bench).into_iter().map(|it| (it.name, it.waits)).collect()
}

#[test]
fn a_truck_is_open_until_it_came_back_or_its_ticket_is_gone() {
    let bench = Bench::new(PORT);
    let (software, table) = (Software::new(&bench), table(&bench));
    let open = |number: &str, gross: &str, tare: &str, at: &str| {
        software.does(&format!(
            "INSERT INTO t VALUES ('{number}', '桂M{number}', '锌精矿', {gross}, {tare}, NULL, \
             '2026-11-20 {at}', '2026-11-20 {at}')"
        ));
    };
    open("1", "32450", "NULL", "08:00:00");
    open("2", "31000", "NULL", "09:00:00");
    open("3", "NULL", "12450", "10:00:00");
    table.look().expect("read");
    let expected = [("2", Waits::Tare), ("1", Waits::Tare), ("3", Waits::Gross)];
    assert_eq!(names(&bench), expected.map(|(name, waits)| (name.to_owned(), waits)));
    let first = trucks(&bench).remove(1);
    assert_eq!(first.plate.as_deref(), Some("桂M1"));
    assert_eq!((first.material.as_str(), first.weight.as_str()), ("锌精矿", "32450 kg"));
    assert_eq!(first.since_micros, Some(1_795_132_800_000_000));
    assert!(bench.kinds().is_empty(), "nothing is recorded of a truck weighed once");
    software.does("UPDATE t SET tare = 12450, net = 20000 WHERE no = '1'");
    software.does("DELETE FROM t WHERE no = '2'");
    table.look().expect("read");
    assert_eq!(names(&bench), [("3".to_owned(), Waits::Gross)]);
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh"]);
    assert_eq!(bench.reasons(), ["ticket_deleted"]);
}

#[test]
fn a_truck_weighed_here_is_open_too() {
    let bench = Bench::new("");
    let context = bench.ports.context(None);
    let id = bench.ports.outbox.write(move |tx| {
        let register = Register {
            code: Code::issue(5),
            material: "ore".parse().expect("an id"),
            origin: Origin::Arrival,
            node: "gate".parse().expect("an id"),
            stream: None,
            supplier: None,
            dispatch: None,
            declared: None,
            lot: None,
            ticket: None,
            raw: None,
        };
        let done = receive::register(tx, &context, &register)?;
        let id = done.entry.id.to_string();
        let batch = state::batch_by_id(tx.connection, &context.site, &id)?.expect("there");
        let weighing = |value: i64| Weighing {
            value: Decimal::from(value).into(),
            unit: MassUnit::Kilogram,
            meter: None,
            calibration: None,
            manual: Some("显示器故障".to_owned()),
            raw: String::new(),
            decoder: String::new(),
            photos: Vec::new(),
        };
        weigh::weigh(tx, &context, &batch, Side::Gross, weighing(32_450))?;
        Ok(id)
    });
    let id = id.expect("recorded");
    let open = trucks(&bench);
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].batch.as_deref(), Some(id.as_str()));
    assert_eq!((open[0].waits, open[0].weight.as_str()), (Waits::Tare, "32450 kg"));
    assert_eq!(open[0].material, "ore");
}
