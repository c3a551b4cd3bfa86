//! Corrections: the rows are those of the right entry, as if nothing else had been entered.

use serde_json::{Value, json};

use super::*;

fn after_masters(entries: Vec<Told>) -> Played {
    play(&[masters(), entries].concat())
}

/// Plays `entries` with entry `wrong` as it is and then corrected, and with the right body at once.
fn same_as_right(entries: &[Told], wrong: u32, right: Option<&Value>) -> Played {
    let corrected = [entries.to_vec(), vec![supersede(800, wrong, right.cloned())]].concat();
    let corrected = after_masters(corrected);
    let entered = entries.iter().filter_map(|entry| match (entry.number == wrong, right) {
        (false, _) => Some(entry.clone()),
        (true, None) => None,
        (true, Some(body)) => Some(Told {
            body: Body::read(entry.body.kind(), body.clone()).expect("a body"),
            ..entry.clone()
        }),
    });
    let right = after_masters(entered.collect());
    assert_eq!(corrected.differences(&right), [""; 0]);
    corrected
}

fn fed() -> Vec<Told> {
    let report = json!({"sample": id(26), "purpose": "process", "standing": "final",
        "side": "own", "determinations": [], "analyst": "u-1"});
    vec![
        arrival(20),
        weigh(21, 20, 1000),
        arrival(22),
        weigh(23, 22, 500),
        put_part(24, 20, 300),
        told(
            25,
            "run.start",
            json!({"node": "roast", "inputs": [all(20), part(22, 100)], "operation": "焙烧"}),
        ),
        told(26, "sample.take", json!({"subject": {"batches": [{"batch": id(20)}]}})),
        told(27, "assay.report", report),
        register(28, "production", "calcine", "roast"),
        told(
            29,
            "run.close",
            json!({"run": id(25), "inputs": [], "outputs": [
                {"batch": id(28), "mass": kg(700), "returned": false}]}),
        ),
        draw(30, 50),
        told(
            31,
            "flow.report",
            json!({"stream": "feed", "source": "measured", "amount": {"mass": kg(5)},
                   "span": {"from": "2026-11-01T08:00:00+08:00",
                            "to": "2026-11-02T08:00:00+08:00"}}),
        ),
        told(
            32,
            "stock.take",
            json!({"node": "yard", "at": "2026-11-02T08:00:00+08:00", "lines": []}),
        ),
        told(
            33,
            "handover.dispatch",
            json!({"code": "ZAB5RRB149", "kind": "delivery", "from": "yard",
                   "lines": [{"line": 1, "material": "conc", "mass": kg(2)}]}),
        ),
        told(
            34,
            "monitor.reading",
            json!({"stream": "effluent", "values": [],
                   "span": {"from": "2026-11-01T08:00:00+08:00",
                            "to": "2026-11-01T09:00:00+08:00"}}),
        ),
    ]
}

#[test]
fn a_corrected_weighing_gives_the_rows_of_the_right_one() {
    let right = json!({"batch": id(20), "net": kg(1100), "meter": "bridge"});
    let mut played = same_as_right(&fed(), 21, Some(&right));
    assert_eq!(played.flows(20)[2], "Consume yard → [roast] 800", "\"all\" follows the weighing");
    let Ok(flows) = played.books.flows(id(20));
    assert_eq!(flows[0].evidence, [id(20), id(21)]);
    let Ok(fact) = played.books.fact(id(21));
    assert_eq!(fact.and_then(|fact| fact.corrected_by), Some(id(800)));
}

#[test]
fn any_entry_withdrawn_was_never_entered() {
    for entry in fed() {
        same_as_right(&fed(), entry.number, None);
    }
}

#[test]
fn corrections_move_what_an_entry_touches() {
    let entries = fed();
    let right = |number, body: Value| same_as_right(&entries, number, Some(&body));
    // Another batch: the first one gets back what was taken.
    let mut played = right(24, json!({"portion": part(22, 300), "place": "pile"}));
    assert_eq!(played.left(22), "100");
    assert_eq!(played.flows(20)[1], "Consume yard → [roast] 1000");
    right(21, json!({"batch": id(22), "net": kg(1000), "meter": "bridge"}));
    // Another place, stream, node, run output, sample.
    right(24, json!({"portion": part(20, 300), "place": "bay"}));
    right(30, json!({"place": "bay", "mass": kg(50), "to": "leach"}));
    let span = json!({"from": "2026-11-01T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    right(
        31,
        json!({"stream": "effluent", "source": "measured", "span": span,
               "amount": {"volume": {"unit": "m3", "value": "5"}}}),
    );
    right(25, json!({"node": "leach", "inputs": [all(22)], "operation": "浸出"}));
    right(29, json!({"run": id(25), "inputs": [part(22, 7)], "outputs": []}));
    right(26, json!({"subject": {"batches": [{"batch": id(22)}]}, "code": "ZAB5RRB149"}));
    let report = json!({"sample": id(99), "purpose": "process", "standing": "final",
        "side": "own", "determinations": []});
    right(27, report);
    // Another code, material and unknown masters.
    right(
        20,
        json!({"code": "0000000011", "material": "gold", "origin": "opening",
               "location": {"node": "mine"}}),
    );
    right(
        33,
        json!({"code": "0000000011", "kind": "delivery", "from": "leach", "to": "q",
               "lines": [{"line": 1, "material": "conc", "place": "pile", "mass": kg(2)}]}),
    );
}

#[test]
fn corrected_masters_reach_the_entries_that_read_them() {
    let place = |node: &str| {
        json!({"active": true, "record": {"what": "place", "id": "pile-2", "node": node,
               "name": "2", "material": "conc"}})
    };
    let entries = vec![
        told(40, "master.put", place("yard")),
        arrival(20),
        weigh(21, 20, 1000),
        told(22, "store.put", json!({"portion": part(20, 10), "place": "pile-2"})),
        told(23, "store.draw", json!({"place": "pile-2", "mass": kg(3), "to": "roast"})),
    ];
    let played = same_as_right(&entries, 40, Some(&place("depot")));
    assert_eq!(played.holdings(), ["depot/pile-2/conc 7", "yard//conc 990"]);
    let gone = same_as_right(&entries, 40, None);
    assert_eq!(gone.tasks(), ["unknown_master/place:pile-2"], "as if it had never been declared");
    let renamed = json!({"active": true, "record": {"what": "place", "id": "pile-3",
        "node": "yard", "name": "3"}});
    same_as_right(&entries, 40, Some(&renamed));
}

#[test]
fn a_corrected_node_moves_what_streams_carried() {
    let node = |kind: &str| {
        json!({"active": true, "record": {"what": "node", "id": "silo", "site": "s",
               "name": "仓", "kind": kind}})
    };
    let stream = json!({"what": "stream", "id": "fill", "name": "入仓", "from": "outside",
        "to": {"node": "silo"}, "material": "conc", "role": "input"});
    let span = json!({"from": "2026-11-01T08:00:00+08:00", "to": "2026-11-02T08:00:00+08:00"});
    let entries = vec![
        told(40, "master.put", node("process")),
        master(41, stream),
        told(
            42,
            "flow.report",
            json!({"stream": "fill", "span": span, "source": "measured",
            "amount": {"mass": kg(9)}}),
        ),
        told(43, "store.draw", json!({"place": "pile", "mass": kg(2), "to": "silo"})),
    ];
    let played = same_as_right(&entries, 40, Some(&node("store")));
    assert_eq!(played.holdings(), ["silo//conc 11", "yard/pile/conc -2"]);
}

#[test]
fn the_last_correction_in_the_log_wins() {
    let weighing = |net: u32| Some(json!({"batch": id(20), "net": kg(net)}));
    let entries = vec![arrival(20), weigh(21, 20, 1000)];
    let with = |more: Vec<Told>| after_masters([entries.clone(), more].concat());
    let first = supersede(30, 21, weighing(1100));
    let second = supersede(31, 21, weighing(1200));
    assert_eq!(with(vec![first.clone(), second.clone()]).left(20), "1200");
    assert_eq!(with(vec![second.clone(), first.clone()]).left(20), "1100");
    let mut withdrawn = with(vec![first.clone(), supersede(31, 21, None)]);
    assert_eq!(withdrawn.batch(20).left, None);
    let mut back = with(vec![supersede(30, 21, None), second]);
    assert_eq!(back.left(20), "1200", "withdrawn and entered again");
    // A correction names an original, never another correction.
    let mut chained = with(vec![first, supersede(31, 30, weighing(1300))]);
    assert_eq!((chained.last().to_vec(), chained.left(20)), (vec![Verdict::Stale], "1100".into()));
}

#[test]
fn a_correction_of_other_bytes_changes_nothing() {
    let entries = vec![arrival(20), weigh(21, 20, 1000)];
    let mut reference = reference(21);
    reference["hash"] = json!("0".repeat(64));
    let wrong = told(
        30,
        "supersede",
        json!({"target": reference, "reason": "x", "approved_by": "boss", "replacement": null}),
    );
    let played = after_masters([entries.clone(), vec![wrong]].concat());
    assert_eq!(played.last(), [Verdict::Stale]);
    assert_eq!(played.differences(&after_masters(entries.clone())), [""; 0]);
    let unusable = supersede(30, 21, Some(json!({"batch": "no id"})));
    let played = after_masters([entries.clone(), vec![unusable]].concat());
    assert_eq!(played.last(), [Verdict::Unusable]);
    assert_eq!(played.differences(&after_masters(entries)), [""; 0]);
}

#[test]
fn a_correction_may_come_before_its_target() {
    let right = json!({"batch": id(20), "net": kg(1100), "meter": "bridge"});
    let early = [
        vec![arrival(20), supersede(30, 21, Some(right.clone())), supersede(31, 21, Some(right))],
        vec![weigh(21, 20, 1000)],
    ];
    let played = after_masters(early.concat());
    let entered = after_masters(vec![arrival(20), weigh(21, 20, 1100)]);
    assert_eq!(played.differences(&entered), [""; 0]);
    let gone = after_masters(vec![arrival(20), supersede(30, 21, None), weigh(21, 20, 1000)]);
    assert_eq!(gone.differences(&after_masters(vec![arrival(20)])), [""; 0]);
}

#[test]
fn a_correction_carries_the_verdicts_of_its_new_body() {
    let entries = vec![arrival(20), weigh(21, 20, 1000), put_part(22, 20, 10)];
    let verdicts = |body: Value| {
        let correction = supersede(30, 22, Some(body));
        after_masters([entries.clone(), vec![correction]].concat()).last().to_vec()
    };
    assert_eq!(verdicts(json!({"portion": part(20, 11), "place": "pile"})), []);
    let over = json!({"portion": part(20, 1001), "place": "pile"});
    assert_eq!(verdicts(over), [Verdict::Overdraw]);
    let lost = json!({"portion": part(77, 1), "place": "nowhere"});
    assert_eq!(verdicts(lost), [Verdict::MissingParent, Verdict::UnknownMaster]);
}

#[test]
fn a_corrected_assay_waits_for_a_review_of_its_new_bytes() {
    let report = |text: &str| {
        json!({"sample": id(20), "purpose": "process", "standing": "final", "side": "own",
               "determinations": [{"analyte": "Tl", "unit": "mg/kg", "basis": "dry",
               "result": {"is": "value", "value": text}}]})
    };
    let review = |number, of| {
        let body = json!({"assay": id(21), "target": reference(of), "decision": "accept"});
        told(number, "assay.review", body)
    };
    let entries = vec![
        told(20, "sample.take", json!({"subject": {"batches": []}})),
        told(21, "assay.report", report("20.0")),
        review(22, 21),
        supersede(23, 21, Some(report("25.0"))),
    ];
    let state = |more: Vec<Told>| {
        let mut played = after_masters([entries.clone(), more].concat());
        let Ok(row) = played.books.row(&RowKey::new(Table::Assay, id(21)));
        let Some(Row::Assay(row)) = row else { panic!("an assay") };
        (row.review, played.last().to_vec())
    };
    assert_eq!(state(vec![]).0, Review::Pending, "nobody looked at 25.0");
    let old_bytes = state(vec![review(24, 21)]);
    assert_eq!(old_bytes, (Review::Pending, vec![Verdict::Stale]));
    assert_eq!(state(vec![review(24, 23)]), (Review::Accepted, vec![]));
}
