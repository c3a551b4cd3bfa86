//! Plants made by hand, in one place for all tests: what they have is known, so is what follows.
//!
//! Invariant: whoever needs a plant in tests of the reconciliation takes it from here; figures that
//! only one test knows are put in by that test.

use serde_json::json;

use super::super::Draft;
use super::books::{Books, ENDS, micros, report, solid, span};

/// Two feeds into one mixer, one product out of it.
pub(super) fn mixer() -> Books {
    let mut plant = Books::new("p");
    plant.node("mix", "process");
    plant.stream("a", None, Some("mix"), "ore");
    plant.stream("b", None, Some("mix"), "ore");
    plant.stream("c", Some("mix"), None, "product");
    plant
}

/// Three nodes in a row, one stream from each to the next.
pub(super) fn chain() -> Books {
    let mut plant = Books::new("p");
    for node in ["n1", "n2", "n3"] {
        plant.node(node, "process");
    }
    plant.stream("in", None, Some("n1"), "ore");
    plant.stream("s1", Some("n1"), Some("n2"), "ore");
    plant.stream("s2", Some("n2"), Some("n3"), "ore");
    plant.stream("out", Some("n3"), None, "ore");
    plant
}

/// A yard over two months: taken at both ends, in between as asked.
pub(super) fn yard(between: bool) -> Books {
    let mut plant = Books::new("p");
    plant.node("yard", "store");
    plant.stream("ore", None, Some("yard"), "ore");
    plant.stream("feed", Some("yard"), None, "ore");
    for month in [0, 1] {
        plant.flow("ore", month, "100", solid("ore", "20", "1"));
        plant.flow("feed", month, "92", solid("feed", "20.4", "1"));
    }
    plant.stock("yard", 0, "ore", ("50", "20"));
    if between {
        plant.stock("yard", 1, "ore", ("61", "19"));
    }
    plant.stock("yard", 2, "ore", ("66", "20.5"));
    plant
}

/// Class data throughout, so that scales, laboratories and sampling are shared.
pub(super) fn shared_plant() -> Books {
    let mut plant = Books::new("p");
    plant.node("yard", "store");
    plant.node("roast", "process");
    plant.stream("ore", None, Some("yard"), "ore");
    plant.stream("feed", Some("yard"), Some("roast"), "ore");
    plant.stream("calcine", Some("roast"), None, "product");
    plant.stream("gas", Some("roast"), None, "gas");
    for month in [0, 1] {
        for (id, t, w, c) in [("ore", "110", "8", "20"), ("feed", "100", "8", "19.5")] {
            let mut body = report(id, month, t);
            body["amount"]["mass"]["basis"] = json!("wet");
            body["moisture"] = json!({"is": "value", "value": w});
            body["uncertainty"] = json!([]);
            plant.put(ENDS[month + 1], "flow.report", body);
            let content = json!({"result": {"is": "value", "value": c}, "unit": "mg/kg",
                "basis": "dry"});
            plant.sampled(id, month, content);
        }
        let mut body = report("calcine", month, "85");
        body["uncertainty"] = json!([]);
        plant.put(ENDS[month + 1], "flow.report", body);
        let content = json!({"result": {"is": "value", "value": "18"}, "unit": "mg/kg",
            "basis": "dry"});
        plant.sampled("calcine", month, content);
        let gas = json!({"stream": "gas", "span": span(month), "source": "measured",
            "amount": {"volume": {"unit": "Nm3", "value": "200000"}}});
        plant.put(ENDS[month + 1], "flow.report", gas);
        let content = json!({"result": {"is": "value", "value": "0.9"}, "unit": "mg/m3"});
        plant.sampled("gas", month, content);
    }
    for (end, figures) in [(0, ("50", "20")), (1, ("58", "20")), (2, ("67", "20"))] {
        plant.stock("yard", end, "ore", figures);
        plant.put(ENDS[end], "stock.take", json!({"node": "roast", "at": ENDS[end], "lines": []}));
    }
    plant
}

/// `a` ships part of what it took in to `b`, who finds `received` tonnes of it.
pub(super) fn pair(received: &str, received_at: Option<&str>) -> [Draft; 2] {
    let code = tl_domain::code::Code::issue(64).expect("a code");
    let code = code.as_str();
    let mut a = Books::new("a");
    a.node("yard", "store");
    a.stream("ore", None, Some("yard"), "ore");
    a.flow("ore", 0, "50", solid("ore", "20", "1"));
    a.stock("yard", 0, "ore", ("10", "20"));
    a.stock("yard", 1, "ore", ("60", "20"));
    let batch = a.put(
        "2026-01-10T08:00:00+08:00",
        "batch.register",
        json!({"material": "ore", "origin": "arrival", "location": {"node": "yard"},
            "mass": {"basis": "dry", "unit": "t", "value": "50"}}),
    );
    let dispatch = a.put(
        "2026-01-20T08:00:00+08:00",
        "handover.dispatch",
        json!({"code": code, "kind": "delivery", "from": "yard", "to": "b",
            "lines": [{"line": 1, "material": "ore", "mass":
                {"basis": "dry", "unit": "t", "value": "50"},
                "portion": {"batch": batch.id, "amount": {"take": "part", "mass":
                    {"basis": "dry", "unit": "t", "value": "50"}}}}]}),
    );
    a.assay(ENDS[1], json!({"batches": [{"batch": batch.id}]}), solid("batch", "20", "1"));
    let mut b = Books::new("b");
    b.node("bay", "store");
    if received_at.is_some_and(|at| at < ENDS[1]) {
        let batch = b.put(
            "2026-01-22T08:00:00+08:00",
            "batch.register",
            json!({"material": "ore", "origin": "arrival", "supplier": "a",
                "location": {"node": "bay"},
                "mass": {"basis": "dry", "unit": "t", "value": received}}),
        );
        b.assay(ENDS[1], json!({"batches": [{"batch": batch.id}]}), solid("b", "20", "1"));
    }
    b.master(json!({"what": "material", "id": "ore", "name": "ore", "class": "ore",
        "counted": false}));
    let mut records = a.records();
    let entry = dispatch.id.parse().expect("an id");
    records.receptions.insert(entry, received_at.map(micros));
    [Draft::of(&records, &a.asked(1)), b.draft(1)]
}
