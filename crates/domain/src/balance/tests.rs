//! The balance of small plants entered through the books: S1 of the field's facts, loops, gains,
//! censored results, goods in transit, stocks without a take.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tl_ledger::Hash;
use uuid::Uuid;

use super::*;
use crate::event::{Body, Entry, Head};
use crate::project::{Logged, MemoryBooks, Row, apply};
use crate::time::Moment;

mod ladder;

const YEAR: (&str, &str) = ("2025-01-01T00:00:00+08:00", "2026-01-01T00:00:00+08:00");

struct Books {
    books: MemoryBooks,
    count: u64,
}

impl Books {
    fn new() -> Self {
        let mut books = Self { books: MemoryBooks::new(), count: 0 };
        books.master(json!({"what": "site", "id": "s", "name": "s", "offset_minutes": 480,
            "day_start_hour": 0, "close_day": 1}));
        books
    }

    fn put(&mut self, at: &str, kind: &str, body: Value) -> String {
        let id = Uuid::from_u128(
            0x0192_f3a1_0000_7000_8000_0000_0000_0000_u128 + u128::from(self.count),
        );
        let leaf = Hash::leaf(&self.count.to_be_bytes());
        let at: Moment = at.parse().expect("a moment");
        let head = Head {
            v: 1,
            id: EntryId(id),
            log: "p".parse().expect("a name"),
            device: "d".parse().expect("a name"),
            epoch: 1,
            dseq: self.count + 1,
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
        let logged = Logged { index: self.count, leaf, entry, received_at, suspect: false };
        apply(&mut self.books, &logged).expect("in memory");
        self.count += 1;
        id.hyphenated().to_string()
    }

    fn master(&mut self, record: Value) {
        self.put(YEAR.0, "master.put", json!({"active": true, "record": record}));
    }

    fn node(&mut self, id: &str, kind: &str) {
        self.master(json!({"what": "node", "id": id, "site": "s", "name": id, "kind": kind}));
    }

    fn material(&mut self, id: &str, class: &str) {
        self.master(json!({"what": "material", "id": id, "name": id, "class": class,
            "counted": false}));
    }

    fn stream(&mut self, id: &str, from: Option<&str>, to: Option<&str>, role: &str) {
        let end = |node: Option<&str>| node.map_or(json!("outside"), |n| json!({"node": n}));
        self.master(json!({"what": "stream", "id": id, "name": id, "from": end(from),
            "to": end(to), "material": id, "role": role}));
    }

    /// One flow report over the year with a stream sample of its content.
    fn flow(&mut self, stream: &str, amount: Value, moisture: Option<&str>, content: Value) {
        let span = json!({"from": YEAR.0, "to": YEAR.1});
        let mut body = json!({"stream": stream, "span": span, "amount": amount,
            "source": "measured"});
        if let Some(moisture) = moisture {
            body["moisture"] = json!({"is": "value", "value": moisture});
        }
        self.put("2025-12-31T23:00:00+08:00", "flow.report", body);
        let subject = json!({"stream": {"stream": stream, "span": span}});
        self.assay(subject, content);
    }

    fn assay(&mut self, subject: Value, mut determination: Value) {
        let at = "2025-12-31T23:30:00+08:00";
        let sample = self.put(at, "sample.take", json!({"subject": subject}));
        determination["analyte"] = json!("Tl");
        self.put(
            at,
            "assay.report",
            json!({"sample": sample, "purpose": "process",
            "standing": "final", "side": "own", "determinations": [determination]}),
        );
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

    fn balance(&self, scope: Scope) -> Balance {
        let micros = |text: &str| text.parse::<Moment>().expect("a moment").micros();
        let span = MicrosSpan { from: micros(YEAR.0), to: micros(YEAR.1) };
        let substance = "Tl".parse().expect("a name");
        balance(&self.records(), &Question { scope, span, substance })
    }
}

fn mass(value: &str, basis: &str) -> Value {
    json!({"mass": {"basis": basis, "unit": "t", "value": value}})
}

fn solid(value: &str, basis: &str) -> Value {
    json!({"result": {"is": "value", "value": value}, "unit": "mg/kg", "basis": basis})
}

fn grams(value: SubstanceMass) -> String {
    value.0.normalize().to_string()
}

/// A picture must sum to its table: every node in balance, every role's total in its links.
fn picture_sums_to_table(balance: &Balance) {
    let sum = |pick: &dyn Fn(&GraphLink) -> Decimal| {
        balance.graph.links.iter().map(pick).sum::<Decimal>()
    };
    let signed = |link: &GraphLink, node: &GraphNode| {
        let into = if link.to == *node { link.grams.0 } else { Decimal::ZERO };
        let out = if link.from == *node { link.grams.0 } else { Decimal::ZERO };
        into - out
    };
    let nodes: Vec<GraphNode> =
        balance.graph.links.iter().flat_map(|l| [l.from.clone(), l.to.clone()]).collect();
    for node in nodes.iter().filter(|node| node.role() == NodeRole::Process) {
        assert_eq!(sum(&|link| signed(link, node)), Decimal::ZERO, "{node:?}");
    }
    let loss = sum(&|link| signed(link, &GraphNode::Loss) + signed(link, &GraphNode::Gain));
    assert_eq!(loss, balance.grams.unaccounted.0);
    assert!(balance.graph.links.iter().all(|link| link.grams > SubstanceMass::ZERO));
}

fn s1() -> Books {
    let mut plant = Books::new();
    plant.node("plant", "plant");
    for (id, class) in [
        ("conc", "ore"),
        ("zno", "ore"),
        ("cathode", "product"),
        ("residue", "waste"),
        ("purif", "waste"),
        ("dust", "waste"),
        ("sludge", "waste"),
        ("acid", "product"),
        ("wwt", "waste"),
        ("DW001", "water"),
        ("DA001", "gas"),
    ] {
        plant.material(id, class);
    }
    for (id, t, w, c) in [("conc", "100000", "8", "20.0"), ("zno", "5000", "12", "60.0")] {
        plant.stream(id, None, Some("plant"), "input");
        plant.flow(id, mass(t, "wet"), Some(w), solid(c, "dry"));
    }
    for (id, t, w, c) in [
        ("cathode", "48000", "0", "0.4"),
        ("residue", "52000", "22", "22.0"),
        ("purif", "3000", "30", "150"),
        ("dust", "800", "1", "310"),
        ("sludge", "120", "55", "4000"),
        ("wwt", "2600", "60", "240"),
    ] {
        plant.stream(id, Some("plant"), None, "waste");
        plant.flow(id, mass(t, "wet"), Some(w), solid(c, "dry"));
    }
    plant.stream("acid", Some("plant"), None, "by_product");
    plant.flow("acid", mass("90000", "wet"), None, solid("0.9", "wet"));
    let per =
        |value: &str, unit: &str| json!({"result": {"is": "value", "value": value}, "unit": unit});
    plant.stream("DW001", Some("plant"), None, "discharge");
    let water = json!({"volume": {"unit": "m3", "value": "650000"}});
    plant.flow("DW001", water, None, per("1.8", "ug/L"));
    plant.stream("DA001", Some("plant"), None, "discharge");
    let gas = json!({"volume": {"unit": "Nm3", "value": "1200000000"}});
    plant.flow("DA001", gas, None, per("0.00015", "mg/m3"));
    for (at, tonnes) in [(YEAR.0, "4000"), (YEAR.1, "4600")] {
        plant.put(
            at,
            "stock.take",
            json!({"node": "plant", "at": at, "lines": [{
            "material": "conc", "method": "pile",
            "mass": {"basis": "wet", "unit": "t", "value": tonnes},
            "moisture": {"is": "value", "value": "8"},
            "content": {"analyte": "Tl", "result": {"is": "value", "value": "20"},
                "unit": "mg/kg", "basis": "dry"}}]}),
        );
    }
    plant
}

#[test]
fn s1_closes_at_the_published_figures() {
    let balance = s1().balance(Scope::Enterprise);
    assert_eq!(grams(balance.grams.input), "2104000");
    let out = balance.grams.output + balance.grams.discharge;
    assert_eq!(grams(out), "2019990");
    assert_eq!(grams(balance.grams.discharge), "1350");
    assert_eq!(grams(balance.grams.closing - balance.grams.opening), "11040");
    assert_eq!(grams(balance.grams.unaccounted), "72970");
    let closure = balance.closure_percent.expect("something came in").round_dp(2);
    assert_eq!(closure.to_string(), "96.53");
    assert!(balance.stock_measured && balance.causes.is_empty(), "{:?}", balance.causes);
    assert_eq!(balance.coverage.percent.get(&Quality::Assayed), Some(&Decimal::ONE_HUNDRED));
    assert!(balance.terms.iter().all(|term| !term.evidence.is_empty()));
    assert!(balance.sigma_grams > 0.0);
    // 72,970 g of 2,104,000 g: within the band of class data, which is too wide to call it closed.
    let wide = balance.band_grams() > Decimal::from(210_400);
    let judged = balance.judgement();
    assert_eq!(judged == Judgement::NotJudged(Lack::Precision), wide, "{judged:?}");
    picture_sums_to_table(&balance);
}

#[test]
fn a_return_loop_shows_per_node_and_cancels_over_the_plant() {
    let mut plant = Books::new();
    for node in ["roast", "leach"] {
        plant.node(node, "process");
    }
    for (id, class) in [
        ("feed", "ore"),
        ("calcine", "intermediate"),
        ("dust", "intermediate"),
        ("residue", "waste"),
    ] {
        plant.material(id, class);
    }
    plant.stream("feed", None, Some("roast"), "input");
    plant.stream("calcine", Some("roast"), Some("leach"), "internal");
    plant.stream("dust", Some("leach"), Some("roast"), "return");
    plant.stream("residue", Some("leach"), None, "waste");
    for (id, tonnes, content) in [
        ("feed", "100", "10"),
        ("calcine", "95", "14"),
        ("dust", "5", "80"),
        ("residue", "90", "10"),
    ] {
        plant.flow(id, mass(tonnes, "dry"), None, solid(content, "dry"));
    }
    let all = plant.balance(Scope::Enterprise);
    // 1000 in, 900 out; roaster 1000 + 400 − 1330 = 70, leach 1330 − 400 − 900 = 30.
    assert_eq!(grams(all.grams.unaccounted), "100");
    picture_sums_to_table(&all);
    let returned = all.graph.links.iter().filter(|link| link.style == LinkStyle::Returned);
    assert_eq!(returned.map(|link| grams(link.grams)).collect::<Vec<_>>(), ["400"]);
    let node = |id: &str| plant.balance(Scope::Node(id.parse().expect("a name")));
    assert_eq!(grams(node("roast").grams.unaccounted), "70");
    assert_eq!(grams(node("leach").grams.unaccounted), "30");
    assert_eq!(grams(node("roast").grams.input), "1400");
    picture_sums_to_table(&node("roast"));
}

#[test]
fn a_gain_is_a_gain_and_nothing_in_has_no_closure() {
    let mut plant = Books::new();
    plant.node("plant", "plant");
    plant.material("slag", "waste");
    plant.stream("slag", Some("plant"), None, "waste");
    plant.flow("slag", mass("10", "dry"), None, solid("5", "dry"));
    let balance = plant.balance(Scope::Enterprise);
    assert_eq!(grams(balance.grams.unaccounted), "-50");
    assert_eq!(balance.closure_percent, None);
    picture_sums_to_table(&balance);
}

#[test]
fn censored_and_missing_figures_are_shown_as_such() {
    let mut plant = Books::new();
    plant.node("plant", "plant");
    plant.material("water", "water");
    plant.material("ore", "ore");
    plant.stream("water", Some("plant"), None, "discharge");
    plant.stream("ore", None, Some("plant"), "input");
    let volume = json!({"volume": {"unit": "m3", "value": "1000"}});
    let below = json!({"result": {"is": "below", "limit": "0.02"}, "unit": "ug/L"});
    plant.flow("water", volume, None, below);
    // Wet and without a moisture: no dry mass, so no figure, and never a zero.
    plant.flow("ore", mass("10", "wet"), None, solid("5", "dry"));
    let balance = plant.balance(Scope::Enterprise);
    assert_eq!(grams(balance.grams.discharge), "0.01");
    let (low, high) = balance.unaccounted_range;
    assert_eq!((grams(low), grams(high)), ("-0.02".to_owned(), "0".to_owned()));
    assert_eq!(balance.coverage.percent.keys().collect::<Vec<_>>(), [&Quality::Censored]);
    assert_eq!(balance.coverage.missing, 1);
    assert_eq!(balance.judgement(), Judgement::NotJudged(Lack::Figures));
    assert_eq!(
        balance.causes,
        [Cause::MissingContent { what: Missing::Moisture, of: "ore".to_owned(), count: 1 }]
    );
    let discharge = balance.terms.iter().find(|term| term.role == Role::Discharge);
    let sigma = discharge.expect("a discharge").sigma_grams;
    assert!((sigma - 0.01 / 3.0_f64.sqrt()).abs() < 1e-4, "half-width over √3, got {sigma}");
}

#[test]
fn the_substance_is_a_setting() {
    let records = s1().records();
    let micros = |text: &str| text.parse::<Moment>().expect("a moment").micros();
    let span = MicrosSpan { from: micros(YEAR.0), to: micros(YEAR.1) };
    let substance = "Cd".parse().expect("a name");
    let other = balance(&records, &Question { scope: Scope::Enterprise, span, substance });
    assert_eq!(other.grams.input, SubstanceMass::ZERO, "no assay of Cd: no figure of Cd");
    assert_eq!(other.coverage.missing, 13);
}

#[test]
fn without_a_stock_take_the_books_of_batches_count_and_are_named() {
    let mut plant = Books::new();
    plant.node("yard", "store");
    plant.node("roast", "process");
    plant.material("ore", "ore");
    let at = "2025-03-01T08:00:00+08:00";
    let batch = plant.put(
        at,
        "batch.register",
        json!({"material": "ore", "origin": "arrival",
        "location": {"node": "yard"}, "mass": {"basis": "dry", "unit": "t", "value": "40"}}),
    );
    plant.assay(json!({"batches": [{"batch": batch}]}), solid("20", "dry"));
    let part = json!({"take": "part", "mass": {"basis": "dry", "unit": "t", "value": "10"}});
    plant.put(
        "2025-03-02T08:00:00+08:00",
        "run.start",
        json!({"node": "roast",
        "operation": "roast", "inputs": [{"batch": batch, "amount": part}]}),
    );
    let yard = plant.balance(Scope::Node("yard".parse().expect("a name")));
    assert_eq!(grams(yard.grams.input), "800");
    assert!(!yard.stock_measured);
    assert_eq!(yard.judgement(), Judgement::NotJudged(Lack::StockTake));
    let closing = Cause::NoStockTake { node: "yard".parse().expect("a name"), closing: true };
    assert!(yard.causes.contains(&closing), "{:?}", yard.causes);
    picture_sums_to_table(&yard);
}

#[test]
fn absurd_figures_give_an_absurd_balance_and_no_panic() {
    let huge = "79228162514264337593543950335";
    let mut plant = Books::new();
    plant.node("plant", "plant");
    for id in ["ore", "slag"] {
        plant.material(id, "ore");
    }
    plant.stream("ore", None, Some("plant"), "input");
    plant.stream("slag", Some("plant"), None, "waste");
    plant.flow("ore", mass(huge, "dry"), None, solid(huge, "dry"));
    plant.flow("ore", mass("0.0000000000000000000001", "wet"), Some("99.9"), solid(huge, "wet"));
    let density = json!({"volume": {"unit": "m3", "value": huge}});
    let below = json!({"result": {"is": "below", "limit": huge}, "unit": "ug/kg", "basis": "dry"});
    plant.flow("slag", density, None, below);
    let mut balance = plant.balance(Scope::Enterprise);
    assert!(!balance.terms.is_empty());
    assert_ne!(balance.judgement(), Judgement::Closes);
    // The same with every figure there and both ends measured.
    (balance.coverage.missing, balance.stock_measured) = (0, true);
    for sigma in [1e28, 1e300, f64::INFINITY, f64::NAN] {
        balance.sigma_grams = sigma;
        assert_ne!(balance.judgement(), Judgement::Closes, "{sigma}");
    }
}
