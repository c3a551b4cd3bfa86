//! Refusals of cases by their code and place, and what is no case at all.

use serde_json::{Value, json};

use super::*;

fn asked(case: &Value) -> Value {
    answer(&case.to_string()).expect("a case")
}

fn events(events: Value) -> Value {
    asked(&json!({
        "schema": "tltrace-case/1", "stores": [{"id": "S", "mode": "mixed"}], "events": events,
    }))
}

fn lot(batch: &str, mass: &str, tl: &str) -> Value {
    json!({"type": "source", "batch": batch, "mass_t": mass, "tl_kg": tl})
}

fn run(id: &str, from: &str, mass: &str, to: &str) -> Value {
    json!({"type": "transform", "id": id, "in": [{"from": from, "mass_t": mass}],
           "out": [{"to": to, "mass_t": "rest"}]})
}

#[test]
fn each_refusal_has_its_code_and_names_the_event() {
    let over = json!({"type": "transform", "id": "x", "in": [{"from": "A", "mass_t": "all"}],
        "out": [{"to": "P", "mass_t": "1", "tl_share": "0.7"},
                {"to": "Q", "mass_t": "1", "tl_share": "4/10"}]});
    let no_mass = json!({"type": "transform", "id": "x", "in": [{"from": "A"}], "out": []});
    let bad = [
        ("overdraw", run("x", "A", "11", "P")),
        ("shares_over_one", over),
        ("unknown_id", run("x", "B", "1", "P")),
        ("negative_mass", run("x", "A", "-1", "P")),
        ("not_a_number", run("x", "A", "NaN", "P")),
        ("missing_field", no_mass),
        ("empty_id", run("x", "A", "1", "")),
        ("unknown_event", json!({"type": "explode", "id": "x"})),
        ("duplicate_id", lot("A", "1", "1")),
        ("negative_substance", lot("x", "1", "-1")),
        ("not_a_number", lot("x", "1", "1/0")),
        ("reserved_id", lot("LOSS", "1", "1")),
    ];
    for (code, event) in bad {
        let refused = events(json!([lot("A", "10", "1"), event]));
        assert_eq!((&refused["status"], &refused["reason"]), (&json!("error"), &json!(code)));
        assert_eq!(refused["index"], 1, "{code}");
        let name = event.get("id").or(event.get("batch"));
        assert_eq!(Some(&refused["event"]), name, "{code}");
        assert!(refused.get("holders").is_none(), "nothing half done: {code}");
    }
}

#[test]
fn a_loop_of_blends_is_told_from_a_name_out_of_order() {
    let ring = events(json!([
        lot("A", "10", "1"),
        run("one", "Y", "all", "X"),
        run("two", "X", "all", "Z"),
        run("three", "Z", "all", "Y"),
    ]));
    assert_eq!((&ring["reason"], &ring["event"]), (&json!("loop"), &json!("one")));
    assert_eq!(ring["through"], json!(["Y", "Z", "X", "Y"]));
    let early = events(json!([run("one", "A", "all", "X"), lot("A", "10", "1")]));
    assert_eq!((&early["reason"], &early["id"]), (&json!("used_before_made"), &json!("A")));
}

#[test]
fn a_bare_nan_is_a_case_with_a_refusal() {
    let text = r#"{"schema": "tltrace-case/1", "events": [{"type": "source",
        "batch": "say \"NaN\"", "mass_t": NaN, "tl_kg": -Infinity}]}"#;
    let refused = answer(text).expect("a case");
    assert_eq!((&refused["reason"], &refused["field"]), (&json!("not_a_number"), &json!("mass_t")));
    assert_eq!(refused["event"], "say \"NaN\"");
}

#[test]
fn stores_units_and_flows_are_refused_by_name() {
    let store =
        |stores: Value| asked(&json!({"schema": "tltrace-case/1", "stores": stores, "events": []}));
    assert_eq!(store(json!([{"id": "S", "mode": "heap"}]))["reason"], "unknown_mode");
    let twice = json!([{"id": "S", "mode": "fifo"}, {"id": "S", "mode": "lot"}]);
    assert_eq!(store(twice)["reason"], "duplicate_id");
    let units = json!({"schema": "tltrace-case/1", "units": {"mass": "kg"}, "events": []});
    assert_eq!(asked(&units)["reason"], "unknown_unit");
    let flow = |streams: Value| {
        asked(&json!({"schema": "tltrace-flow/1", "nodes": ["N", "M"], "streams": streams}))
    };
    let stream =
        |from: Value, to: Value, tl: &str| json!({"id": "s", "from": from, "to": to, "tl_kg": tl});
    for (code, bad) in [
        ("overdraw", stream(json!("N"), json!(null), "1")),
        ("nowhere_to_nowhere", stream(json!(null), json!(null), "1")),
        ("unknown_id", stream(json!("X"), json!(null), "1")),
        ("negative_substance", stream(json!(null), json!("N"), "-1")),
        ("not_a_number", stream(json!(null), json!("N"), "much")),
        ("closed_loop", stream(json!("N"), json!("N"), "1")),
    ] {
        assert_eq!(flow(json!([bad]))["reason"], code);
    }
}

#[test]
fn what_is_no_case_is_one_line() {
    for text in ["", "[]", "{", "{\"schema\": \"tlbal-case/1\"}", "{\"schema\": 7}"] {
        let line = answer(text).expect_err("no case").to_string();
        assert!(line.starts_with("not a trace case") && !line.contains('\n'), "{line}");
    }
}

#[test]
fn a_chain_too_deep_for_fractions_is_answered_in_wide_numbers() {
    let mut list = vec![lot("A", "1000003", "1"), lot("B", "1000033", "0")];
    list.push(run("in", "A", "all", "S"));
    for step in 0..3_000 {
        let out = format!("P{step}");
        list.push(run("out", "S", "997.0013", &out));
        list.push(json!({"type": "move", "id": "more",
            "in": [{"from": "B", "mass_t": "211.0007"}], "out": [{"to": "S", "mass_t": "rest"}]}));
    }
    let deep = events(Value::Array(list[..2_000].to_vec()));
    assert_eq!((&deep["status"], &deep["arithmetic"]), (&json!("ok"), &json!("106 bits")));
    let kept = deep["conservation"]["A"].as_f64().expect("a number");
    assert!((kept - 1.0).abs() < 1e-14, "{kept}");
}
