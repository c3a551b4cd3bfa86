//! Tests of the projections, and the short way to write logs that they and others use.
//!
//! An entry here is a number, a kind and a body in JSON; its id and leaf hash follow from the
//! number, so that the same entries can be played in any order.

mod extend;
mod odd;
mod order;
mod property;
mod story;
mod supersede;

use serde_json::{Value, json};
use tl_ledger::Hash;

use super::*;
use crate::event::{Body, Entry, Head};
use crate::ids::EntryId;
use crate::quantity::WetMass;
use crate::time::{HOUR_MICROS, Micros, Moment};

/// 2026-11-01T00:00:00Z.
pub(crate) const START: Micros = 1_793_491_200_000_000;

/// One entry before it has a place in a log.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) number: u32,
    pub(crate) body: Body,
    pub(crate) device: &'static str,
    /// When it happened: by default an hour per number.
    pub(crate) at: Micros,
    pub(crate) received_at: Micros,
    pub(crate) suspect: bool,
    pub(crate) clock: bool,
}

/// Books with the verdicts of each entry.
#[derive(Debug, Clone)]
pub(crate) struct Played {
    pub(crate) books: MemoryBooks,
    pub(crate) verdicts: Vec<Vec<Verdict>>,
}

/// Id of an entry by its number.
pub(crate) fn id(number: u32) -> EntryId {
    format!("0192f3a1-0000-7000-8000-{number:012x}").parse().expect("a UUIDv7")
}

fn leaf(number: u32) -> Hash {
    Hash::of(&number.to_be_bytes())
}

/// Tells an entry.
pub(crate) fn told(number: u32, kind: &str, body: Value) -> Told {
    let body = Body::read(kind, body).unwrap_or_else(|e| panic!("entry {number}: {e}"));
    let at = START + Micros::from(number) * HOUR_MICROS;
    let received_at = at + 1_000_000;
    Told { number, body, device: "gate-1", at, received_at, suspect: false, clock: false }
}

/// A correction of entry `target`; `None` withdraws it.
pub(crate) fn supersede(number: u32, target: u32, replacement: Option<Value>) -> Told {
    told(
        number,
        "supersede",
        json!({"target": {"id": id(target), "hash": leaf(target)}, "reason": "typed wrong",
               "approved_by": "boss", "replacement": replacement}),
    )
}

/// A reference to an entry's bytes.
pub(crate) fn reference(number: u32) -> Value {
    json!({"id": id(number), "hash": leaf(number)})
}

/// A wet mass in kilograms.
pub(crate) fn kg(value: impl ToString) -> Value {
    json!({"basis": "wet", "unit": "kg", "value": value.to_string()})
}

/// All that is left of a batch.
pub(crate) fn all(number: u32) -> Value {
    json!({"batch": id(number), "amount": {"take": "all"}})
}

/// A part of a batch in kilograms.
pub(crate) fn part(number: u32, value: impl ToString) -> Value {
    json!({"batch": id(number), "amount": {"take": "part", "mass": kg(value)}})
}

/// Plays entries into empty books in the order given.
pub(crate) fn play(entries: &[Told]) -> Played {
    let mut books = MemoryBooks::new();
    let verdicts = (0..)
        .zip(entries)
        .map(|(index, entry)| {
            let Ok(verdicts) = apply(&mut books, &logged(index, entry));
            verdicts
        })
        .collect();
    Played { books, verdicts }
}

pub(crate) fn logged(index: u64, told: &Told) -> Logged {
    let clock = told.clock.then(|| {
        serde_json::from_value(json!({"state": "unsynchronised"})).expect("a clock's state")
    });
    let head = Head {
        v: 1,
        id: id(told.number),
        log: "plant".parse().expect("a name"),
        device: told.device.parse().expect("a name"),
        epoch: 1,
        dseq: index + 1,
        prev: Hash::ZERO,
        observed_at: Moment::from_micros(told.at, 8 * 3600).expect("in range"),
        operator: None,
        snapshot: None,
        clock,
        attest: None,
    };
    let entry = Entry { head, body: told.body.clone() };
    let (leaf, received_at) = (leaf(told.number), told.received_at);
    Logged { index, leaf, entry, received_at, suspect: told.suspect }
}

impl Played {
    /// Verdicts of the last entry.
    pub(crate) fn last(&self) -> &[Verdict] {
        self.verdicts.last().expect("something was played")
    }

    /// A batch.
    pub(crate) fn batch(&mut self, number: u32) -> BatchRow {
        let Ok(row) = self.books.row(&RowKey::new(Table::Batch, id(number)));
        match row {
            Some(Row::Batch(row)) => row,
            other => panic!("no batch {number}: {other:?}"),
        }
    }

    /// What is left of a batch in kilograms.
    pub(crate) fn left(&mut self, number: u32) -> String {
        kilograms(self.batch(number).left.expect("weighed"))
    }

    /// Book stock as `node/place/material kilograms`, in order.
    pub(crate) fn holdings(&self) -> Vec<String> {
        let rows = self.books.table(Table::Holding);
        rows.map(|row| match row {
            Row::Holding(held) => format!("{} {}", row.key().key, kilograms(held.wet)),
            other => panic!("{other:?}"),
        })
        .collect()
    }

    /// Open tasks as `verdict/object`, in order.
    pub(crate) fn tasks(&self) -> Vec<String> {
        self.books.table(Table::Task).map(|row| row.key().key).collect()
    }

    /// An open task by its key.
    pub(crate) fn task(&self, key: &str) -> Option<TaskRow> {
        self.books.table(Table::Task).find_map(|row| match row {
            Row::Task(task) if row.key().key == key => Some(task.clone()),
            _ => None,
        })
    }

    /// All rows without what tells how they came about: evidence, and which of several entries
    /// a task was seen at first.
    pub(crate) fn plain(&self) -> Vec<Row> {
        let rows = self.books.rows().cloned();
        rows.map(|row| match row {
            Row::Flow(flow) => Row::Flow(FlowRow { evidence: Vec::new(), ..flow }),
            Row::Assay(assay) => Row::Assay(AssayRow { evidence: Vec::new(), ..assay }),
            Row::Task(task) => Row::Task(TaskRow { entry: id(0), since: 0, ..task }),
            other => other,
        })
        .collect()
    }

    /// Rows that only one of two books has, marked `-` (here) or `+` (there); see `plain`.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let (here, there) = (self.plain(), other.plain());
        let only = |one: &[Row], two: &[Row], mark: &str| {
            let rows = one.iter().filter(|row| !two.contains(row));
            rows.map(|row| format!("{mark} {row:?}")).collect::<Vec<_>>()
        };
        [only(&here, &there, "-"), only(&there, &here, "+")].concat()
    }

    /// The flows of an owner as `kind from → to kilograms`.
    pub(crate) fn flows(&mut self, owner: u32) -> Vec<String> {
        let Ok(flows) = self.books.flows(id(owner));
        flows
            .iter()
            .map(|flow| {
                let mass = flow.wet.map_or("?".to_owned(), kilograms);
                format!("{:?} {} → {} {mass}", flow.kind, end(&flow.from), end(&flow.to))
            })
            .collect()
    }
}

fn end(end: &End) -> String {
    match end {
        End::Outside { party } => {
            party.as_ref().map_or("outside".to_owned(), |party| format!("({party})"))
        }
        End::Held { node, place: None } => node.to_string(),
        End::Held { node, place: Some(place) } => format!("{node}/{place}"),
        End::Process { node } => format!("[{node}]"),
        End::Opening => "opening".to_owned(),
        End::Unknown => "?".to_owned(),
    }
}

pub(crate) fn kilograms(mass: WetMass) -> String {
    (mass.0 / rust_decimal::Decimal::from(1000)).normalize().to_string()
}

/// A small smelter: numbers 1 to 19. Yard and stores hold, roasting and leaching transform.
pub(crate) fn masters() -> Vec<Told> {
    let records = [
        json!({"what": "site", "id": "s", "name": "厂区", "offset_minutes": 480,
               "day_start_hour": 8, "close_day": 1}),
        json!({"what": "node", "id": "yard", "site": "s", "name": "料场", "kind": "store"}),
        json!({"what": "node", "id": "roast", "site": "s", "name": "焙烧", "kind": "process"}),
        json!({"what": "node", "id": "leach", "site": "s", "name": "浸出", "kind": "process"}),
        json!({"what": "node", "id": "depot", "site": "s", "name": "危废库", "kind": "store"}),
        json!({"what": "node", "id": "drain", "site": "s", "name": "总排口", "kind": "outlet"}),
        json!({"what": "material", "id": "conc", "name": "锌精矿", "class": "ore",
               "counted": false}),
        json!({"what": "material", "id": "calcine", "name": "焙砂", "class": "intermediate",
               "counted": false}),
        json!({"what": "material", "id": "dust", "name": "烟尘", "class": "intermediate",
               "counted": true}),
        json!({"what": "material", "id": "cake", "name": "铊渣", "class": "waste",
               "waste_code": "321-014-48", "counted": true}),
        json!({"what": "material", "id": "water", "name": "外排水", "class": "water",
               "counted": false}),
        json!({"what": "place", "id": "pile", "node": "yard", "name": "1号堆", "material": "conc"}),
        json!({"what": "place", "id": "bay", "node": "depot", "name": "3号位", "material": "cake"}),
        json!({"what": "stream", "id": "effluent", "name": "外排水",
               "from": {"node": "leach"}, "to": {"node": "drain"}, "material": "water",
               "role": "discharge"}),
        json!({"what": "stream", "id": "feed", "name": "入炉", "from": {"node": "yard"},
               "to": {"node": "roast"}, "material": "conc", "role": "internal"}),
        json!({"what": "meter", "id": "bridge", "name": "汽车衡", "kind": "weighbridge",
               "site": "s"}),
        json!({"what": "method", "id": "icp", "name": "ICP-MS", "analyte": "Tl",
               "unit": "mg/kg"}),
    ];
    (1..).zip(records).map(|(number, record)| master(number, record)).collect()
}

/// A master record.
pub(crate) fn master(number: u32, record: Value) -> Told {
    told(number, "master.put", json!({"active": true, "record": record}))
}

/// Registers an arrival of concentrate in the yard.
pub(crate) fn arrival(number: u32) -> Told {
    register(number, "arrival", "conc", "yard")
}

/// Registers a batch.
pub(crate) fn register(number: u32, origin: &str, material: &str, node: &str) -> Told {
    told(
        number,
        "batch.register",
        json!({"material": material, "origin": origin, "location": {"node": node}}),
    )
}

/// Weighs a batch.
pub(crate) fn weigh(number: u32, of: u32, net: impl ToString) -> Told {
    told(number, "batch.weigh", json!({"batch": id(of), "net": kg(net), "meter": "bridge"}))
}

/// Puts all of a batch on the pile.
pub(crate) fn put(number: u32, of: u32) -> Told {
    told(number, "store.put", json!({"portion": all(of), "place": "pile"}))
}

/// Puts a part of a batch on the pile.
pub(crate) fn put_part(number: u32, of: u32, mass: impl ToString) -> Told {
    told(number, "store.put", json!({"portion": part(of, mass), "place": "pile"}))
}

/// Draws from the pile into the roaster.
pub(crate) fn draw(number: u32, mass: impl ToString) -> Told {
    told(number, "store.draw", json!({"place": "pile", "mass": kg(mass), "to": "roast"}))
}
