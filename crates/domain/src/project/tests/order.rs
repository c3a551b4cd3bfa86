//! What does not depend on the order in which entries came into the log.
//!
//! Order does decide where the rules say so: the last weighing, the first claim of a label, what
//! "all" means beside other takings, and where a batch was when it was taken. The log here has
//! none of these conflicts, so every order must end in the same rows.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn entries() -> Vec<Told> {
    let report = json!({"sample": id(22), "purpose": "process", "standing": "final",
        "side": "own", "determinations": [],
        "quality": [{"check": "blank", "passed": false}]});
    let explained = json!({"sample": id(22), "purpose": "process", "standing": "final",
        "side": "own", "determinations": []});
    let span = json!({"from": "2026-11-01T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    vec![
        told(
            20,
            "batch.register",
            json!({"code": "ZAB5RRB149", "material": "conc", "origin": "arrival",
                   "location": {"node": "yard"}, "mass": kg(5),
                   "moisture": {"is": "value", "value": "8"},
                   "ticket": {"number": "GB-1", "software": "bridge"}}),
        ),
        told(
            21,
            "batch.weigh",
            json!({"batch": id(20), "net": kg(900), "meter": "bridge",
                   "moisture": {"is": "value", "value": "7.5"},
                   "ticket": {"number": "GB-2", "software": "bridge"}}),
        ),
        told(22, "sample.take", json!({"subject": {"batches": [{"batch": id(20)}]}})),
        told(23, "assay.report", report),
        supersede(24, 23, Some(explained)),
        told(
            25,
            "assay.review",
            json!({"assay": id(23), "target": reference(24), "decision": "accept"}),
        ),
        told(
            26,
            "run.start",
            json!({"node": "roast", "inputs": [all(20), part(30, 10)], "operation": "焙烧"}),
        ),
        told(
            27,
            "run.close",
            json!({"run": id(26), "inputs": [part(30, 20)], "outputs": [
                {"batch": id(28), "mass": kg(700), "returned": true}]}),
        ),
        register(28, "production", "calcine", "leach"),
        supersede(29, 21, Some(json!({"batch": id(20), "net": kg(1000), "meter": "bridge"}))),
        told(
            30,
            "batch.register",
            json!({"material": "conc", "origin": "opening", "location": {"node": "yard"},
                   "mass": kg(100)}),
        ),
        put_part(31, 30, 30),
        draw(32, 25),
        told(
            33,
            "flow.report",
            json!({"stream": "feed", "span": span, "amount": {"mass": kg(50)},
                   "source": "measured"}),
        ),
        told(
            34,
            "handover.dispatch",
            json!({"code": "0000000011", "kind": "delivery", "from": "yard",
                   "lines": [{"line": 1, "material": "conc", "portion": part(30, 15),
                              "mass": kg(15)},
                             {"line": 2, "material": "conc", "place": "pile", "mass": kg(1)}]}),
        ),
        register(35, "production", "cake", "leach"),
        weigh(36, 35, 12),
        told(
            37,
            "waste.store",
            json!({"batch": id(35), "place": "bay", "waste_code": "321-014-48"}),
        ),
    ]
}

/// Rows without the numbers of lines, which follow the log.
fn unordered(played: &Played) -> Vec<String> {
    let rows = played.plain().into_iter().map(|row| match row {
        Row::Flow(flow) => Row::Flow(FlowRow { line: 0, ..flow }),
        other => other,
    });
    let mut text: Vec<String> = rows.map(|row| format!("{row:?}")).collect();
    text.sort();
    text
}

#[test]
fn the_ordered_log_is_in_order() {
    let mut played = play(&[masters(), entries()].concat());
    assert_eq!(played.tasks(), [""; 0]);
    assert_eq!(
        played.holdings(),
        ["depot/bay/cake 12", "leach//calcine 700", "yard//conc -25", "yard/pile/conc 4"]
    );
    let truck = played.batch(20);
    assert_eq!((truck.ticket.as_deref(), truck.state), (Some("GB-1"), BatchState::Closed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_of_arrival_ends_in_the_same_rows(
        shuffled in Just([masters(), entries()].concat()).prop_shuffle(),
    ) {
        let ordered = play(&[masters(), entries()].concat());
        prop_assert_eq!(unordered(&play(&shuffled)), unordered(&ordered));
    }
}
