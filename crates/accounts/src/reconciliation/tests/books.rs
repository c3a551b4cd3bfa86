//! Small books for tests: entries go through the projections as they do in a store.

use serde_json::{Value, json};
use tl_domain::balance::{Records, Scope};
use tl_domain::event::{Body, Entry, Head};
use tl_domain::ids::EntryId;
use tl_domain::project::{Logged, MemoryBooks, Row, apply};
use tl_domain::time::{Micros, MicrosSpan, Moment};
use tl_ledger::Hash;

use super::super::{Asked, Censoring, Draft, Grid, MassLayer, Reconciliation, Settings, of_party};

/// Month ends of the tests' plants.
pub(super) const ENDS: [&str; 4] = [
    "2026-01-01T00:00:00+08:00",
    "2026-02-01T00:00:00+08:00",
    "2026-03-01T00:00:00+08:00",
    "2026-04-01T00:00:00+08:00",
];

/// The books of one party.
pub(super) struct Books {
    pub(super) party: String,
    log: Vec<Logged>,
}

/// An entry as others name it.
pub(super) struct Written {
    pub(super) id: String,
    leaf: Hash,
}

pub(super) fn micros(text: &str) -> Micros {
    text.parse::<Moment>().expect("a moment").micros()
}

/// The first `count` months.
pub(super) fn months(count: usize) -> Vec<MicrosSpan> {
    let span = |ends: &[&str]| MicrosSpan { from: micros(ends[0]), to: micros(ends[1]) };
    ENDS[..=count].windows(2).map(span).collect()
}

impl Books {
    pub(super) fn new(party: &str) -> Self {
        let mut books = Self { party: party.to_owned(), log: Vec::new() };
        books.master(json!({"what": "site", "id": "s", "name": "s", "offset_minutes": 480,
            "day_start_hour": 0, "close_day": 1}));
        books
    }

    pub(super) fn put(&mut self, at: &str, kind: &str, body: Value) -> Written {
        let count = u64::try_from(self.log.len()).expect("few");
        let own = u128::from(self.party.bytes().map(u64::from).sum::<u64>()) << 32;
        let text = format!("0192f3a1-0000-7000-8000-{:012x}", own + u128::from(count));
        let id: EntryId = text.parse().expect("an id");
        let leaf = Hash::leaf(format!("{}{count}", self.party).as_bytes());
        let at: Moment = at.parse().expect("a moment");
        let head = Head {
            v: 1,
            id,
            log: self.party.parse().expect("a name"),
            device: "d".parse().expect("a name"),
            epoch: 1,
            dseq: count + 1,
            prev: Hash::ZERO,
            observed_at: at.clone(),
            operator: None,
            snapshot: None,
            clock: None,
            attest: None,
        };
        let body = Body::read(kind, body).unwrap_or_else(|e| panic!("{kind}: {e}"));
        let entry = Entry { head, body };
        let received_at = at.micros();
        self.log.push(Logged { index: count, leaf, entry, received_at, suspect: false });
        Written { id: text, leaf }
    }

    pub(super) fn master(&mut self, record: Value) {
        self.put(ENDS[0], "master.put", json!({"active": true, "record": record}));
    }

    pub(super) fn node(&mut self, id: &str, kind: &str) {
        self.master(json!({"what": "node", "id": id, "site": "s", "name": id, "kind": kind}));
    }

    /// A stream with a material of its own name.
    pub(super) fn stream(&mut self, id: &str, from: Option<&str>, to: Option<&str>, class: &str) {
        self.master(json!({"what": "material", "id": id, "name": id, "class": class,
            "counted": false}));
        let end = |node: Option<&str>| node.map_or(json!("outside"), |n| json!({"node": n}));
        let role = match (from, to) {
            (None, _) => "input",
            (_, None) => "product",
            _ => "internal",
        };
        self.master(json!({"what": "stream", "id": id, "name": id, "from": end(from),
            "to": end(to), "material": id, "role": role}));
    }

    /// A flow report of dry tonnes over a month, and a stream sample of its content.
    pub(super) fn flow(&mut self, stream: &str, month: usize, tonnes: &str, content: Value) {
        self.weighed(stream, month, tonnes);
        self.sampled(stream, month, content);
    }

    pub(super) fn weighed(&mut self, stream: &str, month: usize, tonnes: &str) -> Written {
        self.put(ENDS[month + 1], "flow.report", report(stream, month, tonnes))
    }

    pub(super) fn sampled(&mut self, stream: &str, month: usize, content: Value) {
        let subject = json!({"stream": {"stream": stream, "span": span(month)}});
        self.assay(ENDS[month + 1], subject, content);
    }

    pub(super) fn assay(&mut self, at: &str, subject: Value, mut determination: Value) {
        let sample = self.put(at, "sample.take", json!({"subject": subject}));
        determination["analyte"] = json!("Tl");
        let body = json!({"sample": sample.id, "purpose": "process", "standing": "final",
            "side": "own", "determinations": [determination]});
        self.put(at, "assay.report", body);
    }

    /// A stock take of one material: dry tonnes and content.
    pub(super) fn stock(&mut self, node: &str, end: usize, material: &str, figures: (&str, &str)) {
        let (tonnes, content) = figures;
        let line = json!({"material": material, "method": "pile", "mass": mass(tonnes)["mass"],
            "content": {"analyte": "Tl", "result": {"is": "value", "value": content},
                "unit": "mg/kg", "basis": "dry"}});
        let at = ENDS[end];
        self.put(at, "stock.take", json!({"node": node, "at": at, "lines": [line]}));
    }

    pub(super) fn supersede(&mut self, target: &Written, body: Value) {
        let body = json!({"target": {"id": target.id, "hash": target.leaf.to_string()},
            "reason": "typing error", "approved_by": "boss", "replacement": body});
        self.put(ENDS[3], "supersede", body);
    }

    /// The books as a replay of the log from zero gives them.
    pub(super) fn records(&self) -> Records {
        let mut books = MemoryBooks::new();
        for logged in &self.log {
            apply(&mut books, logged).expect("in memory");
        }
        let mut records = Records::default();
        for row in books.rows() {
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

    pub(super) fn asked(&self, count: usize) -> Asked {
        Asked {
            party: self.party.parse().expect("a name"),
            scope: Scope::Enterprise,
            substance: "Tl".parse().expect("a name"),
            spans: months(count),
            mass: MassLayer::Solids,
            retired: std::collections::BTreeSet::new(),
        }
    }

    pub(super) fn draft(&self, count: usize) -> Draft {
        Draft::of(&self.records(), &self.asked(count))
    }

    /// The reconciliation of the first `count` months.
    pub(super) fn reconciled(&self, count: usize) -> Reconciliation {
        self.with(count, Censoring::Rectangle)
    }

    pub(super) fn with(&self, count: usize, censored: Censoring) -> Reconciliation {
        of_party(&self.records(), &self.asked(count), &settings(censored))
    }
}

pub(super) fn settings(censored: Censoring) -> Settings {
    Settings {
        substance: "Tl".parse().expect("a name"),
        grid: Grid::StockTakes,
        censored,
        mass: MassLayer::Solids,
        threads: 1,
    }
}

/// A flow report with a random error of 1 % of its own.
pub(super) fn report(stream: &str, month: usize, tonnes: &str) -> Value {
    json!({"stream": stream, "span": span(month), "source": "measured", "amount": mass(tonnes),
        "uncertainty": errors(&format!("{stream} {month}"), "1")})
}

pub(super) fn span(month: usize) -> Value {
    json!({"from": ENDS[month], "to": ENDS[month + 1]})
}

pub(super) fn mass(tonnes: &str) -> Value {
    json!({"mass": {"basis": "dry", "unit": "t", "value": tonnes}})
}

/// One random error of its own, so that figures can be worked out by hand.
pub(super) fn errors(key: &str, percent: &str) -> Value {
    json!([{"key": format!("test:{key}"), "class": "random", "percent": percent}])
}

/// A content with one random error of its own.
pub(super) fn solid(stream: &str, content: &str, percent: &str) -> Value {
    json!({"result": {"is": "value", "value": content}, "unit": "mg/kg", "basis": "dry",
        "uncertainty": errors(&format!("assay of {stream}"), percent)})
}
