//! How long the reconciliation of an enterprise takes, from rows of the books to the answer.
//!
//! Five sections of three nodes, ten streams each; daily flow reports and weekly samples of every
//! stream, monthly stock takes. Prints the time of one month and of a year, the best of several.
//!
//! `cargo run --release -p tl-accounts --example reconcile_plant`

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};
use tl_accounts::reconciliation::{
    Asked, Censoring, Grid, MassLayer, Reconciliation, Settings, of_party,
};
use tl_domain::balance::{Records, Scope};
use tl_domain::event::{Body, Entry, Head};
use tl_domain::ids::EntryId;
use tl_domain::project::{Logged, MemoryBooks, Row, apply};
use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan, Moment};
use tl_ledger::Hash;

/// 2026-01-01T00:00:00+08:00.
const START: Micros = 1_767_196_800_000_000;
const MONTH_DAYS: i64 = 30;
const MONTHS: i64 = 12;
const SECTIONS: usize = 5;
const RUNS: usize = 5;

/// Name, ends, class, dry tonnes or cubic metres a day, content.
type Way = (&'static str, Option<&'static str>, Option<&'static str>, &'static str, f64, f64);

/// Streams of a section.
const STREAMS: [Way; 10] = [
    ("ore", None, Some("yard"), "ore", 60.0, 20.0),
    ("zno", None, Some("yard"), "ore", 20.0, 70.0),
    ("coke", None, Some("works"), "reagent", 5.0, 0.4),
    ("feed", Some("yard"), Some("works"), "ore", 80.0, 32.5),
    ("back", Some("bin"), Some("works"), "intermediate", 4.0, 200.0),
    ("dust", Some("works"), Some("bin"), "intermediate", 6.0, 250.0),
    ("residue", Some("works"), Some("bin"), "waste", 50.0, 31.0),
    ("metal", Some("works"), None, "product", 20.0, 6.0),
    ("slag", Some("bin"), None, "waste", 52.0, 39.4),
    ("gas", Some("works"), None, "gas", 12_000.0, 0.02),
];

struct Books {
    books: MemoryBooks,
    count: u64,
    noise: u64,
}

impl Books {
    fn put(&mut self, at: Micros, kind: &str, body: Value) -> String {
        let text = format!("0192f3a1-0000-7000-8000-{:012x}", self.count);
        let id: EntryId = text.parse().expect("an id");
        let moment = moment(at);
        let head = Head {
            v: 1,
            id,
            log: "p".parse().expect("a name"),
            device: "d".parse().expect("a name"),
            epoch: 1,
            dseq: self.count + 1,
            prev: Hash::ZERO,
            observed_at: moment,
            operator: None,
            snapshot: None,
            clock: None,
            attest: None,
        };
        let body = Body::read(kind, body).expect("a body");
        let leaf = Hash::leaf(&self.count.to_be_bytes());
        let entry = Entry { head, body };
        let index = self.count;
        let logged = Logged { index, leaf, entry, received_at: at, suspect: false };
        apply(&mut self.books, &logged).expect("in memory");
        self.count += 1;
        text
    }

    fn master(&mut self, record: Value) {
        self.put(START, "master.put", json!({"active": true, "record": record}));
    }

    /// A figure with one per cent of noise, the same in every run.
    fn around(&mut self, value: f64) -> String {
        self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let unit = f64::from(u32::try_from(self.noise >> 40).expect("24 bits")) / 16_777_216.0;
        format!("{:.4}", value * (0.99 + 0.02 * unit))
    }

    fn declare(&mut self) {
        self.master(json!({"what": "site", "id": "s", "name": "s", "offset_minutes": 480,
            "day_start_hour": 0, "close_day": 1}));
        for section in 0..SECTIONS {
            for (node, kind) in [("yard", "store"), ("works", "process"), ("bin", "store")] {
                let id = format!("{node}-{section}");
                self.master(json!({"what": "node", "id": id, "site": "s", "name": id,
                    "kind": kind}));
            }
            let end = |node: Option<&str>| {
                node.map_or(json!("outside"), |node| json!({"node": format!("{node}-{section}")}))
            };
            for (name, from, to, class, ..) in STREAMS {
                let id = format!("{name}-{section}");
                self.master(json!({"what": "material", "id": id, "name": id, "class": class,
                    "counted": false}));
                self.master(json!({"what": "stream", "id": id, "name": id, "from": end(from),
                    "to": end(to), "material": id, "role": "internal"}));
            }
        }
    }

    fn month(&mut self, month: i64) {
        let day = |day: i64| START + (month * MONTH_DAYS + day) * DAY_MICROS;
        let span = |from: i64, to: i64| {
            let (from, to) = (moment(day(from)), moment(day(to)));
            json!({"from": from.as_str(), "to": to.as_str()})
        };
        for section in 0..SECTIONS {
            for (name, .., class, amount, content) in STREAMS {
                let id = format!("{name}-{section}");
                let gas = class == "gas";
                for today in 0..MONTH_DAYS {
                    let value = self.around(amount);
                    let amount = if gas {
                        json!({"volume": {"unit": "Nm3", "value": value}})
                    } else {
                        json!({"mass": {"basis": "dry", "unit": "t", "value": value}})
                    };
                    let body = json!({"stream": id, "span": span(today, today + 1),
                        "source": "measured", "amount": amount});
                    self.put(day(today + 1), "flow.report", body);
                }
                for (from, to) in [(0, 7), (7, 14), (14, 21), (21, MONTH_DAYS)] {
                    let subject = json!({"stream": {"stream": id, "span": span(from, to)}});
                    let sample = self.put(day(to), "sample.take", json!({"subject": subject}));
                    let mut determination = json!({"analyte": "Tl", "unit": "mg/kg",
                        "basis": "dry",
                        "result": {"is": "value", "value": self.around(content)}});
                    if gas {
                        determination = json!({"analyte": "Tl", "unit": "mg/m3",
                            "result": {"is": "value", "value": self.around(content)}});
                    }
                    let report = json!({"sample": sample, "purpose": "process",
                        "standing": "final", "side": "own", "determinations": [determination]});
                    self.put(day(to), "assay.report", report);
                }
            }
            self.take(section, day(MONTH_DAYS));
        }
    }

    fn take(&mut self, section: usize, at: Micros) {
        for (node, material, tonnes) in
            [("yard", Some("feed"), 400.0), ("works", None, 0.0), ("bin", Some("residue"), 60.0)]
        {
            let lines: Vec<Value> = material
                .map(|material| {
                    let mass = json!({"basis": "dry", "unit": "t", "value": self.around(tonnes)});
                    json!({"material": format!("{material}-{section}"), "method": "pile",
                        "mass": mass})
                })
                .into_iter()
                .collect();
            let node = format!("{node}-{section}");
            let body = json!({"node": node, "at": moment(at).as_str(), "lines": lines});
            self.put(at, "stock.take", body);
        }
    }

    fn records(&self) -> Records {
        let mut records = Records::default();
        for row in self.books.rows() {
            match row.clone() {
                Row::Flow(flow) => records.flows.push(flow),
                Row::Assay(assay) => records.assays.push(assay),
                Row::StockTake(take) => records.takes.push(take),
                Row::Master(master) => records.masters.push(master.record),
                _ => {}
            }
        }
        records
    }
}

fn moment(at: Micros) -> Moment {
    let offset = FixedOffset::east_opt(8 * 3600).expect("an offset");
    let time = DateTime::from_timestamp_micros(at).expect("a time").with_timezone(&offset);
    time.to_rfc3339().parse().expect("a moment")
}

fn reconciled(records: &Records, months: &[i64]) -> (f64, Reconciliation) {
    let at = |month: i64| START + month * MONTH_DAYS * DAY_MICROS;
    let asked = Asked {
        party: "p".parse().expect("a name"),
        scope: Scope::Enterprise,
        substance: "Tl".parse().expect("a name"),
        spans: months.iter().map(|m| MicrosSpan { from: at(*m), to: at(m + 1) }).collect(),
        mass: MassLayer::Stores,
        retired: BTreeSet::new(),
    };
    let settings = Settings {
        substance: asked.substance.clone(),
        grid: Grid::StockTakes,
        censored: Censoring::Rectangle,
        mass: MassLayer::Stores,
        threads: 2,
    };
    let mut best = f64::INFINITY;
    let mut result = of_party(records, &asked, &settings);
    for _ in 0..RUNS {
        let start = Instant::now();
        result = of_party(records, &asked, &settings);
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    (best, result)
}

fn main() {
    let mut books = Books { books: MemoryBooks::new(), count: 0, noise: 1 };
    books.declare();
    (0..SECTIONS).for_each(|section| books.take(section, START));
    (0..MONTHS).for_each(|month| books.month(month));
    let records = books.records();
    println!("{} entries, {} flows in the books", books.count, records.flows.len());
    let year: Vec<i64> = (0..MONTHS).collect();
    for (name, months) in [("a month", &year[11..]), ("a year", &year[..])] {
        // As the store hands them out: what a span reads, not the whole history.
        let since = START + months[0] * MONTH_DAYS * DAY_MICROS;
        let mut read = records.clone();
        read.flows.retain(|flow| flow.until >= since);
        let (milliseconds, result) = reconciled(&read, months);
        println!(
            "{name}: {milliseconds:.1} ms; {} lines, {:?}, {:?}, shared errors {:?}",
            result.lines.len(),
            result.status,
            result.global.map(|global| (global.chi_squared, global.dof)),
            result.shared_errors,
        );
    }
}
